"""Counts in a snapshot: how often each value of a filter, or each group of values, stands in what a query finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.filters import BUCKETS, filter_named
from api.query import Query

from .layout import filter_table
from .read import Snapshot
from .statements import TAKEN, rows


def values(snapshot: Snapshot, query: Query, name: str, limit: int) -> list[tuple[Any, int]]:
    """Return the values of a filter with their counts, most frequent first, among what a query finds without what it chooses."""
    taken = rows(query, without=name)
    table = filter_table(query.resource, filter_named(query.resource, name))
    among = f" WHERE row IN (SELECT {TAKEN}.row FROM {taken})" if taken.conditions else ""
    statement = f"SELECT value, count(*) FROM {table}{among} GROUP BY value ORDER BY count(*) DESC, value LIMIT ?"
    return snapshot.rows(statement, [*taken.bindings, limit])


def groups(snapshot: Snapshot, query: Query, by: Sequence[tuple[str, str]]) -> tuple[int, list[tuple[Any, ...]]]:
    """Return how many groups there are, and one page of them, largest first: a value for each dimension, null where missing, and the count.

    A dimension is a filter's name and "" or the bucket of its dates, by the first day that a date can mean. A record with several
    values counts for each of them.
    """
    taken = rows(query)
    tables = [filter_table(query.resource, filter_named(query.resource, name)) for name, _ in by]
    joined = " ".join(f"LEFT JOIN {table} AS by{number} ON by{number}.row = taken.row" for number, table in enumerate(tables))
    columns = ", ".join(f"{_bucket(f'by{number}.value', bucket)} AS group{number}" for number, (_, bucket) in enumerate(by))
    names = [f"group{number}" for number in range(len(by))]
    grouped = f"SELECT {columns}, count(*) AS size FROM (SELECT {TAKEN}.row FROM {taken}) AS taken {joined} GROUP BY {', '.join(names)}"
    total = snapshot.rows(f"SELECT count(*) FROM ({grouped})", taken.bindings)[0][0]
    order = ", ".join(f"{name} NULLS LAST" for name in names)
    return total, snapshot.rows(f"{grouped} ORDER BY size DESC, {order} LIMIT ? OFFSET ?", [*taken.bindings, query.per_page, query.offset])


def _bucket(column: str, bucket: str) -> str:
    """Return the expression of a bucket; a date with an open beginning has none."""
    if not bucket:
        return column
    ending = " || '0s'" if bucket == "decade" else ""
    return f"CASE WHEN {column} <> '' THEN substr({column}, 1, {BUCKETS[bucket]}){ending} END"
