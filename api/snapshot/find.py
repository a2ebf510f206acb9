"""What a query finds in a snapshot: a page, a walk, a sample, counts by value, and records of all types by words."""

from __future__ import annotations


import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.cursors import Position
from api.query import Query
from api.search_text import Term
from schemas import Resource

from .layout import filter_table
from .read import Snapshot
from .search import SCORE, expression, label_expression, resource_at, rows_of
from .statements import Key, continuations, is_ranked, keys, rows

MOST_LABELS: Final = 200


@dataclass(frozen=True, slots=True)
class Found:
    """How many records a query finds in all, and those asked for in their public form; ``position`` is where a walk goes on."""

    total: int
    bodies: Sequence[bytes]
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that a search over all types found; the higher the score, the better."""

    resource: Resource
    body: bytes
    score: float


def count(snapshot: Snapshot, query: Query, without: str = "") -> int:
    """Return how many records a query finds."""
    taken = rows(query, without=without)
    if " WHERE " not in taken.source:
        return snapshot.counts[query.resource.collection]
    total: int = snapshot.rows(f"SELECT count(*) FROM {taken.source}", taken.bindings)[0][0]
    return total


def page(snapshot: Snapshot, query: Query) -> Found:
    """Return one page of what a query finds."""
    total = count(snapshot, query)
    if query.per_page == 0 or query.offset >= total:
        return Found(total, ())
    found = _select(snapshot, query, "", (), query.per_page, query.offset)
    return Found(total, [row[0] for row in found])


def table(snapshot: Snapshot, query: Query, most: int) -> Found:
    """Return all that a query finds, or none of it where that is more than `most`."""
    total = count(snapshot, query)
    return Found(total, [row[0] for row in _select(snapshot, query, "", (), most, 0)] if total <= most else ())


def walk(snapshot: Snapshot, query: Query, behind: Position | None) -> Found:
    """Return the records of a walk that follow a position, the first ones without one; each page costs the same."""
    sorted_by = keys(query)
    total = behind.total if behind else count(snapshot, query)
    found: list[tuple[Any, ...]] = []
    parts = continuations(sorted_by, behind.keys) if behind else iter([("", [])])
    for more, bindings in parts:
        found += _select(snapshot, query, more, bindings, query.per_page + 1 - len(found), 0)
        if len(found) > query.per_page:
            return Found(total, [row[0] for row in found[:-1]], Position(tuple(found[-2][1:]), total))
    return Found(total, [row[0] for row in found])


def _select(snapshot: Snapshot, query: Query, more: str, bindings: Sequence[Any], limit: int, offset: int) -> list[tuple[Any, ...]]:
    """Return body and key values of rows in the order of a query."""
    sorted_by = keys(query)
    taken = rows(query, ranked=is_ranked(query))
    source = taken.where(more) if more else taken.source
    columns, order = _columns(sorted_by), ", ".join(key.order for key in sorted_by)
    statement = f"{taken.before}SELECT body, {columns} FROM {source} ORDER BY {order} LIMIT ? OFFSET ?"
    return snapshot.rows(statement, [*taken.bindings, *bindings, limit, offset])


def _columns(sorted_by: Sequence[Key]) -> str:
    return ", ".join(key.expression for key in sorted_by)


def sample(snapshot: Snapshot, query: Query, size: int, seed: int) -> Found:
    """Return records drawn by chance from what a query finds, in their default order; the same seed draws the same ones."""
    name = query.resource.collection
    taken = rows(query)
    whole = " WHERE " not in taken.source
    among: Sequence[int] = (
        range(1, snapshot.counts[name] + 1)
        if whole
        else [row[0] for row in snapshot.rows(f"SELECT row FROM {taken.source} ORDER BY row", taken.bindings)]
    )
    drawn = random.Random(seed).sample(among, min(size, len(among)))  # noqa: S311 - chance need not be secret
    marks = ",".join("?" * len(drawn))
    return Found(len(among), [row[0] for row in snapshot.rows(f"SELECT body FROM {name} WHERE row IN ({marks}) ORDER BY row", drawn)])


def values(snapshot: Snapshot, query: Query, name: str, limit: int) -> list[tuple[Any, int]]:
    """Return the values of a filter among what a query finds without that filter, most frequent first, with their counts."""
    one = next(one for one in query.resource.filters if one.name == name)
    taken = rows(query, without=name)
    among = f" WHERE row IN (SELECT row FROM {taken.source})" if " WHERE " in taken.source else ""
    statement = f"SELECT value, count(*) FROM {filter_table(query.resource, one)}{among} GROUP BY value ORDER BY count(*) DESC, value LIMIT ?"
    return snapshot.rows(statement, [*taken.bindings, limit])


def groups(snapshot: Snapshot, query: Query, by: Sequence[tuple[str, str]]) -> tuple[int, list[tuple[Any, ...]]]:
    """Return how many groups there are, and one page of them: a value for each dimension (null where missing) and the count.

    A dimension is a filter's name and "" or the bucket of its dates: year or decade, by the first day that a date can mean. A record
    with several values counts for each of them.
    """
    taken = rows(query)
    filters = {one.name: filter_table(query.resource, one) for one in query.resource.filters}
    joined = " ".join(f"LEFT JOIN {filters[name]} AS by{number} ON by{number}.row = taken.row" for number, (name, _) in enumerate(by))
    columns = ", ".join(f"{_bucket(f'by{number}.value', bucket)} AS group{number}" for number, (_, bucket) in enumerate(by))
    names = ", ".join(f"group{number}" for number in range(len(by)))
    grouped = f"SELECT {columns}, count(*) AS size FROM (SELECT row FROM {taken.source}) AS taken {joined} GROUP BY {names}"
    total = snapshot.rows(f"SELECT count(*) FROM ({grouped})", taken.bindings)[0][0]
    order = ", ".join(f"group{number} ASC NULLS LAST" for number in range(len(by)))
    statement = f"{grouped} ORDER BY size DESC, {order} LIMIT ? OFFSET ?"
    return total, snapshot.rows(statement, [*taken.bindings, query.per_page, query.offset])


def _bucket(column: str, bucket: str) -> str:
    """Return the expression of a bucket; a date with an open beginning has none."""
    digits = {"": None, "year": 4, "decade": 3}[bucket]
    if digits is None:
        return column
    suffix = " || '0s'" if bucket == "decade" else ""
    return f"CASE WHEN {column} <> '' THEN substr({column}, 1, {digits}){suffix} END"


def search(
    snapshot: Snapshot, terms: Sequence[Term], types: Sequence[Resource], debates: Sequence[str], limit: int, offset: int
) -> tuple[int, list[Hit]]:
    """Return how many records of some types and debates (all without any) match, and a page of them, best first."""
    among, bound = _among(types, debates)
    match = f"FROM search WHERE search MATCH ? AND {among}"
    bindings = [expression(terms), *bound]
    total = snapshot.rows(f"SELECT count(*) {match}", bindings)[0][0]
    statement = f"SELECT rowid, {SCORE} AS score {match} ORDER BY score, rowid LIMIT ? OFFSET ?"
    return total, [_hit(snapshot, rowid, -score) for rowid, score in snapshot.rows(statement, [*bindings, limit, offset])]


def labels(snapshot: Snapshot, typed: Sequence[str], types: Sequence[Resource], debates: Sequence[str]) -> list[tuple[Resource, bytes]]:
    """Return type and body of records whose labels hold the words typed so far, at most 200 of each type, in the order of rows."""
    found: list[tuple[Resource, bytes]] = []
    for resource in types:
        among, bound = _among([resource], debates)
        statement = f"SELECT rowid FROM search WHERE search MATCH ? AND {among} ORDER BY rowid LIMIT ?"
        hits = snapshot.rows(statement, [label_expression(typed), *bound, MOST_LABELS])
        found += [(resource, _hit(snapshot, rowid, 0).body) for (rowid,) in hits]
    return found


def _among(types: Sequence[Resource], debates: Sequence[str]) -> tuple[str, list[Any]]:
    """Return the condition that rows of the index are of some types and debates, and what is bound in it."""
    ranges = " OR ".join(["rowid BETWEEN ? AND ?"] * len(types))
    bound: list[Any] = [bound for resource in types for bound in rows_of(resource)]
    if not debates:
        return f"({ranges})", bound
    marks = ",".join("?" * len(debates))
    parts = []
    for resource in types:
        one = next(one for one in resource.filters if one.name == "debate")
        parts.append(f"SELECT row + {rows_of(resource)[0]} FROM {filter_table(resource, one)} WHERE value IN ({marks})")
        bound += debates
    return f"({ranges}) AND rowid IN ({' UNION ALL '.join(parts)})", bound


def _hit(snapshot: Snapshot, rowid: int, score: float) -> Hit:
    resource, row = resource_at(rowid)
    body = snapshot.rows(f"SELECT body FROM {resource.collection} WHERE row = ?", (row,))[0][0]
    return Hit(resource, body, score)


