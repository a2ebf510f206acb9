"""Counts in a snapshot: how often each value of a filter, or each group of values, stands in what a query finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappush, heappushpop, nsmallest
from itertools import chain, count, groupby
from operator import itemgetter
from typing import Any, Final

from pyroaring import BitMap

from api.filters import end_of, filter_named
from api.query import Query
from schemas import Filter, Resource

from .layout import as_numbers, filter_table
from .read import Snapshot
from .selection import is_narrowed, taken, with_value
from .sets import any_name, bucket_of, by_size, frequent, more_than, rare, value_name, whole

CROSSED: Final = 0.25  # sets that are crossed in the time that a row takes to be looked up
FEW: Final = 16  # values that are looked at one by one in any case
MOST_LOOKED_UP: Final = 16_384  # rows whose values are counted in Python
MOST_LISTED: Final = 300_000  # rows whose values are looked up one by one, and not by going through their table
ALL: Final = 1 << 32  # values: more than there are
EACH: Final = 64  # sets that are read at a time
MOST_CROSSED: Final = 20_000  # pairs of sets that an aggregate crosses
Group = tuple[Any, ...]
Counted = list[tuple[Any, int]]


def values(snapshot: Snapshot, query: Query, name: str, limit: int) -> Counted:
    """Return the values of a filter with their counts, most frequent first, among what a query finds without what it chooses."""
    one = filter_named(query.resource, name)
    sets = value_name(query.resource, one)
    if not is_narrowed(query, name):
        return frequent(snapshot, sets, limit)
    rows = taken(snapshot, query, name)
    few = not more_than(snapshot, sets, FEW)
    if not few and not end_of(query.resource, one).many and (counted := _peeled(snapshot, query.resource, one, rows)) is not None:
        return _first(counted, limit)
    table = filter_table(query.resource, one)
    if not few and more_than(snapshot, sets, int(len(rows) * CROSSED)):
        return _looked_up(snapshot, table, rows, limit)
    counted, least = _crossed(snapshot, sets, rows, limit)
    below, scarce = rare(snapshot, sets)
    if least < below and (left := rows & scarce):  # where the last place takes more, no value without a set comes into it
        known = {value for value, _ in counted}
        counted += [one for one in _looked_up(snapshot, table, left, limit + len(known)) if one[0] not in known]
    return _first(counted, limit)


def _peeled(snapshot: Snapshot, resource: Resource, one: Filter, rows: BitMap) -> Counted | None:
    """Return how often each value stands in some rows that have one at most, or None where they have more than a few values.

    The first row says one value; what is left without the rows of this value says the next.
    """
    counted: Counted = []
    left = rows & whole(snapshot, any_name(value_name(resource, one)))
    for _ in range(FEW):
        if not left:
            return counted
        ((value,),) = snapshot.rows(f"SELECT value FROM {filter_table(resource, one)} WHERE row = ?", (left.min(),))
        standing = with_value(snapshot, resource, one, value)
        counted.append((value, left.intersection_cardinality(standing)))
        left -= standing
    return None if left else counted


def _first(counted: Counted, limit: int) -> Counted:
    """Return the first values, most frequent first, equal ones in order of value."""
    return sorted(((value, count) for value, count in counted if count), key=lambda one: (-one[1], one[0]))[:limit]


def _crossed(snapshot: Snapshot, name: str, rows: BitMap, limit: int) -> tuple[Counted, int]:
    """Return how often values stand in some rows, as far as they can come into the first places, and what the last place takes."""
    counted: Counted = []
    best: list[int] = []
    for value, size, standing in by_size(snapshot, name, EACH):
        if len(best) == limit and size < best[0]:
            break
        shared = rows.intersection_cardinality(standing)
        counted.append((value, shared))
        if len(best) < limit:
            heappush(best, shared)
        else:
            heappushpop(best, shared)
    return counted, best[0] if len(best) == limit else 0


def _looked_up(snapshot: Snapshot, table: str, rows: BitMap, limit: int) -> Counted:
    """Return the most frequent values in some rows, looked up row by row; the database counts those of many, so that memory is bounded."""
    statement = f"SELECT value FROM {table} WHERE row IN carray(?)"
    if len(rows) > MOST_LISTED:
        return nsmallest(limit, _in_table(snapshot, table, rows), key=lambda one: (-one[1], one[0]))
    if len(rows) > MOST_LOOKED_UP:
        statement = f"SELECT value, count(*) FROM {table} WHERE row IN carray(?) GROUP BY value ORDER BY count(*) DESC, value LIMIT ?"
        return snapshot.rows(statement, (as_numbers(rows), limit))
    found = snapshot.rows(statement, (as_numbers(rows),))
    return _first(list(Counter([value for (value,) in found]).items()), limit)


def groups(snapshot: Snapshot, query: Query, by: Sequence[tuple[str, str]]) -> tuple[int, list[Group]]:
    """Return how many groups there are, and one page of them, largest first: a value for each dimension, null where missing, and the count.

    A dimension is a filter's name and "" or the bucket of its dates, by the first day that a date can mean. A record with several
    values counts for each of them.
    """
    rows = taken(snapshot, query)
    names = [value_name(query.resource, filter_named(query.resource, name), bucket) for name, bucket in by]
    most = min(MOST_CROSSED, int(len(rows) * CROSSED))
    if _is_crossed(snapshot, names, rows, most):
        made = sorted(_crossing(snapshot, names, rows), key=_place)
        return len(made), made[query.offset : query.offset + query.per_page]
    if len(rows) > MOST_LOOKED_UP and len(by) == 1 and not by[0][1]:
        return _by_one(snapshot, query, filter_named(query.resource, by[0][0]), rows)
    return _grouped(snapshot, query, by, rows)


def _is_crossed(snapshot: Snapshot, names: Sequence[str], rows: BitMap, most: int) -> bool:
    """Say whether all values in some rows have sets of their own, and their pairs are no more than so many."""
    pairs = 1
    for name in names:
        if more_than(snapshot, name, most // pairs) or rows.intersect(rare(snapshot, name)[1]):
            return False
        pairs *= sum(1 for _ in by_size(snapshot, name, EACH)) + 1
    return pairs <= most


def _crossing(snapshot: Snapshot, names: Sequence[str], rows: BitMap) -> Iterable[Group]:
    """Yield the groups that some rows are in, counted by crossing sets."""
    (name, *rest) = names
    parts = ((value, rows & standing) for value, _, standing in by_size(snapshot, name, EACH))
    for value, part in (*parts, (None, rows - whole(snapshot, any_name(name)))):
        if part and rest:
            yield from ((value, *group) for group in _crossing(snapshot, rest, part))
        elif part:
            yield value, len(part)


def _place(group: Group) -> tuple[Any, ...]:
    """Return what groups are sorted by: the largest first, then in order of their values, what is missing last."""
    *found, count = group
    return -count, [(value is None, value) for value in found]


def _by_one(snapshot: Snapshot, query: Query, one: Filter, rows: BitMap) -> tuple[int, list[Group]]:
    """Return the groups of one dimension that many rows are in: sets are crossed, and rare values looked up, or the table gone through."""
    name, table = value_name(query.resource, one), filter_table(query.resource, one)
    left = rows & rare(snapshot, name)[1]
    valued: Iterable[tuple[Any, int]] = _in_table(snapshot, table, rows)
    if len(left) <= MOST_LOOKED_UP and not more_than(snapshot, name, int(len(rows) * CROSSED)):
        crossed = {value: rows.intersection_cardinality(standing) for value, _, standing in by_size(snapshot, name, EACH)}
        found = _looked_up(snapshot, table, left, ALL)
        valued = [*crossed.items(), *((value, times) for value, times in found if value not in crossed)]
    without = len(rows - whole(snapshot, any_name(name)))
    numbers = count(1)
    counted = ((next(numbers), group) for group in chain(valued, [(None, without)]) if group[1])
    first = nsmallest(query.offset + query.per_page, ((*_place(group), group) for _, group in counted))
    return next(numbers) - 1, [group for *_, group in first[query.offset :]]


def _in_table(snapshot: Snapshot, table: str, rows: BitMap) -> Iterator[tuple[Any, int]]:
    """Yield each value that stands in some rows with how often it does, in order of value."""
    for value, pairs in groupby(_pairs(snapshot, table), key=itemgetter(0)):
        if found := sum([row in rows for _, row in pairs]):
            yield value, found


def _pairs(snapshot: Snapshot, table: str) -> Iterator[tuple[Any, int]]:
    """Yield the values and rows of a filter's table in order, read some thousand at a time."""
    found = snapshot.rows(f"SELECT value, row FROM {table} ORDER BY value, row LIMIT ?", (MOST_LOOKED_UP,))
    while found:
        yield from found
        following = f"SELECT value, row FROM {table} WHERE (value, row) > (?, ?) ORDER BY value, row LIMIT ?"
        found = snapshot.rows(following, (*found[-1], MOST_LOOKED_UP))


