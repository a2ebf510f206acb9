"""The records of a collection that a query with words finds, best first."""

from __future__ import annotations

from collections.abc import Sequence

from pyroaring import BitMap

from api.query import Query
from schemas import RESOURCES, Resource

from .matching import Matches
from .read import Snapshot
from .selection import taken


def leads(query: Query) -> bool:
    """Say whether a query asks for records in the order of relevance, the best first."""
    return query.q is not None and not query.sort


def part(snapshot: Snapshot, query: Query, limit: int, offset: int = 0) -> tuple[int, list[int]]:
    """Return how many records a query finds, and the rows of a part of them, best first."""
    page = Matches(snapshot, query.terms).page({_number(query.resource): _others(snapshot, query)}, limit, offset)
    return page.total, [row for _, row, _ in page.rows]


def behind(snapshot: Snapshot, query: Query, row: int, limit: int) -> Sequence[int] | None:
    """Return the rows that follow one in the order of relevance, or None where that one is not found."""
    return Matches(snapshot, query.terms).behind(_number(query.resource), _others(snapshot, query), row, limit)


def _number(resource: Resource) -> int:
    return RESOURCES.index(resource)


def _others(snapshot: Snapshot, query: Query) -> BitMap | None:
    """Return the rows that everything else in a query takes, or None where there is nothing else."""
    if not query.clauses and query.ids is None:
        return None
    return taken(snapshot, query.but(q=None))
