"""A query as SQL: which rows it takes, in which order, and how a walk goes on behind a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from api.query import RELEVANCE, Clause, Query
from schemas import Resource
from schemas.dates import period
from schemas.paths import end

from .layout import filter_table, sort_column
from .search import SCORE, expression, rows_of

COMPARISONS: Final = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a query takes: what stands behind FROM, with what is bound in it.

    ``before`` is a common table that has to come first: the hits of a ranked search, each with its score.
    """

    source: str
    bindings: list[Any] = field(default_factory=list)
    before: str = ""

    def where(self, more: str) -> str:
        """Return the source narrowed by one more condition."""
        return f"{self.source} {'AND' if ' WHERE ' in self.source else 'WHERE'} {more}"


@dataclass(frozen=True, slots=True)
class Key:
    """An expression that rows are sorted by; missing values come last in either direction."""

    expression: str
    descending: bool
    nullable: bool

    @property
    def order(self) -> str:
        """The key in an ORDER BY."""
        return f"{self.expression} {'DESC' if self.descending else 'ASC'}{' NULLS LAST' if self.nullable else ''}"


def rows(query: Query, *, without: str = "", ranked: bool = False) -> Rows:
    """Return the rows that a query takes, leaving out the filter `without`; `ranked` ones have a score."""
    name = query.resource.collection
    parts: list[str] = []
    bindings: list[Any] = []
    if query.ids is not None:
        parts.append(f"id IN ({_marks(query.ids)})")
        bindings += query.ids
    for clause in query.clauses:
        if clause.filter.name != without:
            part, bound = _clause(query.resource, clause)
            parts.append(part)
            bindings += bound
    before, source, found = "", name, []
    if query.q is not None:
        least, most = rows_of(query.resource)
        found = [least, expression(query.terms), least + 1, most]
        match = "FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
        if ranked:
            before = f"WITH hits AS MATERIALIZED (SELECT rowid - ? AS hit, {SCORE} AS score {match}) "
            source = f"hits JOIN {name} ON row = hit"
        else:
            parts.insert(0, f"row IN (SELECT rowid - ? {match})")
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    return Rows(source + where, found + bindings, before)


def keys(query: Query) -> list[Key]:
    """Return what the rows of a query are sorted by, the last key being one that no two rows share."""
    if query.sort == () and query.q is None:
        return [Key("row", descending=False, nullable=False)]
    # A score is negative, the better the lower: relevance runs the other way.
    made = [
        Key("score", descending=not key.descending, nullable=False)
        if key.name == RELEVANCE
        else Key(sort_column(key.name), key.descending, nullable=key.name != "id")
        for key in query.order
    ]
    return [*made, Key("row", descending=False, nullable=False) if query.sort == () else Key("id", descending=False, nullable=False)]


def is_ranked(query: Query) -> bool:
    """Say whether the order of a query needs scores."""
    return any(key.name == RELEVANCE for key in query.order)


def continuations(sorted_by: Sequence[Key], values: Sequence[Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the conditions, one after the other, under which the rows behind a row with these key values follow.

    Each is a plain conjunction that an index can start from, so that every page of a walk costs the same.
    """
    for place in range(len(sorted_by) - 1, -1, -1):
        key, value = sorted_by[place], values[place]
        same = [f"{one.expression} IS ?" for one in sorted_by[:place]]
        bound = list(values[:place])
        if value is not None:
            yield " AND ".join([*same, f"{key.expression} {'<' if key.descending else '>'} ?"]), [*bound, value]
            if key.nullable:
                yield " AND ".join([*same, f"{key.expression} IS NULL"]), bound


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _clause(resource: Resource, clause: Clause) -> tuple[str, list[Any]]:
    """Return the SQL of one clause and what is bound in it."""
    table = filter_table(resource, clause.filter)
    operator, values = clause.operator, list(clause.values)
    if operator == "exists":
        return f"row {'' if values[0] else 'NOT '}IN (SELECT row FROM {table})", []
    if end(resource, clause.filter.steps, clause.filter.target).kind == "date":
        return _date_clause(table, operator, values)
    if operator in COMPARISONS:
        return f"row IN (SELECT row FROM {table} WHERE value {COMPARISONS[operator]} ?)", values
    if operator == "all":
        return " AND ".join([f"row IN (SELECT row FROM {table} WHERE value = ?)"] * len(values)), values
    return f"row {'NOT ' if operator == 'not' else ''}IN (SELECT row FROM {table} WHERE value IN ({_marks(values)}))", values


def _date_clause(table: str, operator: str, dates: Sequence[str]) -> tuple[str, list[Any]]:
    """Compare by the first day for upper and by the last day for lower bounds; equal is what lies wholly within."""
    first, last = _days(dates[0])
    comparison = {
        "gte": ("last >= ?", [first]),
        "gt": ("last > ?", [last]),
        "lte": ("value <= ?", [last]),
        "lt": ("value < ?", [first]),
    }.get(operator)
    if comparison is None:
        each = " OR ".join(["(value >= ? AND last <= ?)"] * len(dates))
        comparison = each, [day for date in dates for day in _days(date)]
    return f"row {'NOT ' if operator == 'not' else ''}IN (SELECT row FROM {table} WHERE {comparison[0]})", comparison[1]


def _days(date: str) -> tuple[str, str]:
    """Return the first and the last day of a year, a month or a day."""
    found = period(date)
    return str(found.earliest), str(found.latest)
