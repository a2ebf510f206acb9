"""What a process remembers, within bounds: clients decide what is asked for, and must not fill its memory with that."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sized
from threading import Lock
from typing import Any, Final, Generic, TypeVar

Made = TypeVar("Made", bound=Sized)


class Memory:
    """What was found, by a key, up to so many bytes, what was used last at the end; who gets something changes nothing in it."""

    def __init__(self, most: int, least: int = 0) -> None:
        """Take how many bytes are kept, and from how many on something is worth keeping."""
        self._most, self._least, self._bytes = most, least, 0
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._changing = Lock()

    def get(self, key: Hashable) -> Any:
        """Return what is kept under a key, or None."""
        found = self._kept.get(key)
        if found is None:
            return None
        try:
            self._kept.move_to_end(key)
        except KeyError:  # it has gone in between
            return None
        return found[0]

    def keep(self, key: Hashable, value: Any, size: int) -> None:
        """Keep what was found and has so many bytes, if that is worth it."""
        if not self._least <= size <= self._most:
            return
        with self._changing:
            if key not in self._kept:
                self._kept[key] = value, size
                self._bytes += size
            while self._bytes > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._bytes -= gone


class Remembered(dict[str, Made], Generic[Made]):
    """What a function has made of texts, but for very long ones; where there are too many, it forgets them and begins again.

    `functools.lru_cache` bounds how many, and not how long they are. To find a text that is remembered calls no Python.
    """

    def __init__(self, make: Callable[[str], Made], most: int, longest: int) -> None:
        """Take the function, how many texts are remembered, and how long they, and what is made of them, may be."""
        super().__init__()
        self._make: Final = make
        self._most, self._longest = most, longest

    def __missing__(self, text: str) -> Made:
        """Ask the function."""
        made = self._make(text)
        if max(len(text), len(made)) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[text] = made
        return made


def remembering(most: int, longest: int) -> Callable[[Callable[[str], Made]], Callable[[str], Made]]:
    """Have a function of a text remember what it has made."""
    return lambda make: Remembered(make, most, longest).__getitem__
