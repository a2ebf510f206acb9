"""The bodies of all records of a snapshot: behind its database, in the same file, and mapped into memory.

A page of records is a few pieces of mapped memory: to read it takes no statement, no connection and no step. Behind the database come
the places, then the bodies. A collection has a place for each number up to that of its last row: where the body of the row begins and
where it ends, counted from the first of all bodies, in 64 bits each, and twice 0 where there is no such row. In a large snapshot that was
made from another there is a hole before the bodies: what is left of the room that the database had to grow.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Protocol

from schemas.canonical import Body

from .layout import MOST_ROWS

NUMBER: Final = "Q"  # of 64 bits
NUMBER_BYTES: Final = 8
PLACE_BYTES: Final = 2 * NUMBER_BYTES
ALIGNED: Final = 1 << 16  # places and bodies begin at multiples of it, as what a system maps into memory has to


@dataclass
class Shape:
    """How many places each collection has, how many bytes all bodies take, and how many of these no place leads to any more.

    `bodies` is where in the file these begin, if what comes before leaves room; it is a multiple of ``ALIGNED``.
    """

    places: dict[str, int] = field(default_factory=dict)
    size: int = 0
    left: int = 0
    bodies: int = 0

    def bounds(self, database: int) -> tuple[int, int, int]:
        """Return where in a file places and bodies begin, and where these end, behind a database of so many bytes."""
        places = aligned(database)
        bodies = max(self.bodies, aligned(places + PLACE_BYTES * sum(self.places.values())))
        return places, bodies, bodies + self.size

    def as_json(self) -> Mapping[str, Any]:
        """Return it as it is written down."""
        return asdict(self)


class Bodies(Protocol):
    """What has the bodies of records, by collection and row."""

    def between(self, collection: str, first: int = 0, last: int = MOST_ROWS) -> Iterator[tuple[int, Body]]:
        """Yield number and body of all rows, or of those from one to another."""


class Records:
    """The records of a whole snapshot, which any thread may read."""

    def __init__(self, handle: int, database: int, shape: Shape) -> None:
        """Map them, given an open file that is whole, how many bytes its database takes, and the shape of what follows."""
        self.handle, self.database, self.shape = handle, database, shape
        begin, self.begin, _ = shape.bounds(database)
        self.bodies = memoryview(_mapped(handle, self.begin, shape.size))
        numbers, at = memoryview(_mapped(handle, begin, self.begin - begin)), 0
        self._places: dict[str, memoryview[int]] = {}
        for collection, count in shape.places.items():
            self._places[collection] = numbers[at : at + count * PLACE_BYTES].cast(NUMBER)
            at += count * PLACE_BYTES

    def at(self, collection: str, rows: Iterable[int]) -> Sequence[Body]:
        """Return the bodies of some rows, in the order in which these are given, as they are in the file: none is copied.

        :raises LookupError: there is no such row.
        """
        bodies, places = self.bodies, self._places[collection]
        with suppress(IndexError):
            found = [bodies[places[2 * row] : places[2 * row + 1]] for row in rows]
            if all(found):
                return found
        raise LookupError(f"there is no row of that number in {collection}")

    def between(self, collection: str, first: int = 0, last: int = MOST_ROWS) -> Iterator[tuple[int, Body]]:
        """Yield number and body of all rows, or of those from one to another."""
        numbers = self._places[collection][2 * first : 2 * last + 2]
        for row, begin, end in leading(numbers, first):
            yield row, self.bodies[begin:end]

    def places(self, collection: str) -> memoryview[int]:
        """Return all places of a collection: numbers, two for each."""
        return self._places[collection]


def aligned(place: int) -> int:
    """Return where in a file something may begin that is to be mapped into memory, at a place or behind it."""
    return -(-place // ALIGNED) * ALIGNED


def _mapped(handle: int, begin: int, size: int) -> mmap.mmap | bytes:
    """Return a part of a file as memory; nothing cannot be mapped."""
    return mmap.mmap(handle, size, access=mmap.ACCESS_READ, offset=begin) if size else b""


def leading(numbers: Iterable[int], first: int) -> Iterator[tuple[int, int, int]]:
    """Yield row, begin and end of the places that lead to a body, given the numbers of places from that of a row on."""
    pairs = iter(numbers)
    for row, (begin, end) in enumerate(zip(pairs, pairs, strict=True), start=first):
        if end:
            yield row, begin, end
