"""What a query finds in a snapshot: a page, a walk, a sample, or all of it for a table."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyroaring import BitMap

from api.cursors import NOT_GIVEN_OUT, BadCursor, Position
from api.query import Clause, Query
from schemas.canonical import Body

from . import relevance
from .layout import MOST_ROWS, filter_table
from .read import Snapshot
from .selection import is_filtered, is_narrowed, single, taken
from .sets import size_of, value_name
from .statements import TAKEN, Rows, continuations, is_ranked, keys, one_row, ordered_rows
from .walking import Walk


@dataclass(frozen=True, slots=True)
class Found:
    """How many records a query finds in all, and those asked for in their public form; ``position`` is where a walk goes on."""

    total: int
    bodies: Sequence[Body]
    position: Position | None = None


def count(snapshot: Snapshot, query: Query) -> int:
    """Return how many records a query finds."""
    if not is_narrowed(query):
        return snapshot.counts[query.resource.collection]
    clause = single(query)
    return len(taken(snapshot, query)) if clause is None else _count(snapshot, query, clause)


def _count(snapshot: Snapshot, query: Query, clause: Clause) -> int:
    """Return how many records have one value of one filter."""
    (value,) = clause.values
    size = size_of(snapshot, value_name(query.resource, clause.filter), value)
    if size is not None:
        return size
    found: int = snapshot.rows(f"SELECT count(*) FROM {filter_table(query.resource, clause.filter)} WHERE value = ?", (value,))[0][0]
    return found


def page(snapshot: Snapshot, query: Query) -> Found:
    """Return one page of what a query finds."""
    if query.per_page == 0:
        return Found(count(snapshot, query), ())
    if relevance.leads(query):
        return Found(*_best(snapshot, query, query.per_page, query.offset))
    rows = taken(snapshot, query)
    return Found(len(rows), part_of(snapshot, query, rows, query.per_page, query.offset))


def _best(snapshot: Snapshot, query: Query, limit: int, offset: int = 0) -> tuple[int, Sequence[Body]]:
    """Return how many records a query finds, and the bodies of a part of them, the most relevant first."""
    total, found = relevance.part(snapshot, query, limit, offset)
    return total, snapshot.bodies_at(query.resource, found)


def part_of(snapshot: Snapshot, query: Query, rows: BitMap, limit: int, offset: int = 0) -> Sequence[Body]:
    """Return the bodies of a part of some rows in the order of a query."""
    if offset >= len(rows):
        return ()
    found: Iterable[int]
    if is_ranked(query):
        found = _ranked(snapshot, query, ordered_rows(query, rows if is_filtered(query) else None), limit, offset)
    elif query.sort:
        found = Walk(snapshot, query.resource).part(rows, query.order, limit, offset)
    else:
        found = islice(rows.iter_equal_or_larger(rows[offset]), limit)  # to take a slice makes another set
    return snapshot.bodies_at(query.resource, found)


def table(snapshot: Snapshot, query: Query, most: int) -> Found:
    """Return all that a query finds, or none of it where that is more than `most`."""
    rows = taken(snapshot, query)
    if len(rows) <= most and relevance.leads(query):
        return Found(*_best(snapshot, query, most))
    return Found(len(rows), part_of(snapshot, query, rows, most) if len(rows) <= most else ())


def walk(snapshot: Snapshot, query: Query, behind: Position | None) -> Found:
    """Return the records of a walk that follow a position, the first ones without one; each page costs the same.

    :raises BadCursor: there is nothing at that position.
    """
    if behind:
        _check(snapshot, query, behind)
    if relevance.leads(query):
        total = behind.total if behind else count(snapshot, query)
        found = _best_behind(snapshot, query, behind)
    elif is_ranked(query):
        total = behind.total if behind else count(snapshot, query)
        found = _ranked_behind(snapshot, query, behind)
    else:
        rows = taken(snapshot, query)
        total = behind.total if behind else len(rows)
        found = _behind(snapshot, query, rows, behind)
    shown = found[: query.per_page]
    goes_on = Position(shown[-1], total) if len(found) > query.per_page else None
    return Found(total, snapshot.bodies_at(query.resource, shown), goes_on)


def _best_behind(snapshot: Snapshot, query: Query, behind: Position | None) -> Sequence[int]:
    """Return the rows of a page in the order of relevance, and one more, behind a position.

    :raises BadCursor: the query does not find what is there.
    """
    limit = query.per_page + 1
    found = relevance.behind(snapshot, query, behind.row, limit) if behind else relevance.part(snapshot, query, limit)[1]
    if found is None:
        raise BadCursor(NOT_GIVEN_OUT)
    return found


def _behind(snapshot: Snapshot, query: Query, rows: BitMap, behind: Position | None) -> list[int]:
    """Return the rows of a page, and one more, behind a position."""
    limit = query.per_page + 1
    if query.sort:
        return Walk(snapshot, query.resource).part(rows, query.order, limit, behind=behind.row if behind else None)
    first = rows.rank(behind.row) if behind else 0
    return list(rows[first : first + limit])


def _check(snapshot: Snapshot, query: Query, behind: Position) -> None:
    """Refuse a position that no walk was at; whoever made it up could count further than a set of rows does.

    :raises BadCursor: there is no such row, or there are not so many.
    """
    name = query.resource.collection
    possible = 0 < behind.row < MOST_ROWS and 0 < behind.total <= snapshot.counts[name]
    if not possible or not snapshot.rows(f"SELECT 1 FROM {name} WHERE row = ?", (behind.row,)):
        raise BadCursor(NOT_GIVEN_OUT)


def _ranked(snapshot: Snapshot, query: Query, taken: Rows, limit: int, offset: int = 0) -> list[int]:
    """Return the numbers of rows in an order that needs scores."""
    order = ", ".join(key.order for key in keys(query))
    statement = f"{taken.before}SELECT {TAKEN}.row FROM {taken} ORDER BY {order} LIMIT ? OFFSET ?"
    return [row for (row,) in snapshot.rows(statement, [*taken.bindings, limit, offset])]


def _ranked_behind(snapshot: Snapshot, query: Query, behind: Position | None) -> list[int]:
    """Return the rows of a page, and one more, behind a position in an order that needs scores."""
    parts = continuations(keys(query), _values(snapshot, query, behind)) if behind else [("", [])]
    among = ordered_rows(query, taken(snapshot, query) if is_filtered(query) else None)
    found: list[int] = []
    for more, bound in parts:
        if len(found) <= query.per_page:
            found += _ranked(snapshot, query, among.where(more, bound), query.per_page + 1 - len(found))
    return found


def _values(snapshot: Snapshot, query: Query, behind: Position) -> tuple[Any, ...]:
    """Return the values by which the row at a position is sorted.

    :raises BadCursor: the words of the query do not match it.
    """
    taken = one_row(query, behind.row)
    columns = ", ".join(key.expression for key in keys(query))
    for row in snapshot.rows(f"{taken.before}SELECT {columns} FROM {taken}", taken.bindings):
        values: tuple[Any, ...] = row
        return values
    raise BadCursor(NOT_GIVEN_OUT)


def sample(snapshot: Snapshot, query: Query, size: int, seed: int) -> Found:
    """Return records drawn by chance from what a query finds, in their default order; the same seed draws the same ones."""
    rows = taken(snapshot, query)
    drawn = random.Random(seed).sample(range(len(rows)), min(size, len(rows)))  # noqa: S311 - chance need not be secret
    return Found(len(rows), snapshot.bodies_at(query.resource, [rows[place] for place in sorted(drawn)]))
