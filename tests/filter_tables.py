"""A filter as SQL over the tables of the filters: what is found by the algebra of sets is held against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.filters import end_of
from api.query import Clause
from api.snapshot.layout import filter_table
from schemas import Resource
from schemas.dates import period

COMPARISONS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
Part = tuple[str, list[Any]]  # a piece of SQL about the table `taken`, and what is bound in it


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
    return f"{'NOT ' if denied else ''}EXISTS (SELECT 1 FROM {table} AS other WHERE other.row = taken.row{also})"


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
