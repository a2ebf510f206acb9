"""The query language: what a request asks of a collection, as one value. It knows no HTTP and no SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from schemas import Filter, Resource

from .search_text import Term, parse

DEFAULT_PER_PAGE: Final = 25
MOST_PER_PAGE: Final = 200
MOST_PAGED: Final = 10_000
MOST_IDS: Final = 100
MOST_VALUES: Final = 100
MOST_PATHS: Final = 50
MOST_INCLUDES: Final = 10
MOST_FACETS: Final = 10
MOST_FACET_VALUES: Final = 200
DEFAULT_FACET_LIMIT: Final = 20
MOST_SAMPLED: Final = 200
RELEVANCE: Final = "relevance"
TABLES: Final = ("csv", "jsonl")
FORMATS: Final = ("json", *TABLES)
OPERATORS: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": ("", "not", "exists"),
    "choice": ("", "not", "exists"),
    "flag": ("",),
    "word": ("", "not", "exists"),
    "number": ("", "not", "gte", "gt", "lte", "lt", "exists"),
    "date": ("", "not", "gte", "gt", "lte", "lt", "exists"),
}


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

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a collection: the clauses are ANDed, the values within one ORed; None stands where nothing was asked."""

    resource: Resource
    clauses: tuple[Clause, ...] = ()
    ids: tuple[str, ...] | None = None
    q: str | None = None
    highlight: bool = False
    sort: tuple[SortKey, ...] = ()
    page: int = 1
    size: int | None = None
    cursor: str | None = None
    sample: int | None = None
    seed: int | None = None
    select: tuple[str, ...] | None = None
    include: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    facet_limit: int = DEFAULT_FACET_LIMIT
    format: str | None = None
    pretty: bool = False

    @property
    def per_page(self) -> int:
        """How many records a page holds at most."""
        return DEFAULT_PER_PAGE if self.size is None else self.size

    @property
    def is_whole(self) -> bool:
        """Whether no part of what is found was asked for: what a table then holds."""
        return self.page == 1 and self.size is None and self.cursor is None and self.sample is None

    @property
    def offset(self) -> int:
        """How many records come before this page."""
        return (self.page - 1) * self.per_page

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms of ``q``."""
        return parse(self.q) if self.q is not None else ()

    @property
    def order(self) -> tuple[SortKey, ...]:
        """The keys that the records are sorted by, the default ones where none were asked for; the id follows as the last."""
        if self.sort:
            return self.sort
        if self.q is not None:
            return (SortKey(RELEVANCE, descending=True),)
        return tuple(SortKey(name, descending=False) for name in self.resource.default_sort.split(","))

    def but(self, **changes: Any) -> Query:
        """Return the query with changes."""
        return replace(self, **changes)

    def within(self, clause: Clause) -> Query:
        """Return the query narrowed by one more clause."""
        return replace(self, clauses=(clause, *self.clauses))

    def parameters(self) -> Iterator[tuple[str, str]]:
        """Yield the canonical parameters: sorted, defaults left out; equal queries give equal ones."""
        yield from sorted((name, _written(value)) for name, value in self._given().items())

    def _given(self) -> dict[str, Any]:
        """Return what differs from the defaults, by parameter."""
        plain = Query(self.resource)
        names = [name for name in WRITTEN if getattr(self, name) != getattr(plain, name)]
        given: dict[str, Any] = {WRITTEN[name]: getattr(self, name) for name in names}
        return given | {clause.parameter: clause.values for clause in self.clauses}

    def identity(self) -> str:
        """Return what a cursor belongs to: which records, in which order."""
        walked = replace(self, page=1, size=None, cursor=None, select=None, include=(), facets=(), highlight=False, pretty=False, format=None)
        return "&".join(f"{name}={value}" for name, value in walked.parameters())

    def understood(self) -> dict[str, Any]:
        """Return the query as ``meta.query`` says it: the values by parameter, and the order of the records."""
        said = {name: list(value) if isinstance(value, tuple) else value for name, value in self._given().items()}
        for name in ("page", "per_page", "cursor", "pretty", "format"):
            said.pop(name, None)
        return said | {"sort": [str(key) for key in self.order]}


WRITTEN: Final[Mapping[str, str]] = {
    "ids": "id", "q": "q", "highlight": "highlight", "sort": "sort", "page": "page", "size": "per_page", "cursor": "cursor",
    "sample": "sample", "seed": "seed", "select": "select", "include": "include", "facets": "facets", "facet_limit": "facet_limit",
    "format": "format", "pretty": "pretty",
}  # fmt: skip


def parameter_name(name: str, operator: str) -> str:
    """Return the name of the parameter for a filter and an operator: `kind`, `kind__not`."""
    return f"{name}__{operator}" if operator else name


def _written(value: Any) -> str:
    """Return a value as it is written in a query string."""
    if isinstance(value, tuple):
        return ",".join(map(_written, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def operators(kind: str, *, many: bool) -> tuple[str, ...]:
    """Return the operators that a filter takes, from the kind of its values and whether a record can have several."""
    return OPERATORS[kind] + (("all",) if many and kind != "flag" else ())


def facetable(resource: Resource, kinds: Mapping[str, str]) -> Sequence[str]:
    """Return the filters whose values can be counted, from the kind of each: all but those of dates."""
    return [one.name for one in resource.filters if kinds[one.name] != "date"]


def query_from(resource: Resource, given: Mapping[str, Any]) -> Query:
    """Return the query that parsed parameters make; `given` holds those that were sent, by name."""
    filters = {one.name: one for one in resource.filters}
    clauses, fields = [], {}
    names = {parameter: name for name, parameter in WRITTEN.items()}
    for parameter, value in given.items():
        values = tuple(value) if isinstance(value, list) else value
        stem, _, operator = parameter.partition("__")
        if stem in filters:
            clauses.append(Clause(filters[stem], operator, values if isinstance(values, tuple) else (values,)))
        elif parameter in names:
            fields[names[parameter]] = values
    if fields.get("size") == DEFAULT_PER_PAGE and fields.get("format") not in TABLES:
        del fields["size"]
    return Query(resource, tuple(sorted(clauses, key=lambda clause: clause.parameter)), **fields)
