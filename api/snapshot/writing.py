"""Writing what was compiled into the tables of a snapshot, debate after debate, each into rows of its own with room to grow.

The rows of a collection are in its default order, in blocks: one for each debate, numbered without a gap, and behind each block
numbers that are free, so that another version of the debate fits in its place and no other row gets another number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import apsw

from schemas import BY_TYPE, RESOURCES, Filter, Resource

from . import csv_lines, derived, orders, passages, postings, search, sets
from .compiling import Block, Compiled
from .layout import BLOCKS, COMMON, filter_table, indexes, is_date, own_sorts, tables
from .record_writing import DraftRecords

STEP: Final = 64  # the rows of a block are a multiple of it; debates, and actors, are as far from one another
ROOM: Final = 5, 4  # as many rows are kept for so many that are there
MOST_WAITING: Final = 50_000  # documents that wait to be indexed, so that they come in the order of the index
PASSAGES: Final = "passages"

Written = Callable[[str, Sequence[Any], int, int], None]
Room = Callable[[str, int], tuple[int, int]]  # the first row, and how many are kept, for so many rows of a collection


def reserved(count: int) -> int:
    """Return how many rows are kept for a debate that has so many."""
    wanted = count * ROOM[0] // ROOM[1]
    return STEP * max(1, -(-wanted // STEP))


class Writer:
    """Writes into the database and the records of a draft; debates come in the order of their blocks."""

    def __init__(self, database: apsw.Connection, records: DraftRecords, *, new: bool = True, written: Written = lambda *_: None) -> None:
        """Take both, and make the tables of a new database; `written` hears of the documents that were, and of their rows."""
        self._written = written
        self.database, self._records = database, records
        self._free: dict[str, int] = {}
        self._waiting: list[tuple[Any, ...]] = []
        if new:
            self._make()

    def _make(self) -> None:
        for statement in (COMMON, BLOCKS, csv_lines.TABLE, sets.TABLE, orders.TABLE, search.TABLE, search.GATHERED, passages.TABLES):
            self.database.execute(statement)
        for resource in RESOURCES:
            for statement in tables(resource):
                self.database.execute(statement)

    def debate(self, made: Compiled, number: int) -> None:
        """Write a debate, which is the so manieth of all by its id, from 0."""
        self.write(made, self._kept, STEP * (number + 1))

    def write(self, made: Compiled, room: Room, row: int) -> None:
        """Write a debate, given how rows are found for it, and its own row among all debates."""

        def kept(collection: str, count: int) -> int:
            first, reserved = room(collection, count)
            bounds = (collection, made.debate, first, first + count - 1, reserved)
            self.database.execute("INSERT INTO blocks VALUES (?, ?, ?, ?, ?)", bounds)
            return first

        for type_, block in made.blocks.items():
            resource = BY_TYPE[type_]
            self.block(resource, block, kept(resource.collection, len(block.rows)) if resource.within_debate else row)
        passages.write(self.database, made.passages, kept(PASSAGES, len(made.passages.passages)))
        self.database.executemany("INSERT INTO texts VALUES (?, ?)", made.texts)
        self.database.execute("INSERT INTO integrity VALUES (?, ?)", (made.debate, made.report))

    def _kept(self, collection: str, count: int) -> tuple[int, int]:
        """Keep rows behind all that are kept already; return the first, and how many there are."""
        first, room = self._free.get(collection, 1), reserved(count)
        self._free[collection] = first + room
        return first, room

    def block(self, resource: Resource, block: Block, first: int, step: int = 1) -> None:
        """Write some records of a collection, from the row `first` on."""
        row = f"? * {step} + {first}"
        marks = ", ?" * (2 + len(own_sorts(resource)))
        self.database.executemany(f"INSERT INTO {resource.collection} VALUES ({row}{marks})", block.rows)
        self._records.write(resource.collection, first, block.bodies, step)
        self.pairs(resource, resource.filters, block, row)
        csv_lines.write(self.database, resource.collection, block.lines, first, step)
        self._written(resource.collection, block.documents, first, step)
        least = search.rows_of(resource)[0] + first
        self._waiting += ((least + number * step, *document) for number, *document in block.documents)
        if len(self._waiting) >= MOST_WAITING:
            self.index_words()

    def pairs(self, resource: Resource, filters: Iterable[Filter], block: Block, row: str) -> None:
        """Write the rows of the tables of some filters, given how a row is numbered."""
        for one in filters:
            value = "?, ?" if is_date(resource, one) else "?"
            self.database.executemany(f"INSERT INTO {filter_table(resource, one)} VALUES ({value}, {row})", block.pairs[one.name])

    def index_words(self) -> None:
        """Give the index of words the documents that wait; it takes least when they come in the order of their rows."""
        self._waiting.sort()
        self.database.executemany("INSERT INTO search (rowid, stems, words, label) VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting = []

    def finish(self) -> Iterator[None]:
        """Index all that is written, a step at a time."""
        self.index_words()
        self.database.execute(search.MERGED)
        yield
        postings.write(self.database)
        yield
        for resource in RESOURCES:
            for statement in indexes(resource):
                self.database.execute(statement)
            yield
        derived.write(self.database)
        yield


def counts(database: apsw.Connection) -> dict[str, int]:
    """Return how many records each collection has."""
    return {one.collection: next(database.execute(f"SELECT count(*) FROM {one.collection}"))[0] for one in RESOURCES}
