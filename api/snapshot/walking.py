"""Rows in order: the part of a set of rows that a page shows, found without sorting the set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pyroaring import BitMap

from api.query import SortKey
from schemas import Resource

from .layout import as_numbers, keys_index, sort_column
from .orders import GROUP, RUN, Run, ids_in_row_order, missing, runs, sort_order
from .read import Snapshot

FEW: Final = 1024  # rows that are sorted as they are
ID: Final = SortKey("id", descending=False)


@dataclass(slots=True)
class Wanted:
    """What is still to be passed over, how many rows are still wanted behind that, and those that were found."""

    skip: int
    left: int
    found: list[int] = field(default_factory=list)

    def passes(self, count: int) -> bool:
        """Pass over so many rows, if none of them is wanted."""
        if self.left and count > self.skip:
            return False
        self.skip -= min(count, self.skip)
        return True

    def take(self, rows: Sequence[int] | BitMap) -> None:
        """Take what is wanted of rows in order."""
        got = rows[self.skip : self.skip + self.left]
        self.skip -= min(len(rows), self.skip)
        self.left -= len(got)
        self.found += got


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through the rows of a collection."""

    snapshot: Snapshot
    resource: Resource

    def part(self, rows: BitMap, keys: Sequence[SortKey], limit: int, offset: int = 0, behind: int | None = None) -> list[int]:
        """Return at most so many of some rows in order of keys, behind an offset or behind a row, one of the rows or not."""
        wanted = Wanted(offset, limit)
        self._collect(rows, _decisive(keys), wanted, behind)
        return wanted.found

    def _collect(self, rows: BitMap, keys: tuple[SortKey, ...], wanted: Wanted, behind: int | None) -> None:
        if behind is None and wanted.passes(len(rows)):
            return
        if keys[0].name == "id" and ids_in_row_order(self.resource):
            _by_number(rows, wanted, behind, descending=keys[0].descending)
        elif len(rows) <= FEW:
            wanted.take(self._sorted(rows, keys, wanted, behind))
        else:
            self._through_runs(rows, keys, wanted, behind)

    def _through_runs(self, rows: BitMap, keys: tuple[SortKey, ...], wanted: Wanted, behind: int | None) -> None:
        start = None if behind is None else self._key(keys[0], behind)
        if behind is None or start is not None:
            for run in self._reached(rows, keys[0], wanted, start):
                self._through_run(rows & run.rows, run, keys, wanted, behind)
                if not wanted.left:
                    return
                behind = None
        if keys[0].name != "id":
            self._collect(rows & missing(self.snapshot, sort_order(self.resource, keys[0].name)), keys[1:], wanted, behind)

    def _reached(self, rows: BitMap, key: SortKey, wanted: Wanted, start: Any) -> Iterator[Run]:
        """Yield the runs of a key in its direction from a key on, but for those of groups that are passed over as a whole."""
        name, descending = sort_order(self.resource, key.name), key.descending
        for group in runs(self.snapshot, name, GROUP, descending=descending, around=start):
            if start is None and wanted.passes(rows.intersection_cardinality(group.rows)):
                continue
            first, last = (group.high, group.low) if descending else (group.low, group.high)
            yield from runs(self.snapshot, name, RUN, descending=descending, around=first if start is None else start, until=last)
            start = None

    def _through_run(self, rows: BitMap, run: Run, keys: tuple[SortKey, ...], wanted: Wanted, behind: int | None) -> None:
        """Take what is wanted of one run: where it is one value the next key decides."""
        if behind is None and wanted.passes(len(rows)):
            return
        if run.ascending is None:
            self._collect(rows, keys[1:] or (ID,), wanted, behind)
        elif keys[1:] in {(), (ID,)}:
            ordered: Sequence[int] = run.ordered(descending=keys[0].descending)
            if behind is not None:
                ordered = ordered[ordered.index(behind) + 1 :]
            wanted.take(list(filter(set(rows).__contains__, ordered)))
        else:
            wanted.take(self._sorted(rows, keys, wanted, behind))

    def _sorted(self, rows: BitMap, keys: tuple[SortKey, ...], wanted: Wanted, behind: int | None) -> list[int]:
        """Return the first of a few rows in order, as many as may be wanted, or all that are behind a row where one is given."""
        among = rows if behind is None else rows | BitMap([behind])
        order = ", ".join(f"{sort_column(key.name)} {'DESC' if key.descending else 'ASC'} NULLS LAST" for key in keys)
        index = f"{self.resource.collection} INDEXED BY {keys_index(self.resource)}"
        statement = f"SELECT row FROM {index} WHERE row IN carray(?) ORDER BY {order} LIMIT ?"
        most = wanted.skip + wanted.left if behind is None else len(among)
        found = [row for (row,) in self.snapshot.rows(statement, (as_numbers(among), most))]
        return found if behind is None else found[found.index(behind) + 1 :]

    def _key(self, key: SortKey, row: int) -> Any:
        """Return the value by which a row is sorted."""
        return self.snapshot.rows(f"SELECT {sort_column(key.name)} FROM {self.resource.collection} WHERE row = ?", (row,))[0][0]


def _decisive(keys: Sequence[SortKey]) -> tuple[SortKey, ...]:
    """Return the keys up to the id, which is the last where none says so: no two records share it."""
    names = [key.name for key in keys]
    return tuple(keys[: names.index("id") + 1]) if "id" in names else (*keys, ID)


def _by_number(rows: BitMap, wanted: Wanted, behind: int | None, *, descending: bool) -> None:
    """Take what is wanted of rows in the order of their numbers, or against it."""
    if not descending:
        passed = 0 if behind is None else rows.rank(behind)
        wanted.skip += passed
        wanted.take(rows)
        return
    kept = len(rows) if behind is None else rows.rank(behind - 1)
    end = max(kept - wanted.skip, 0)
    got = list(rows[max(end - wanted.left, 0) : end])[::-1]
    wanted.skip, wanted.left = max(wanted.skip - kept, 0), wanted.left - len(got)
    wanted.found += got
