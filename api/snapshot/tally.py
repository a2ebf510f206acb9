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
from schemas import Filter, Resource

from .layout import as_numbers, filter_table
from .read import Snapshot
from .selection import taken
from .sets import any_name, bucket_of, by_size, more_than, rare, value_name, whole

CROSSED: Final = 0.25  # sets that are crossed in the time that a row takes to be looked up
MOST_LOOKED_UP: Final = 16_384  # rows whose values are counted in Python
EACH: Final = 64  # sets that are read at a time
MOST_CROSSED: Final = 1_000_000  # pairs of sets that an aggregate crosses
MOST_PAIRED: Final = 400_000  # rows whose values are looked up to be crossed
MOST_SCARCE: Final = 20_000  # values without sets of their own that are crossed
Group = tuple[Any, ...]
Dimension = list[tuple[Any, BitMap]]
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
    if crossing := _crossing(snapshot, query.resource, by, rows):
        return _page(query, _crossed(crossing, rows))
    if len(rows) > MOST_LOOKED_UP and len(by) == 1 and not by[0][1]:
        return _by_one(snapshot, query, filter_named(query.resource, by[0][0]), rows)
    return _grouped(snapshot, query, by, rows)


def _page(query: Query, found: Iterable[Group]) -> tuple[int, list[Group]]:
    """Return how many groups there are and one page of them; no more of them are held than come before its end."""
    numbers = count(1)
    first = nsmallest(query.offset + query.per_page, ((*_group_place(group), group) for group in found if next(numbers)))
    return next(numbers) - 1, [group for *_, group in first[query.offset :]]


def _crossing(snapshot: Snapshot, resource: Resource, by: Sequence[tuple[str, str]], rows: BitMap) -> list[Dimension]:
    """Return the dimensions that some rows are grouped by; none where to cross their values would take longer than to look up the rows."""
    many = len(rows) > MOST_LOOKED_UP
    most, found = min(MOST_CROSSED, len(rows) if many else int(len(rows) * CROSSED)), []
    for name, bucket in by:
        dimension = _dimension(snapshot, resource, (filter_named(resource, name), bucket), rows, (most, MOST_PAIRED if many else 0))
        if dimension is None:
            return []
        found.append(dimension)
        most //= len(dimension)
    return found if most else []


def _dimension(snapshot: Snapshot, resource: Resource, by: tuple[Filter, str], rows: BitMap, most: tuple[int, int]) -> Dimension | None:
    """Return the values of a dimension, each with the rows that it stands in, the last those without any; None where they are too many.

    `most` says how many values there may be that have sets, and in how many rows others may stand, which are looked up.
    """
    one, bucket = by
    most_sets, most_rows = most
    name = value_name(resource, one, bucket)
    left = rows & rare(snapshot, name)[1]
    if more_than(snapshot, name, most_sets) or len(left) > most_rows:
        return None
    found = {value: standing for value, _, standing in by_size(snapshot, name, EACH)}
    scarce: dict[Any, list[int]] = {}
    for value, row in _pairs_in(snapshot, filter_table(resource, one), left):
        if value not in found:
            scarce.setdefault(value, []).append(row)
        if len(scarce) > MOST_SCARCE:
            return None
    found |= {value: BitMap(standing) for value, standing in scarce.items()}
    return [*found.items(), (None, rows - whole(snapshot, any_name(name)))]


def _pairs_in(snapshot: Snapshot, table: str, rows: BitMap) -> Iterator[tuple[Any, int]]:
    """Yield the values and rows of a filter's table that some rows have, read some thousand rows at a time."""
    for start in range(0, len(rows), MOST_LOOKED_UP):
        part = as_numbers(rows[start : start + MOST_LOOKED_UP])
        yield from snapshot.rows(f"SELECT value, row FROM {table} WHERE row IN carray(?)", (part,))


def _crossed(dimensions: Sequence[Dimension], rows: BitMap) -> Iterator[Group]:
    """Yield the groups that some rows are in, counted by crossing sets."""
    dimension, *rest = dimensions
    for value, standing in dimension:
        if rest and (part := rows & standing):
            yield from ((value, *group) for group in _crossed(rest, part))
        elif not rest and (times := rows.intersection_cardinality(standing)):
            yield value, times


def _group_place(group: Group) -> tuple[Any, ...]:
    """Return what groups are sorted by: the largest first, then in order of their values, what is missing last."""
    *found, count = group
    return -count, [(value is None, value) for value in found]


def _by_one(snapshot: Snapshot, query: Query, one: Filter, rows: BitMap) -> tuple[int, list[Group]]:
    """Return the groups of one dimension that many rows are in and that has too many values to be crossed: its table is gone through."""
    without = len(rows - whole(snapshot, any_name(value_name(query.resource, one))))
    valued = in_table(snapshot, filter_table(query.resource, one), rows)
    return _page(query, (group for group in chain(valued, [(None, without)]) if group[1]))


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
