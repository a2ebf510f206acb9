"""What a process keeps of a snapshot: the large sets and runs that it read last, so that they are not read again for each request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, Final

MOST_BYTES: Final = 16 << 20  # as they are written
LEAST_BYTES: Final = 2048  # what is smaller is read as quickly


class Memory:
    """What was read, by a key, what was used last at the end; who gets something changes nothing in it."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """Take how many bytes are kept."""
        self._most, self._bytes = most, 0
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._changing = Lock()

    def get(self, key: Hashable) -> Any:
        """Return what is kept under a key, or None."""
        if key not in self._kept:
            return None
        try:
            self._kept.move_to_end(key)
            return self._kept[key][0]
        except KeyError:  # it has gone in between
            return None

    def keep(self, key: Hashable, value: Any, size: int) -> None:
        """Keep what was read and has so many bytes, if it is large."""
        if not LEAST_BYTES <= size <= self._most:
            return
        with self._changing:
            if key not in self._kept:
                self._kept[key] = value, size
                self._bytes += size
            while self._bytes > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self._bytes -= gone
