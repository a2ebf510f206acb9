"""Counts in a snapshot: how often each value of a filter, or each group of values, stands in some rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from itertools import chain, count, groupby, islice
from operator import itemgetter
from typing import Any, Final

from pyroaring import BitMap

from api.filters import filter_named
from api.query import Query
from schemas import Filter

from .layout import as_numbers, filter_table
from .read import Snapshot
from .selection import taken
from .sets import any_name, bucket_of, by_size, more_than, rare, value_name, whole

CROSSED: Final = 0.25  # sets that are crossed in the time that a row takes to be looked up
MOST_LOOKED_UP: Final = 16_384  # rows whose values are counted in Python
ALL: Final = 1 << 32  # values: more than there are
EACH: Final = 64  # sets that are read at a time
MOST_CROSSED: Final = 20_000  # pairs of sets that an aggregate crosses
Group = tuple[Any, ...]
Counted = list[tuple[Any, int]]


def looked_up(snapshot: Snapshot, table: str, rows: BitMap, limit: int) -> Counted:
    """Return the most frequent values in some rows, looked up row by row; the database counts those of many, so that memory is bounded."""
    statement = f"SELECT value FROM {table} WHERE row IN carray(?)"
    if len(rows) > MOST_LOOKED_UP:
        statement = f"SELECT value, count(*) FROM {table} WHERE row IN carray(?) GROUP BY value ORDER BY count(*) DESC, value LIMIT ?"
        return snapshot.rows(statement, (as_numbers(rows), limit))
    found = snapshot.rows(statement, (as_numbers(rows),))
    return largest(Counter([value for (value,) in found]).items(), limit)


def largest(counted: Iterable[tuple[Any, int]], limit: int) -> Counted:
    """Return the first of values with their counts, most frequent first, equal ones in order of value."""
    return nsmallest(limit, counted, key=place)


def place(counted: tuple[Any, int]) -> tuple[int, Any]:
    """Return what values with their counts are sorted by."""
    value, count = counted
    return -count, value


def groups(snapshot: Snapshot, query: Query, by: Sequence[tuple[str, str]]) -> tuple[int, list[Group]]:
    """Return how many groups there are, and one page of them, largest first: a value for each dimension, null where missing, and the count.

    A dimension is a filter's name and "" or the bucket of its dates, by the first day that a date can mean. A record with several
    values counts for each of them.
    """
    rows = taken(snapshot, query)
    names = [value_name(query.resource, filter_named(query.resource, name), bucket) for name, bucket in by]
    most = min(MOST_CROSSED, int(len(rows) * CROSSED))
    if _is_crossed(snapshot, names, rows, most):
        made = sorted(_crossing(snapshot, names, rows), key=_group_place)
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


def _group_place(group: Group) -> tuple[Any, ...]:
    """Return what groups are sorted by: the largest first, then in order of their values, what is missing last."""
    *found, count = group
    return -count, [(value is None, value) for value in found]


def _by_one(snapshot: Snapshot, query: Query, one: Filter, rows: BitMap) -> tuple[int, list[Group]]:
    """Return the groups of one dimension that many rows are in: sets are crossed, and rare values looked up, or the table gone through."""
    name, table = value_name(query.resource, one), filter_table(query.resource, one)
    left = rows & rare(snapshot, name)[1]
    valued: Iterable[tuple[Any, int]] = in_table(snapshot, table, rows)
    if len(left) <= MOST_LOOKED_UP and not more_than(snapshot, name, int(len(rows) * CROSSED)):
        crossed = {value: rows.intersection_cardinality(standing) for value, _, standing in by_size(snapshot, name, EACH)}
        found = looked_up(snapshot, table, left, ALL)
        valued = [*crossed.items(), *((value, times) for value, times in found if value not in crossed)]
    without = len(rows - whole(snapshot, any_name(name)))
    numbers = count(1)
    counted = ((next(numbers), group) for group in chain(valued, [(None, without)]) if group[1])
    first = nsmallest(query.offset + query.per_page, ((*_group_place(group), group) for _, group in counted))
    return next(numbers) - 1, [group for *_, group in first[query.offset :]]


def in_table(snapshot: Snapshot, table: str, rows: BitMap, most: int | None = None) -> Iterator[tuple[Any, int]]:
    """Yield each value that stands in some rows with how often it does, in order of value, as far as `most` pairs of value and row go."""
    for value, pairs in groupby(islice(_pairs(snapshot, table), most), key=itemgetter(0)):
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
