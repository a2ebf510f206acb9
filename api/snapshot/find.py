"""What a query finds in a snapshot: a page, a walk, a sample, or all of it for a table."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.cursors import NOT_GIVEN_OUT, BadCursor, Position
from api.query import Query

from . import relevance
from .read import Snapshot
from .statements import TAKEN, Rows, continuations, keys, one_row, ordered_rows, rows


@dataclass(frozen=True, slots=True)
class Found:
    """How many records a query finds in all, and those asked for in their public form; ``position`` is where a walk goes on."""

    total: int
    bodies: Sequence[bytes]
    position: Position | None = None


def count(snapshot: Snapshot, query: Query) -> int:
    """Return how many records a query finds."""
    if query.q is not None:
        return relevance.total(snapshot, query)
    taken = rows(query)
    if not taken.conditions:
        return snapshot.counts[query.resource.collection]
    total: int = snapshot.rows(f"SELECT count(*) FROM {taken}", taken.bindings)[0][0]
    return total


def page(snapshot: Snapshot, query: Query) -> Found:
    """Return one page of what a query finds."""
    if relevance.leads(query):
        return Found(*_best(snapshot, query, query.per_page, query.offset))
    total = count(snapshot, query)
    if query.per_page == 0 or query.offset >= total:
        return Found(total, ())
    return Found(total, [body for _, body in _select(snapshot, query, ordered_rows(query), query.per_page, query.offset)])


def table(snapshot: Snapshot, query: Query, most: int) -> Found:
    """Return all that a query finds, or none of it where that is more than `most`."""
    total = count(snapshot, query)
    if total <= most and relevance.leads(query):
        return Found(*_best(snapshot, query, most))
    return Found(total, [body for _, body in _select(snapshot, query, ordered_rows(query), most)] if total <= most else ())


def _best(snapshot: Snapshot, query: Query, limit: int, offset: int = 0) -> tuple[int, list[bytes]]:
    """Return how many records a query finds, and a part of them, the most relevant first."""
    total, found = relevance.part(snapshot, query, limit, offset)
    bodies = snapshot.bodies_at(query.resource, found)
    return total, [bodies[row] for row in found]


def walk(snapshot: Snapshot, query: Query, behind: Position | None) -> Found:
    """Return the records of a walk that follow a position, the first ones without one; each page costs the same.

    :raises BadCursor: there is nothing at that position.
    """
    total = behind.total if behind else count(snapshot, query)
    if relevance.leads(query):
        return _walk_best(snapshot, query, behind, total)
    parts = continuations(keys(query), _values(snapshot, query, behind)) if behind else [("", [])]
    taken = ordered_rows(query)
    found: list[tuple[int, bytes]] = []
    for more, bound in parts:
        found += _select(snapshot, query, taken.where(more, bound), query.per_page + 1 - len(found))
        if len(found) > query.per_page:
            *shown, _ = found
            return Found(total, [body for _, body in shown], Position(shown[-1][0], total))
    return Found(total, [body for _, body in found])


def _walk_best(snapshot: Snapshot, query: Query, behind: Position | None, total: int) -> Found:
    """Return the records of a walk in the order of relevance that follow a position.

    :raises BadCursor: there is nothing at that position.
    """
    size = query.per_page + 1
    if behind is None:
        found: Sequence[int] | None = relevance.part(snapshot, query, size)[1]
    elif behind.row > 0 and 0 < behind.total <= snapshot.counts[query.resource.collection]:
        found = relevance.behind(snapshot, query, behind.row, size)
    else:
        found = None
    if found is None:
        raise BadCursor(NOT_GIVEN_OUT)
    shown = found[: query.per_page]
    bodies = snapshot.bodies_at(query.resource, shown)
    position = Position(shown[-1], total) if len(found) == size else None
    return Found(total, [bodies[row] for row in shown], position)


def _values(snapshot: Snapshot, query: Query, behind: Position) -> tuple[Any, ...]:
    """Return the values by which the row at a position is sorted.

    :raises BadCursor: there is no such row; whoever made it up could count further than the database does.
    """
    most = snapshot.counts[query.resource.collection]
    if 0 < behind.row <= most and 0 < behind.total <= most:
        taken = one_row(query, behind.row)
        columns = ", ".join(key.expression for key in keys(query))
        for row in snapshot.rows(f"{taken.before}SELECT {columns} FROM {taken}", taken.bindings):
            values: tuple[Any, ...] = row
            return values
    raise BadCursor(NOT_GIVEN_OUT)


def _select(snapshot: Snapshot, query: Query, taken: Rows, limit: int, offset: int = 0) -> list[tuple[int, bytes]]:
    """Return number and body of rows in the order of a query; they are sorted by number, so that no body is moved about."""
    order = ", ".join(key.order for key in keys(query))
    statement = f"{taken.before}SELECT {TAKEN}.row FROM {taken} ORDER BY {order} LIMIT ? OFFSET ?"
    numbers = [row for (row,) in snapshot.rows(statement, [*taken.bindings, limit, offset])]
    bodies = snapshot.bodies_at(query.resource, numbers)
    return [(row, bodies[row]) for row in numbers]


def sample(snapshot: Snapshot, query: Query, size: int, seed: int) -> Found:
    """Return records drawn by chance from what a query finds, in their default order; the same seed draws the same ones."""
    name = query.resource.collection
    taken = rows(query)
    among: Sequence[int] = range(1, snapshot.counts[name] + 1)
    if taken.conditions:
        among = [row for (row,) in snapshot.rows(f"SELECT {TAKEN}.row FROM {taken} ORDER BY {TAKEN}.row", taken.bindings)]
    drawn = random.Random(seed).sample(among, min(size, len(among)))  # noqa: S311 - chance need not be secret
    bodies = snapshot.bodies_at(query.resource, drawn)
    return Found(len(among), [bodies[row] for row in sorted(drawn)])
