"""What changes where some blocks of rows are replaced: all that is derived from rows is brought up to date for these blocks alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import apsw

from . import derived, renewing

Block = tuple[int, int]  # first and last row, both within

# Each notes what rows contribute (``touched``), and renews what it keeps of a collection for some blocks (``refresh``).
KEEPERS: Final[tuple[Any, ...]] = (derived, renewing)


class Changes:
    """The blocks of rows that go and come in a database."""

    def __init__(self, database: apsw.Connection) -> None:
        """Take the database."""
        self._database = database
        self._blocks: dict[str, list[Block]] = defaultdict(list)
        self._notes: dict[str, list[list[Any]]] = defaultdict(lambda: [[] for _ in KEEPERS])

    def leaving(self, collection: str, first: int, last: int) -> None:
        """Take note of rows that are about to go."""
        self._blocks[collection].append((first, last))
        for keeper, notes in zip(KEEPERS, self._notes[collection], strict=True):
            notes.append(keeper.touched(self._database, collection, first, last))

    def coming(self, collection: str, first: int, last: int) -> None:
        """Take note of where rows come."""
        self._blocks[collection].append((first, last))

    def renew(self) -> None:
        """Bring all up to date, once the old rows have gone and the new ones have come."""
        for collection, blocks in self._blocks.items():
            apart = list(merged(blocks))
            for keeper, notes in zip(KEEPERS, self._notes[collection], strict=True):
                keeper.refresh(self._database, collection, apart, notes)


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
