"""What a process keeps of a snapshot: the large sets that it read last, so that they are not read again for each request."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any, Final

from pyroaring import BitMap

MOST_BYTES: Final = 16 << 20  # of sets, as they are written
LEAST_BYTES: Final = 2048  # smaller ones are read as quickly


class Memory:
    """Sets by name and value, the one that was used last at the end; who gets one changes nothing in it."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        """Take how many bytes of sets are kept."""
        self._most, self._bytes = most, 0
        self._kept: OrderedDict[tuple[str, Any], tuple[BitMap, int]] = OrderedDict()
        self._changing = Lock()

    def get(self, name: str, value: Any) -> BitMap | None:
        """Return a set that is kept."""
        found = self._kept.get((name, value))
        if found is None:
            return None
        with self._changing:
            if (name, value) in self._kept:
                self._kept.move_to_end((name, value))
        return found[0]

    def read(self, name: str, value: Any, written: bytes) -> BitMap:
        """Return a set as it was written, and keep it if it is large."""
        rows = BitMap.deserialize(written)
        if LEAST_BYTES <= len(written) <= self._most:
            with self._changing:
                self._keep((name, value), rows, len(written))
        return rows

    def _keep(self, key: tuple[str, Any], rows: BitMap, size: int) -> None:
        if key in self._kept:
            return
        self._kept[key] = rows, size
        self._bytes += size
        while self._bytes > self._most:
            _, (_, gone) = self._kept.popitem(last=False)
            self._bytes -= gone
