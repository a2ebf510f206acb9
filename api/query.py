"""The query language: what a request asks of a collection, as one value. It knows no HTTP and no SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import compress
from operator import attrgetter, ne
from typing import Any, Final

from schemas import RESOURCES, Filter, Resource

from . import bounds
from .filters import filter_named, is_filter, parameter_name, split_name
from .search_text import Term, parse

RELEVANCE: Final = "relevance"
TABLES: Final = ("csv", "jsonl")
FORMATS: Final = ("json", *TABLES)


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
    facet_limit: int = bounds.DEFAULT_FACET_VALUES
    format: str | None = None
    pretty: bool = False

    @property
    def per_page(self) -> int:
        """How many records a page holds at most."""
        return bounds.DEFAULT_PER_PAGE if self.size is None else self.size

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
        return _ascending(self.resource.default_sort)

    def but(self, **changes: Any) -> Query:
        """Return the query with changes."""
        return replace(self, **changes)

    @property
    def records_only(self) -> Query:
        """The same records, with nothing beside them and no way of showing them."""
        if not (self.include or self.facets or self.highlight or self.pretty or self.format):
            return self
        return self.but(include=(), facets=(), facet_limit=bounds.DEFAULT_FACET_VALUES, highlight=False, pretty=False, format=None)

    def chosen(self, name: str) -> tuple[Any, ...]:
        """Return the values that a filter asks for, none where it is not given."""
        return next((clause.values for clause in self.clauses if clause.parameter == name), ())

    def choosing(self, name: str, values: tuple[Any, ...]) -> Query:
        """Return the query from its beginning with other values for a filter, or without it."""
        kept = [clause for clause in self.clauses if clause.parameter != name]
        more = [Clause(filter_named(self.resource, name), "", values)] if values else []
        return self.but(clauses=tuple(sorted([*kept, *more], key=lambda clause: clause.parameter)), page=1, cursor=None)

    def within(self, clause: Clause) -> Query:
        """Return the query narrowed by one more clause."""
        return replace(self, clauses=(clause, *self.clauses))

    def parameters(self) -> Iterator[tuple[str, str]]:
        """Yield the canonical parameters: sorted, defaults left out; equal queries give equal ones."""
        yield from sorted((name, written(value)) for name, value in self._given().items())

    def _given(self) -> dict[str, Any]:
        """Return what differs from the defaults, by parameter."""
        values = VALUES(self)
        given = dict(compress(zip(PARAMETERS, values, strict=True), map(ne, values, DEFAULTS)))
        return given | {clause.parameter: clause.values for clause in self.clauses}

    def identity(self) -> str:
        """Return what a cursor belongs to: which records of which collection, in which order."""
        walked = Query(self.resource, self.clauses, self.ids, self.q, sort=self.sort)
        return "&".join([self.resource.collection, *(f"{name}={value}" for name, value in walked.parameters())])

    def understood(self) -> dict[str, Any]:
        """Return the query as ``meta.query`` says it: the values by parameter, and the order of the records."""
        given = self._given().items()
        said = {name: list(value) if isinstance(value, tuple) else value for name, value in given if name not in UNSAID}
        said["sort"] = [str(key) for key in self.order]
        return said


@cache
def _ascending(names: str) -> tuple[SortKey, ...]:
    """Return keys of these names, separated by commas."""
    return tuple(SortKey(name, descending=False) for name in names.split(","))


WRITTEN: Final[Mapping[str, str]] = {
    "ids": "id", "q": "q", "highlight": "highlight", "sort": "sort", "page": "page", "size": "per_page", "cursor": "cursor",
    "sample": "sample", "seed": "seed", "select": "select", "include": "include", "facets": "facets", "facet_limit": "facet_limit",
    "format": "format", "pretty": "pretty",
}  # fmt: skip
PARAMETERS: Final = tuple(WRITTEN.values())
NAMES: Final = {parameter: name for name, parameter in WRITTEN.items()}
UNSAID: Final = frozenset({"page", "per_page", "cursor", "pretty", "format"})  # which part of what is found, and in which form
VALUES: Final = attrgetter(*WRITTEN)
DEFAULTS: Final = VALUES(Query(RESOURCES[0]))


def written(value: Any) -> str:
    """Return a value as it is written in a query string."""
    if isinstance(value, tuple):
        return ",".join(map(written, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def query_from(resource: Resource, given: Mapping[str, Any]) -> Query:
    """Return the query that parsed parameters make; `given` holds those that were sent, by name, and may hold some that are none of it."""
    asked: dict[str, Any] = {}
    clauses = []
    for parameter, value in sorted(given.items()):
        one = tuple(value) if isinstance(value, list) else value
        if parameter in NAMES:
            asked[NAMES[parameter]] = one
        elif is_filter(resource, parameter):
            clauses.append(_clause(resource, parameter, one))
    if asked.get("format") in TABLES:
        if "page" in asked:  # who asks for the first page of a table means a page, and not all of it
            asked.setdefault("size", bounds.DEFAULT_PER_PAGE)
    elif asked.get("size") == bounds.DEFAULT_PER_PAGE:
        del asked["size"]
    query = Query(resource, tuple(clauses), **asked)
    return query.but(sort=()) if query.sort and query.sort == query.but(sort=()).order else query


def _clause(resource: Resource, parameter: str, value: Any) -> Clause:
    name, operator = split_name(parameter)
    return Clause(filter_named(resource, name), operator, value if isinstance(value, tuple) else (value,))
