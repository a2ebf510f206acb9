"""Writing the bodies of records: into files without a name while a draft is made, and behind its database once that is whole.

Where the draft is a copy of a snapshot, the bodies of that one stay as they are, and the new ones come behind them. What no place leads
to any more is left where it is, until a snapshot that holds too much of it is written from the beginning.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import accumulate, chain, pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from schemas import RESOURCES
from schemas.canonical import Body

from .copying import BUFFER_BYTES, append
from .layout import MOST_ROWS
from .records import NUMBER, PLACE_BYTES, Records, Shape, leading


class DraftRecords:
    """The records of a draft: those of a snapshot, if it is a copy of one, with others in their place."""

    def __init__(self, places: dict[str, IO[bytes]], bodies: IO[bytes], base: Records | None) -> None:
        """Take files for the places of each collection and for new bodies, and the records that are there already."""
        self._places, self._bodies, self._base = places, bodies, base
        self.shape = Shape(dict.fromkeys(places, 0))
        if base:
            self.shape = replace(base.shape, places=dict(base.shape.places))
            for collection in self.shape.places:
                places[collection].write(base.places(collection))
        self._kept = self.shape.size

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
        self.shape.left += sum(end - begin for _, begin, end in self._leading(collection, first, last))
        self._put(collection, first, array(NUMBER, bytes((last - first + 1) * PLACE_BYTES)))

    def between(self, collection: str, first: int = 0, last: int = MOST_ROWS) -> Iterator[tuple[int, Body]]:
        """Yield number and body of all rows, or of those from one to another."""
        old = self._base.bodies if self._base else b""
        for row, begin, end in self._leading(collection, first, last):
            yield row, old[begin:end] if end <= self._kept else _got(self._bodies, begin - self._kept, end - begin)

    def append_to(self, draft: Path) -> None:
        """Write all behind the database of a draft.

        :raises OSError: the file cannot be written.
        """
        with draft.open("r+b") as file:
            begin, bodies, _ = self.shape.bounds(file.seek(0, 2))
            file.truncate(begin)
            for collection, count in self.shape.places.items():
                self._places[collection].flush()
                append(self._places[collection].fileno(), 0, count * PLACE_BYTES, file)
            file.truncate(bodies)
            if self._base:
                append(self._base.handle, self._base.begin, self._kept, file)
            self._bodies.flush()
            append(self._bodies.fileno(), 0, self.shape.size - self._kept, file)

    def _put(self, collection: str, first: int, numbers: array[int]) -> None:
        """Write places from that of a row on."""
        _put(self._places[collection], first * PLACE_BYTES, numbers)
        if numbers:
            self.shape.places[collection] = max(self.shape.places[collection], first + len(numbers) // 2)

    def _leading(self, collection: str, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        """Yield row, begin and end of the bodies of the rows from one to another."""
        behind = min(self.shape.places[collection], last + 1)
        numbers = array(NUMBER, _got(self._places[collection], first * PLACE_BYTES, max(0, behind - first) * PLACE_BYTES))
        return leading(numbers, first)


@contextmanager
def draft_records(folder: Path, base: Records | None = None) -> Iterator[DraftRecords]:
    """Give the records of a draft, which are kept in a folder until they are written."""
    with ExitStack() as files:

        def new() -> IO[bytes]:
            return files.enter_context(TemporaryFile(dir=folder, buffering=BUFFER_BYTES))

        yield DraftRecords({resource.collection: new() for resource in RESOURCES}, new(), base)


def _put(file: IO[bytes], at: int, data: bytes | array[int]) -> None:
    file.seek(at)
    file.write(data)


def _got(file: IO[bytes], at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)
