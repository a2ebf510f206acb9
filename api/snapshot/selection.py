"""The rows that a query takes, by the algebra of sets: what a filter asks for is a union, filters together are an intersection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pyroaring import BitMap

from api.filters import EQUAL, end_of
from api.query import Clause, Query
from schemas import Filter, Resource
from schemas.dates import period

from .layout import filter_table
from .matching import matching
from .orders import FIRST, LAST, compared
from .read import Snapshot
from .sets import any_name, every_name, kept, several, value_name, whole

COMPARISONS: Final = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}


def conditions(query: Query, without: str = "") -> list[Clause]:
    """Return the clauses of a query, leaving out what the filter `without` chooses."""
    return [clause for clause in query.clauses if clause.parameter != without]


def is_narrowed(query: Query, without: str = "") -> bool:
    """Say whether a query takes less than all rows, as far as one can tell from how it is asked."""
    return query.q is not None or is_filtered(query, without)


def is_filtered(query: Query, without: str = "") -> bool:
    """Say whether a query asks for anything but words, leaving out what the filter `without` chooses."""
    return query.ids is not None or bool(conditions(query, without))


def single(query: Query) -> Clause | None:
    """Return the clause of a query that asks for one value of one filter and nothing else."""
    if len(query.clauses) != 1 or query.ids is not None or query.q is not None:
        return None
    (clause,) = query.clauses
    plain = clause.operator == EQUAL and len(clause.values) == 1 and end_of(query.resource, clause.filter).kind != "date"
    return clause if plain else None


def every(snapshot: Snapshot, resource: Resource) -> BitMap:
    """Return all rows of a collection."""
    return whole(snapshot, every_name(resource.collection))


def taken(snapshot: Snapshot, query: Query, without: str = "") -> BitMap:
    """Return the rows that a query takes, leaving out what the filter `without` chooses."""
    wanted: list[BitMap] = []
    denied: list[BitMap] = []
    for clause in conditions(query, without):
        (denied if _denies(clause) else wanted).append(_rows(snapshot, query.resource, clause))
    wanted += _named(snapshot, query)
    if not wanted:
        wanted.append(every(snapshot, query.resource))
    found, *others = sorted(wanted, key=len)
    for rows in others:
        found = found & rows
    for rows in denied:
        found = found - rows
    return found


def _named(snapshot: Snapshot, query: Query) -> Iterator[BitMap]:
    """Yield the rows of the ids, and of the words, that a query asks for."""
    if query.ids is not None:
        marks = ",".join("?" * len(query.ids))
        found = snapshot.rows(f"SELECT row FROM {query.resource.collection} WHERE id IN ({marks})", query.ids)
        yield BitMap([row for (row,) in found])
    if query.q is not None:
        yield matching(snapshot, query.resource, query.terms)


def _denies(clause: Clause) -> bool:
    """Say whether a clause takes all rows but those that it names."""
    return clause.operator == "not" or (clause.operator == "exists" and not clause.values[0])


def _rows(snapshot: Snapshot, resource: Resource, clause: Clause) -> BitMap:
    """Return the rows that a clause names."""
    one, operator, values = clause.filter, clause.operator, clause.values
    if operator == "exists":
        return whole(snapshot, any_name(value_name(resource, one)))
    if end_of(resource, one).kind == "date":
        return _dated(snapshot, resource, one, operator, values)
    if operator in COMPARISONS:
        return compared(snapshot, resource, one, FIRST, (COMPARISONS[operator], values[0]))
    if operator == "all":
        return BitMap.intersection(*(with_value(snapshot, resource, one, value) for value in values))
    return _with_any(snapshot, resource, one, values)


def with_value(snapshot: Snapshot, resource: Resource, one: Filter, value: Any) -> BitMap:
    """Return the rows in which a value stands: those that are written together, or what the filter's table holds."""
    found = kept(snapshot, value_name(resource, one), value)
    if found is None:
        found = BitMap([row for (row,) in snapshot.rows(f"SELECT row FROM {filter_table(resource, one)} WHERE value = ?", (value,))])
    return found


def _with_any(snapshot: Snapshot, resource: Resource, one: Filter, values: Sequence[Any]) -> BitMap:
    """Return the rows in which any of some values stands."""
    if len(values) == 1:
        return with_value(snapshot, resource, one, values[0])
    sets = several(snapshot, value_name(resource, one), values)
    rare = [value for value in values if value not in sets]
    statement = f"SELECT row FROM {filter_table(resource, one)} WHERE value IN ({','.join('?' * len(rare))})"
    found = BitMap([row for (row,) in snapshot.rows(statement, rare)]) if rare else BitMap()
    return found.union(*sets.values())


def _dated(snapshot: Snapshot, resource: Resource, one: Filter, operator: str, dates: Sequence[str]) -> BitMap:
    """Compare by the first day for upper and by the last day for lower bounds; equal is what lies wholly within."""
    first, last = _days(dates[0])
    if operator in COMPARISONS:
        column, day = {"gte": (LAST, first), "gt": (LAST, last), "lte": (FIRST, last), "lt": (FIRST, first)}[operator]
        return compared(snapshot, resource, one, column, (COMPARISONS[operator], day))
    found = BitMap()
    for date in dates:
        first, last = _days(date)
        behind = compared(snapshot, resource, one, FIRST, (">=", first))
        found |= behind & compared(snapshot, resource, one, LAST, ("<=", last))
    return found


def _days(date: str) -> tuple[str, str]:
    """Return the first and the last day of a year, a month or a day."""
    found = period(date)
    return str(found.earliest), str(found.latest)
