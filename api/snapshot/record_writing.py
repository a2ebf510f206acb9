"""Writing the bodies of records: into files without a name while a draft is made, and behind its database once that is whole.

Where the draft is a copy of a snapshot, the bodies of that one stay as they are, and the new ones come behind them. What no place leads
to any more is left where it is, until a snapshot that holds too much of it is written from the beginning.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from schemas import RESOURCES
from schemas.canonical import Body

from .copying import BUFFER_BYTES, copy
from .layout import MOST_ROWS
from .records import NUMBER, PLACE_BYTES, Records, Shape, leading


@dataclass(frozen=True, slots=True)
class Written:
    """The records of a draft as any process may read them that is given the open files, which are named by their numbers.

    A collection has a file of places, and a count of them. The first `kept` bytes of all bodies are in the file `old`, from `begin` on;
    those behind them are in the file `new`.
    """

    places: Mapping[str, tuple[int, int]]
    old: int
    begin: int
    kept: int
    new: int

    def handles(self) -> list[int]:
        """Return the numbers of all files."""
        return [*(handle for handle, _ in self.places.values()), self.new, *([self.old] if self.kept else [])]

    def numbers(self, collection: str, first: int, last: int) -> array[int]:
        """Return the places of the rows from one to another, two numbers for each."""
        handle, count = self.places[collection]
        return array(NUMBER, os.pread(handle, max(0, min(count, last + 1) - first) * PLACE_BYTES, first * PLACE_BYTES))

    def between(self, collection: str, first: int = 0, last: int = MOST_ROWS) -> Iterator[tuple[int, Body]]:
        """Yield number and body of all rows, or of those from one to another."""
        numbers = self.numbers(collection, first, last)
        end = max(numbers, default=0)
        old, new = _Window(self.old, min(end, self.kept), self.begin), _Window(self.new, end, -self.kept)
        for row, begin, behind in leading(numbers, first):
            yield row, (old if behind <= self.kept else new).piece(begin, behind)


class _Window:
    """Pieces of a file, of which a megabyte is held: what is mapped would count as memory in use, and could be all of a large file."""

    def __init__(self, handle: int, end: int, shift: int) -> None:
        """Take the file, where the last piece ends, and how far behind its place each is in the file."""
        self._handle, self._most, self._shift = handle, end, shift
        self._begin = self._end = 0
        self._held = memoryview(b"")

    def piece(self, begin: int, end: int) -> memoryview:
        """Return the bytes from a place to another."""
        if begin < self._begin or end > self._end:
            size = max(end - begin, min(BUFFER_BYTES, self._most - begin))
            self._held = memoryview(os.pread(self._handle, size, begin + self._shift))
            self._begin, self._end = begin, begin + size
        return self._held[begin - self._begin : end - self._begin]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The bodies of a snapshot that are copied into a draft while its database may still grow.

    Where they begin, the open file of the draft, and what waits until they are there.
    """

    place: int
    draft: int
    wait: Callable[[], object]


class DraftRecords:
    """The records of a draft: those of a snapshot, if it is a copy of one, with others in their place."""

    def __init__(self, places: dict[str, IO[bytes]], bodies: IO[bytes], base: Records | None, ahead: Ahead | None) -> None:
        """Take files for the places of each collection and for new bodies, the records that are there already, and how they come."""
        self._places, self._bodies, self._base, self._ahead = places, bodies, base, ahead
        self.shape = Shape(dict.fromkeys(places, 0))
        if base:
            self.shape = replace(base.shape, places=dict(base.shape.places), bodies=ahead.place if ahead else 0)
            for collection in self.shape.places:
                places[collection].write(base.places(collection))
        self._kept = self.shape.size
        self._old = (base.handle, base.begin) if base else (-1, 0)  # the file that has the bodies of the snapshot, and where they begin

    def settle(self) -> None:
        """Wait until the bodies of the snapshot are in the draft, if they come meanwhile; from then on they are read there.

        :raises OSError: the draft cannot be written.
        """
        if self._ahead and self._old != (self._ahead.draft, self._ahead.place):
            self._ahead.wait()
            self._old = self._ahead.draft, self._ahead.place

    def write(self, collection: str, first: int, bodies: Sequence[bytes], step: int = 1) -> None:
        """Write the bodies of rows that have none, from the row `first` on, each `step` behind the one before."""
        numbers = array(NUMBER, chain.from_iterable(pairwise(accumulate(map(len, bodies), initial=self.shape.size))))
        joined = b"".join(bodies)
        _put(self._bodies, self.shape.size - self._kept, joined)
        self.shape.size += len(joined)
        if step == 1:
            self._put(collection, first, numbers)
        else:
            for number in range(len(bodies)):
                self._put(collection, first + number * step, numbers[2 * number : 2 * number + 2])

    def remove(self, collection: str, first: int, last: int) -> None:
        """Remove the bodies of the rows from one to another."""
        self.shape.left += sum(end - begin for _, begin, end in leading(self.written().numbers(collection, first, last), first))
        self._put(collection, first, array(NUMBER, bytes((last - first + 1) * PLACE_BYTES)))

    def between(self, collection: str, first: int = 0, last: int = MOST_ROWS) -> Iterator[tuple[int, Body]]:
        """Yield number and body of all rows, or of those from one to another."""
        return self.written().between(collection, first, last)

    def written(self) -> Written:
        """Return what is written by now."""
        for file in (*self._places.values(), self._bodies):
            file.flush()
        places = {collection: (file.fileno(), self.shape.places[collection]) for collection, file in self._places.items()}
        return Written(places, *self._old, self._kept, self._bodies.fileno())

    def put_behind(self, database: int, draft: Path) -> None:
        """Write all behind the database of a draft, which takes so many bytes.

        :raises OSError: the file cannot be written.
        """
        self.settle()
        at, bodies, end = self.shape.bounds(database)
        written = self.written()
        with draft.open("r+b", buffering=0) as file:
            for handle, count in written.places.values():
                copy(handle, 0, count * PLACE_BYTES, file.fileno(), at)
                at += count * PLACE_BYTES
            if self._base and not (self._ahead and self._ahead.place == bodies):
                copy(self._base.handle, self._base.begin, written.kept, file.fileno(), bodies)
            copy(written.new, 0, self.shape.size - written.kept, file.fileno(), bodies + written.kept)
            file.truncate(end)

    def _put(self, collection: str, first: int, numbers: array[int]) -> None:
        """Write places from that of a row on."""
        _put(self._places[collection], first * PLACE_BYTES, numbers)
        if numbers:
            self.shape.places[collection] = max(self.shape.places[collection], first + len(numbers) // 2)


@contextmanager
def draft_records(folder: Path, base: Records | None = None, ahead: Ahead | None = None) -> Iterator[DraftRecords]:
    """Give the records of a draft, which are kept in a folder until they are written: new ones, and those of a snapshot that it copies."""
    with ExitStack() as files:

        def new() -> IO[bytes]:
            return files.enter_context(TemporaryFile(dir=folder, buffering=BUFFER_BYTES))

        yield DraftRecords({resource.collection: new() for resource in RESOURCES}, new(), base, ahead)


def _put(file: IO[bytes], at: int, data: bytes | array[int]) -> None:
    file.seek(at)
    file.write(data)
