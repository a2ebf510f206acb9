"""Facets: the most frequent values of a filter in what a query finds.

They are counted step by step, the cheapest first, and no further than until no other value can come into the first places: a value
stands in no more of some rows than of all (the threshold algorithm of Fagin, Lotem and Naor 2003,
https://doi.org/10.1016/S0022-0000(03)00026-6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappush, heappushpop
from typing import Any, Final

from pyroaring import BitMap

from api.bounds import MOST_FACET_VALUES
from api.filters import end_of, filter_named
from api.query import Query
from schemas import Filter, Resource

from . import tally
from .layout import MOST_ROWS, filter_table
from .read import Snapshot
from .selection import is_narrowed, taken, with_value
from .sets import LEAST_TOGETHER, any_name, by_size, frequent, more_than, rare, shared, value_name, whole
from .tally import Counted, place

FEW: Final = 16  # values that are looked at one by one in any case
LISTED: Final = 2  # rows whose values are gone through in order in the time in which the values of one are looked up
TRIED: Final = 4  # rows to be looked up for each that is gone through before, in the hope that this will do
NOWHERE: Final = (0,)  # the place of what stands in no row


def values(snapshot: Snapshot, query: Query, name: str, limit: int) -> Counted:
    """Return the values of a filter with their counts, most frequent first, among what a query finds without what it chooses."""
    one = filter_named(query.resource, name)
    if not is_narrowed(query, name):
        return frequent(snapshot, value_name(query.resource, one), limit)
    return Facet(snapshot, query.resource, one, taken(snapshot, query, name), limit).first()


class Facet:
    """The values of a filter that stand in some rows, as far as they are counted."""

    def __init__(self, snapshot: Snapshot, resource: Resource, one: Filter, rows: BitMap, limit: int) -> None:
        """Take the rows, and how many values are wanted."""
        self._snapshot, self._resource, self._filter = snapshot, resource, one
        self._rows, self._limit = rows, limit
        self._sets, self._table = value_name(resource, one), filter_table(resource, one)
        self._counted: dict[Any, int] = {}
        self._left = rows  # in which values may stand that are not counted yet
        self._bound: tuple[Any, ...] = (-MOST_ROWS,)  # the place that the first of these can have at best

    def first(self) -> Counted:
        """Return the first values with their counts, most frequent first, equal ones in order of value."""
        best: Counted = []
        for step in self._steps():
            step()
            best = self._best()
            if self._is_decided(best):
                break
        return best

    def _steps(self) -> Iterator[Callable[[], None]]:
        """Yield what can be done, the cheapest first."""
        many = more_than(self._snapshot, self._sets, FEW)
        countless = many and more_than(self._snapshot, self._sets, tally.EACH)
        crossed = not countless or not more_than(self._snapshot, self._sets, int(len(self._rows) * tally.CROSSED))
        if many and not end_of(self._resource, self._filter).many:
            yield self._peel
        if not countless:
            yield self._count_sets
        if len(self._rows) > tally.MOST_LOOKED_UP:
            yield self._count_most_frequent
        if countless and crossed:
            yield self._count_sets
        if len(self._left) > tally.MOST_LOOKED_UP:
            if crossed:
                yield self._count_few
            yield self._look_for_the_most
        yield self._look_up

    def _best(self) -> Counted:
        return sorted([valued for valued in self._counted.items() if valued[1]], key=place)[: self._limit]

    def _is_decided(self, best: Counted) -> bool:
        """Say whether no value that is not counted can come into the first places."""
        return self._bound == NOWHERE or (len(best) == self._limit and place(best[-1]) <= self._bound)

    def _peel(self) -> None:
        """Count the values of rows that have one at most: the first row says one, what is left without the rows of this value the next.

        More than a few are left to the other steps.
        """
        left = self._rows & whole(self._snapshot, any_name(self._sets))
        for _ in range(FEW):
            if not left:
                break
            ((value,),) = self._snapshot.rows(f"SELECT value FROM {self._table} WHERE row = ?", (left.min(),))
            left -= self._count(value)
        if not left:
            self._bound = NOWHERE

    def _count(self, value: Any) -> BitMap:
        """Count a value, and return all rows that it stands in."""
        standing = with_value(self._snapshot, self._resource, self._filter, value)
        self._counted[value] = self._rows.intersection_cardinality(standing)
        return standing

    def _count_most_frequent(self) -> None:
        """Count the values that are the most frequent in all rows; the others come behind the last of them there."""
        noted = frequent(self._snapshot, self._sets, MOST_ROWS)
        for start in range(0, len(noted), tally.EACH):
            part = noted[start : start + tally.EACH]
            for value, _ in part:
                self._count(value)
            self._bound = max(self._bound, place(part[-1]))
            if self._is_decided(self._best()):
                return
        if len(noted) < MOST_FACET_VALUES:  # they are all that there are
            self._bound = NOWHERE

    def _count_sets(self) -> None:
        """Count the values that have sets, the largest first; the others stand in fewer rows than any of them."""
        best: list[int] = []
        for value, size, standing in by_size(self._snapshot, self._sets, tally.EACH):
            if len(best) == self._limit and size < best[0]:
                break
            found = self._counted[value] = self._rows.intersection_cardinality(standing)
            if len(best) < self._limit:
                heappush(best, found)
            else:
                heappushpop(best, found)
        least, scarce = rare(self._snapshot, self._sets)
        self._left = self._rows & scarce
        self._bound = max(self._bound, (1 - least,)) if self._left else NOWHERE

    def _count_few(self) -> None:
        """Count the values whose few rows are written together; the others stand in fewer rows."""
        self._counted.update(tally.largest(shared(self._snapshot, self._sets, self._left), self._limit))
        self._bound = max(self._bound, (1 - LEAST_TOGETHER,))

    def _look_for_the_most(self) -> None:
        """Go through the values in order, for a while, to find as many as are wanted with the most rows that any that is left can have."""
        most, wanted = -self._bound[0], self._limit
        for value, count in tally.in_table(self._snapshot, self._table, self._left, len(self._left) // TRIED):
            if count == most and value not in self._counted:
                self._counted[value] = count
                wanted -= 1
                if not wanted:
                    self._bound = -most, value
                    return

    def _look_up(self) -> None:
        """Look up the values of the rows that are left; there may be as many as rows, and no more of them are held than are wanted."""
        wanted = self._limit + len(self._counted)
        with_any = whole(self._snapshot, any_name(self._sets))
        if len(self._left) > max(tally.MOST_LOOKED_UP, len(with_any) // LISTED):
            found = tally.largest(tally.in_table(self._snapshot, self._table, self._left), wanted)
        else:
            found = tally.looked_up(self._snapshot, self._table, self._left, wanted)
        for value, count in found:
            self._counted.setdefault(value, count)
        self._bound = NOWHERE
