"""The query language: what a request asks of a collection, as one value. It knows no HTTP and no SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from schemas import Filter, Resource

DEFAULT_PER_PAGE: Final = 25
MOST_PER_PAGE: Final = 200
MOST_PAGED: Final = 10_000
MOST_IDS: Final = 100
MOST_VALUES: Final = 100
OPERATORS: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": ("", "not", "exists"),
    "choice": ("", "not", "exists"),
    "flag": ("",),
    "word": ("", "not", "exists"),
    "number": ("", "not", "gte", "gt", "lte", "lt", "exists"),
    "date": ("", "not", "gte", "gt", "lte", "lt", "exists"),
}
NOT_FILTERS: Final = ("id", "sort", "page", "per_page", "pretty", "mailto")


@dataclass(frozen=True, slots=True)
class Clause:
    """One filter with its operator ("" for equality) and the values that it compares with."""

    filter: Filter
    operator: str
    values: tuple[Any, ...]

    @property
    def parameter(self) -> str:
        """The name of the query parameter."""
        return parameter_name(self.filter.name, self.operator)


@dataclass(frozen=True, slots=True)
class SortKey:
    """A key that records are sorted by."""

    name: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a collection: the clauses are ANDed, the values within one ORed; ``ids`` is None where none were named."""

    resource: Resource
    clauses: tuple[Clause, ...] = ()
    ids: tuple[str, ...] | None = None
    sort: tuple[SortKey, ...] = ()
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    pretty: bool = False

    @property
    def offset(self) -> int:
        """How many records come before this page."""
        return (self.page - 1) * self.per_page

    def at(self, page: int) -> Query:
        """Return the query for another page."""
        return replace(self, page=page)

    def within(self, clause: Clause) -> Query:
        """Return the query narrowed by one more clause."""
        return replace(self, clauses=(clause, *self.clauses))

    def parameters(self) -> Iterator[tuple[str, str]]:
        """Yield the canonical parameters: sorted, defaults left out; equal queries give equal ones."""
        given: dict[str, str] = {clause.parameter: ",".join(map(written, clause.values)) for clause in self.clauses}
        if self.ids is not None:
            given["id"] = ",".join(self.ids)
        if self.sort:
            given["sort"] = ",".join(f"-{key.name}" if key.descending else key.name for key in self.sort)
        if self.per_page != DEFAULT_PER_PAGE:
            given["per_page"] = str(self.per_page)
        if self.page != 1:
            given["page"] = str(self.page)
        if self.pretty:
            given["pretty"] = "true"
        yield from sorted(given.items())

    def understood(self) -> dict[str, Any]:
        """Return the query as ``meta.query`` says it: lists of values by parameter."""
        said: dict[str, Any] = {clause.parameter: list(clause.values) for clause in self.clauses}
        if self.ids is not None:
            said["id"] = list(self.ids)
        said["sort"] = [f"-{key.name}" if key.descending else key.name for key in self.sort] or self.resource.default_sort.split(",")
        return said


def parameter_name(name: str, operator: str) -> str:
    """Return the name of the parameter for a filter and an operator: `kind`, `kind__not`."""
    return f"{name}__{operator}" if operator else name


def written(value: Any) -> str:
    """Return a value as it is written in a query string."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def operators(kind: str, *, many: bool) -> tuple[str, ...]:
    """Return the operators that a filter takes, from the kind of its values and whether a record can have several."""
    return OPERATORS[kind] + (("all",) if many and kind != "flag" else ())


def query_from(resource: Resource, given: Mapping[str, Any]) -> Query:
    """Return the query that parsed parameters make; `given` holds those that were sent, by name, and defaults."""
    filters = {one.name: one for one in resource.filters}
    clauses = []
    for name, values in given.items():
        stem, _, operator = name.partition("__")
        if stem in filters and name not in NOT_FILTERS:
            clauses.append(Clause(filters[stem], operator, tuple(values) if isinstance(values, list) else (values,)))
    return Query(
        resource,
        tuple(sorted(clauses, key=lambda clause: clause.parameter)),
        tuple(given["id"]) if "id" in given else None,
        tuple(given.get("sort", ())),
        given.get("page", 1),
        given.get("per_page", DEFAULT_PER_PAGE),
        given.get("pretty", False),
    )
