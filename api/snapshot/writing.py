"""Writing what was compiled into the tables of a snapshot, debate after debate, each into rows of its own with room to grow.

The rows of a collection are in its default order, in blocks: one for each debate, numbered without a gap, and behind each block
numbers that are free, so that another version of the debate fits in its place and no other row gets another number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import apsw

from schemas import BY_TYPE, RESOURCES, Resource

from . import passages, search, sets
from .compiling import Block, Compiled
from .layout import BLOCKS, COMMON, filter_table, indexes, is_date, own_sorts, tables

STEP: Final = 64  # the rows of a block are a multiple of it; debates, and actors, are as far from one another
ROOM: Final = 5, 4  # as many rows are kept for so many that are there
MOST_WAITING: Final = 50_000  # documents that wait to be indexed, so that they come in the order of the index
PASSAGES: Final = "passages"


def reserved(count: int) -> int:
    """Return how many rows are kept for a debate that has so many."""
    wanted = count * ROOM[0] // ROOM[1]
    return STEP * max(1, -(-wanted // STEP))


class Writer:
    """Writes into the database of a draft; debates come in the order of their blocks."""

    def __init__(self, database: apsw.Connection) -> None:
        """Make the tables."""
        self.database = database
        self._free: dict[str, int] = {}
        self._waiting: list[tuple[Any, ...]] = []
        for statement in (COMMON, BLOCKS, sets.TABLE, search.TABLE, search.GATHERED, passages.TABLES):
            database.execute(statement)
        for resource in RESOURCES:
            for statement in tables(resource):
                database.execute(statement)

    def debate(self, made: Compiled, number: int) -> None:
        """Write a debate, which is the so manieth of all by its id, from 0."""
        for type_, block in made.blocks.items():
            resource = BY_TYPE[type_]
            within = resource.within_debate
            first = self._kept(resource.collection, made.debate, len(block.rows)) if within else STEP * (number + 1)
            self.block(resource, block, first)
        passages.write(self.database, made.passages, self._kept(PASSAGES, made.debate, len(made.passages.passages)))
        self.database.executemany("INSERT INTO texts VALUES (?, ?)", made.texts)
        self.database.execute("INSERT INTO integrity VALUES (?, ?)", (made.debate, made.report))

    def _kept(self, collection: str, debate: str, count: int) -> int:
        """Keep rows for a debate and return the first."""
        first = self._free.get(collection, 1)
        room = reserved(count)
        self._free[collection] = first + room
        self.database.execute("INSERT INTO blocks VALUES (?, ?, ?, ?, ?)", (collection, debate, first, first + count - 1, room))
        return first

    def block(self, resource: Resource, block: Block, first: int, step: int = 1) -> None:
        """Write some records of a collection, from the row `first` on."""
        row = f"? * {step} + {first}"
        marks = ", ?" * (3 + len(own_sorts(resource)))
        self.database.executemany(f"INSERT INTO {resource.collection} VALUES ({row}{marks})", block.rows)
        for one in resource.filters:
            value = "?, ?" if is_date(resource, one) else "?"
            self.database.executemany(f"INSERT INTO {filter_table(resource, one)} VALUES ({value}, {row})", block.pairs[one.name])
        least = search.rows_of(resource)[0] + first
        self._waiting += ((least + number * step, *document) for number, *document in block.documents)
        if len(self._waiting) >= MOST_WAITING:
            self._index_words()

    def _index_words(self) -> None:
        """Give the index of words the documents that wait; it takes least when they come in the order of their rows."""
        self._waiting.sort()
        self.database.executemany("INSERT INTO search (rowid, stems, words, label) VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting = []

    def finish(self) -> Iterator[None]:
        """Index all that is written, a step at a time."""
        self._index_words()
        self.database.execute(search.MERGED)
        yield
        for resource in RESOURCES:
            for statement in indexes(resource):
                self.database.execute(statement)
            yield


def counts(database: apsw.Connection) -> dict[str, int]:
    """Return how many records each collection has."""
    return {one.collection: next(database.execute(f"SELECT count(*) FROM {one.collection}"))[0] for one in RESOURCES}