def _grouped(snapshot: Snapshot, query: Query, by: Sequence[tuple[str, str]], rows: BitMap) -> tuple[int, list[Group]]:
    """Return the groups that some rows are in, looked up row by row."""
    tables = [filter_table(query.resource, filter_named(query.resource, name)) for name, _ in by]
    joined = " ".join(f"LEFT JOIN {table} AS by{number} ON by{number}.row = taken.row" for number, table in enumerate(tables))
    columns = ", ".join(f"{_column(number, bucket)} AS group{number}" for number, (_, bucket) in enumerate(by))
    names = [f"group{number}" for number in range(len(by))]
    among = "SELECT value AS row FROM carray(?)"
    grouped = f"SELECT {columns}, count(*) AS size FROM ({among}) AS taken {joined} GROUP BY {', '.join(names)}"
    order = ", ".join(f"{name} NULLS LAST" for name in names)
    if not rows:
        return 0, []
    bound = as_numbers(rows)
    total = snapshot.rows(f"SELECT count(*) FROM ({grouped})", (bound,))[0][0]
    return total, snapshot.rows(f"{grouped} ORDER BY size DESC, {order} LIMIT ? OFFSET ?", (bound, query.per_page, query.offset))


def _column(number: int, bucket: str) -> str:
    """Return the expression of a dimension."""
    column = f"by{number}.value"
    return bucket_of(column, bucket) if bucket else column
