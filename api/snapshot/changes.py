"""What changes where some blocks of rows are replaced: all that is derived from rows is brought up to date for these blocks alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import apsw
import orjson

from schemas import BY_COLLECTION

from . import derived, renewing, search
from .records import Bodies

Block = tuple[int, int]  # first and last row, both within


class Changes:
    """The blocks of rows that go and come in a database."""

    def __init__(self, database: apsw.Connection, records: Bodies) -> None:
        """Take the database and the bodies of its records."""
        self._database, self._records = database, records
        self._blocks: dict[str, list[Block]] = defaultdict(list)
        self._notes: dict[str, list[derived.Note]] = defaultdict(list)
        self._going: dict[str, renewing.Words] = defaultdict(renewing.Words)
        self._coming: dict[str, renewing.Words] = defaultdict(renewing.Words)

    def leaving(self, collection: str, first: int, last: int) -> None:
        """Take note of rows that are about to go."""
        self._blocks[collection].append((first, last))
        self._notes[collection].append(derived.touched(self._database, collection, first, last))
        for row, body in self._records.between(collection, first, last):
            self._going[collection].add(row, search.document(BY_COLLECTION[collection], orjson.loads(body)))

    def coming(self, collection: str, documents: Iterable[Sequence[Any]], first: int, step: int = 1) -> None:
        """Take note of records that come from the row `first` on, given what the index of words is to hold of each."""
        words, last = self._coming[collection], None
        for number, *document in documents:
            last = first + number * step
            words.add(last, document)
        if last is not None:
            self._blocks[collection].append((first, last))

    def renew(self) -> None:
        """Bring all up to date, once the old rows have gone and the new ones have come."""
        lists = renewing.Lists(self._database)
        for collection, blocks in self._blocks.items():
            apart = list(merged(blocks))
            derived.refresh(self._database, collection, apart, self._notes[collection])
            renewing.refresh(self._database, lists, collection, apart, self._going[collection], self._coming[collection])


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
