"""What the filters of a type compare, and which operators that allows: the one place that the parser, the index and the counts ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from schemas import BY_TYPE, Filter, Resource
from schemas.paths import End, end

EQUAL: Final = ""
OPERATORS: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": (EQUAL, "not", "exists"),
    "choice": (EQUAL, "not", "exists"),
    "flag": (EQUAL,),
    "word": (EQUAL, "not", "exists"),
    "number": (EQUAL, "not", "gte", "gt", "lte", "lt", "exists"),
    "date": (EQUAL, "not", "gte", "gt", "lte", "lt", "exists"),
}
BUCKETS: Final[Mapping[str, int]] = {"year": 4, "decade": 3}  # how many digits of a day name one


def end_of(resource: Resource, one: Filter) -> End:
    """Return what the path of a filter leads to."""
    return _ends(resource.type)[one.name]


@cache
def _ends(type_: str) -> Mapping[str, End]:
    resource = BY_TYPE[type_]
    return {one.name: end(resource, one.steps, one.target) for one in resource.filters}


def filter_named(resource: Resource, name: str) -> Filter:
    """Return a filter by its name.

    :raises KeyError: the type has none of that name.
    """
    return _by_name(resource.type)[name]


def is_filter(resource: Resource, parameter: str) -> bool:
    """Say whether a parameter is a filter of a type, with or without an operator."""
    return parameter.partition("__")[0] in _by_name(resource.type)


@cache
def _by_name(type_: str) -> Mapping[str, Filter]:
    return {one.name: one for one in BY_TYPE[type_].filters}


def operators(resource: Resource, one: Filter) -> tuple[str, ...]:
    """Return the operators that a filter takes, from the kind of its values and whether a record can have several."""
    found = end_of(resource, one)
    return OPERATORS[found.kind] + (("all",) if found.many and found.kind != "flag" else ())


def parameter_name(name: str, operator: str) -> str:
    """Return the name of the parameter for a filter and an operator: `kind`, `kind__not`."""
    return f"{name}__{operator}" if operator else name


def split_name(parameter: str) -> tuple[str, str]:
    """Return the filter and the operator that a parameter is named for."""
    name, _, operator = parameter.partition("__")
    return name, operator


def facetable(resource: Resource) -> list[str]:
    """Return the filters whose values can be counted beside a list: all but those of dates."""
    return [one.name for one in resource.filters if end_of(resource, one).kind != "date"]


def dimensions(resource: Resource) -> Iterator[str]:
    """Yield what an aggregate can count by: each filter, a date's by its buckets."""
    for one in resource.filters:
        if end_of(resource, one).kind == "date":
            yield from (f"{one.name}:{bucket}" for bucket in BUCKETS)
        else:
            yield one.name
