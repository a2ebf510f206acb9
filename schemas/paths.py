"""Dotted paths through the public form: which field stands at the end of one, and which values a record has there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from . import BY_TYPE, RESOURCES
from .base import Filter, Link, Resource
from .fields import Choice, Edtf, Flag, Many, Number, Strict, Whole

Fetch = Callable[[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class End:
    """What a path leads to: its last field, whether there can be several values, and the type that references there name."""

    field: Strict
    many: bool
    target: str | None

    @property
    def kind(self) -> str:
        """What sort of values stand there: reference, choice, flag, date, number or word."""
        kinds = {Choice: "choice", Flag: "flag", Edtf: "date", Whole: "number", Number: "number"}
        return "reference" if self.target else next((kind for one, kind in kinds.items() if isinstance(self.field, one)), "word")

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a closed list, else none."""
        return self.field.values if isinstance(self.field, Choice) else ()


def end(resource: Resource, steps: tuple[str, ...], target: str = "") -> End:
    """Return what a path within the public form of a type leads to; it goes through lists and across references.

    :raises KeyError: the path leads nowhere.
    """
    schema: ma.Schema = resource.public
    field: Any = None
    many = False
    for number, step in enumerate(steps):
        field = schema.fields[step]
        if isinstance(field, Many):
            field, many = field.inner, True
        last = number == len(steps) - 1
        if isinstance(field, Link) and (last or steps[number + 1] not in field.schema.fields):
            if last:
                return End(field, many, target or field.target)
            schema = BY_TYPE[field.target].public
        elif not last:
            schema = field.schema
    return End(field, many, target or None)


def joins(parent: Resource) -> Iterator[tuple[Resource, Filter]]:
    """Yield the collections that a record of a type narrows, each with the filter that joins the two."""
    for child in RESOURCES:
        for one in child.filters:
            if one.joins and end(child, one.steps, one.target).target == parent.type:
                yield child, one


def values(record: Mapping[str, Any], one: Filter, fetch: Fetch) -> Iterator[Any]:
    """Yield the values that a filter compares in a public record, a reference as its id; nulls are left out.

    `fetch` returns the public record of a type and id, for paths that cross a reference.
    """
    first, *rest = one.steps
    for item in _each(record[first]):
        if one.where is None or item[one.where[0]] == one.where[1]:
            yield from _values(item, rest, fetch)


def _values(value: Any, steps: Sequence[str], fetch: Fetch) -> Iterator[Any]:
    if not steps:
        yield value["id"] if isinstance(value, Mapping) else value
        return
    whole = value if steps[0] in value else fetch(value["type"], value["id"])
    for item in _each(whole.get(steps[0])):
        yield from _values(item, steps[1:], fetch)


def _each(value: Any) -> Iterator[Any]:
    """Yield the items of a list, or the one value; nothing where it is null."""
    if value is not None:
        yield from value if isinstance(value, list) else (value,)


def sort_value(record: Mapping[str, Any], path: str) -> Any:
    """Return the value by which a record is sorted, null where it has none; texts are compared in folded case."""
    value: Any = record
    for step in path.split("."):
        value = value[step] if value is not None else None
    return value.casefold() if isinstance(value, str) else value
