"""What changes where some blocks of rows are replaced: all that is derived from rows is brought up to date for these blocks alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import apsw
import orjson

from schemas import BY_COLLECTION

from . import derived, renewing, search
from .layout import Rows
from .read import Snapshot
from .writing import PASSAGES

Block = tuple[int, int]  # first and last row, both within


def blocks_of(rows: Rows, debate: str) -> list[tuple[str, int, int]]:
    """Return the blocks of a debate, of passages and of the debate itself too, each with its collection."""
    found = list(rows("SELECT collection, first, last FROM blocks WHERE debate = ?", (debate,)))
    ((row,),) = rows("SELECT row FROM debates WHERE id = ?", (debate,))
    return [*found, ("debates", row, row)]


def actors_of(rows: Rows) -> Block:
    """Return the block of all actors."""
    ((first, last),) = rows("SELECT coalesce(min(row), 0), coalesce(max(row), 0) FROM actors", ())
    return first, last


class Changes:
    """The blocks of rows of a snapshot that go, and those that come in their place in a copy of it."""

    def __init__(self, base: Snapshot, going: Iterable[str]) -> None:
        """Take note of what goes with some debates, and of all actors, which always do: the copy may be still on its way."""
        self._base = base
        self._blocks: dict[str, list[Block]] = defaultdict(list)
        self._notes: dict[str, list[derived.Note]] = defaultdict(list)
        self._going: dict[str, renewing.Words] = defaultdict(renewing.Words)
        self._coming: dict[str, renewing.Words] = defaultdict(renewing.Words)
        for debate in going:
            for collection, first, last in blocks_of(base.rows, debate):
                if collection != PASSAGES:
                    self.leaving(collection, first, last)
        self.leaving("actors", *actors_of(base.rows))
        self._lists = renewing.Lists(base.rows)

    def leaving(self, collection: str, first: int, last: int) -> None:
        """Take note of rows that go."""
        self._blocks[collection].append((first, last))
        self._notes[collection].append(derived.touched(self._base.rows, collection, first, last))
        for row, body in self._base.records.between(collection, first, last):
            self._going[collection].add(row, search.document(BY_COLLECTION[collection], orjson.loads(body)))

    def coming(self, collection: str, documents: Iterable[Sequence[Any]], first: int, step: int = 1) -> None:
        """Take note of records that come from the row `first` on, given what the index of words is to hold of each."""
        words, last = self._coming[collection], None
        for number, *document in documents:
            last = first + number * step
            words.add(last, document)
        if last is not None:
            self._blocks[collection].append((first, last))

    def renew(self, database: apsw.Connection) -> None:
        """Bring all in the copy up to date, once the old rows have gone and the new ones have come."""
        apart = {collection: list(merged(blocks)) for collection, blocks in self._blocks.items()}
        for collection, blocks in apart.items():
            derived.refresh(database, collection, blocks, self._notes[collection])
        words = (renewing.Change(name, blocks, self._going[name], self._coming[name]) for name, blocks in apart.items())
        renewing.refresh(database, self._lists, words)


def merged(blocks: Iterable[Block]) -> Iterable[Block]:
    """Yield blocks in order, those that overlap or touch as one."""
    first, last = 0, -1
    for begin, end in sorted(blocks):
        if last < first or begin > last + 1:
            if first <= last:
                yield first, last
            first, last = begin, end
        last = max(last, end)
    if first <= last:
        yield first, last
