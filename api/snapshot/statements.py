"""A query in order of relevance as SQL: which rows it takes, with their scores, and how a walk goes on behind a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.filters import end_of
from api.query import RELEVANCE, Clause, Query
from schemas import Resource
from schemas.dates import period

from .layout import filter_table, sort_column
from .search import SCORE, expression, rows_of

TAKEN: Final = "taken"  # what a statement calls the table whose rows it takes
COMPARISONS: Final = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
Part = tuple[str, list[Any]]  # a piece of SQL and what is bound in it


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a query takes: a source, the conditions on it, and what is bound in the two, in this order.

    ``before`` is a common table that has to come first: the hits of a ranked search, each with its score.
    """

    source: str
    conditions: tuple[str, ...] = ()
    bindings: tuple[Any, ...] = ()
    before: str = ""

    def __str__(self) -> str:
        """Return what stands behind FROM."""
        return f"{self.source} WHERE {' AND '.join(self.conditions)}" if self.conditions else self.source

    def where(self, more: str, bound: Sequence[Any]) -> Rows:
        """Return the rows narrowed by one more condition."""
        return Rows(self.source, (*self.conditions, more), (*self.bindings, *bound), self.before) if more else self


@dataclass(frozen=True, slots=True)
class Key:
    """An expression that rows are sorted by; missing values come last in either direction."""

    expression: str
    descending: bool = False
    nullable: bool = False

    @property
    def order(self) -> str:
        """The key in an ORDER BY."""
        return f"{self.expression} {'DESC' if self.descending else 'ASC'}{' NULLS LAST' if self.nullable else ''}"


def ordered_rows(query: Query) -> Rows:
    """Return the rows that a query with words takes, each with its score."""
    return _filtered(_scored(query, *rows_of(query.resource)), query)


def one_row(query: Query, row: int) -> Rows:
    """Return one row of a collection with its score."""
    place = rows_of(query.resource)[0] + row
    return _scored(query, place, place)


def _scored(query: Query, first: int, last: int) -> Rows:
    """Return the rows that the words of a query match within some rows of the index, each with its score."""
    least, _ = rows_of(query.resource)
    hits = f"SELECT rowid - ? AS hit, {SCORE} AS score FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
    bindings = (least, expression(query.terms), first, last)
    return Rows(
        f"hits JOIN {query.resource.collection} AS {TAKEN} ON {TAKEN}.row = hit", (), bindings, f"WITH hits AS MATERIALIZED ({hits}) "
    )


def _filtered(taken: Rows, query: Query) -> Rows:
    """Return rows narrowed by the ids and the filters of a query."""
    if query.ids is not None:
        taken = taken.where(f"id IN ({_marks(query.ids)})", query.ids)
    for clause in query.clauses:
        taken = taken.where(*condition(query.resource, clause))
    return taken


def is_ranked(query: Query) -> bool:
    """Say whether the order of a query needs scores."""
    return query.q is not None and any(key.name == RELEVANCE for key in query.order)


def keys(query: Query) -> list[Key]:
    """Return what the rows of a query are sorted by, the last key being one that no two rows share.

    Rows are in the default order of their collection, and the id is the last key of that order.
    """
    names = [key.name for key in query.order]
    if "id" in names:  # no two records share it: what follows decides nothing
        return [_key(key) for key in query.order[: names.index("id") + 1]]
    return [*map(_key, query.order), Key(f"{TAKEN}.row")]


def _key(key: Any) -> Key:
    if key.name == RELEVANCE:
        return Key("score", descending=not key.descending)  # a score is negative, the better the lower
    return Key(sort_column(key.name), key.descending, nullable=key.name != "id")


def continuations(sorted_by: Sequence[Key], values: Sequence[Any]) -> Iterator[Part]:
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


def condition(resource: Resource, clause: Clause) -> Part:
    """Return the condition that one clause makes: a look into its table for each row, by value and row or by row, both indexed."""
    table = filter_table(resource, clause.filter)
    operator, values = clause.operator, list(clause.values)
    if operator == "exists":
        return _standing(table, "", denied=not values[0]), []
    if end_of(resource, clause.filter).kind == "date":
        return _date_clause(table, operator, values)
    if operator in COMPARISONS:
        return _standing(table, f"other.value {COMPARISONS[operator]} ?"), values
    if operator == "all":
        return " AND ".join([_standing(table, "other.value = ?")] * len(values)), values
    return _standing(table, f"other.value IN ({_marks(values)})", denied=operator == "not"), values


def _standing(table: str, condition: str, *, denied: bool = False) -> str:
    """Return the condition that a row stands, or does not stand, in a filter's table with a value for which a condition holds."""
    also = f" AND ({condition})" if condition else ""
    return f"{'NOT ' if denied else ''}EXISTS (SELECT 1 FROM {table} AS other WHERE other.row = {TAKEN}.row{also})"


def _date_clause(table: str, operator: str, dates: Sequence[str]) -> Part:
    """Compare by the first day for upper and by the last day for lower bounds; equal is what lies wholly within."""
    first, last = _days(dates[0])
    comparison, bound = {
        "gte": ("other.last >= ?", [first]),
        "gt": ("other.last > ?", [last]),
        "lte": ("other.value <= ?", [last]),
        "lt": ("other.value < ?", [first]),
    }.get(operator) or (
        " OR ".join(["(other.value >= ? AND other.last <= ?)"] * len(dates)),
        [day for date in dates for day in _days(date)],
    )
    return _standing(table, comparison, denied=operator == "not"), bound


def _days(date: str) -> tuple[str, str]:
    """Return the first and the last day of a year, a month or a day."""
    found = period(date)
    return str(found.earliest), str(found.latest)
