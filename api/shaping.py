"""Cutting records to the fields that were asked for, and finding the records that theirs name. Records here are decoded JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import marshmallow as ma

from schemas import BY_TYPE, Resource
from schemas.base import Link
from schemas.fields import Many, Part

Path = tuple[str, ...]
Tree = dict[str, "Tree"]
ALWAYS: tuple[str, ...] = ("type", "id")


def field_paths(resource: Resource) -> tuple[str, ...]:
    """Return every dotted path within a public form; a list's path leads to its items."""
    return tuple(_field_paths(resource.public, ""))


def _field_paths(schema: ma.Schema, prefix: str) -> Iterator[str]:
    for name, field in schema.fields.items():
        inner = item_of(field)
        yield prefix + name
        if isinstance(inner, Part):
            yield from _field_paths(inner.schema, f"{prefix}{name}.")


def item_of(field: ma.fields.Field[Any]) -> ma.fields.Field[Any]:
    """Return the field of a list's items, any other field as it is."""
    return field.inner if isinstance(field, Many) else field


@cache
def reference_paths(type_: str) -> Mapping[str, str]:
    """Return the dotted path of each reference within the public form of a type, with the type that it leads to."""
    return dict(_reference_paths(BY_TYPE[type_].public, ""))


def _reference_paths(schema: ma.Schema, prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in schema.fields.items():
        inner = item_of(field)
        if isinstance(inner, Link):
            yield prefix + name, inner.target
        elif isinstance(inner, Part):
            yield from _reference_paths(inner.schema, f"{prefix}{name}.")


def include_paths(resource: Resource) -> tuple[str, ...]:
    """Return what `include` takes: the path of each reference, and from the record there one step further."""
    return tuple(_include_paths(resource.type))


def _include_paths(type_: str) -> Iterator[str]:
    for first, target in reference_paths(type_).items():
        yield first
        yield from (f"{first}.{second}" for second in reference_paths(target))


@cache
def split_include(type_: str, path: str) -> tuple[Path, Path]:
    """Return the steps to the first reference of an include path, and those from the record there to the second, if it goes on."""
    first = max((one for one in reference_paths(type_) if f"{path}.".startswith(f"{one}.")), key=len)
    return tuple(first.split(".")), tuple(step for step in path.removeprefix(first).split(".") if step)


def tree_of(paths: Iterable[str]) -> Tree:
    """Return dotted paths as a tree, `type` and `id` always among them; a path that ends takes all below it."""
    tree: Tree = {}
    for path in (*ALWAYS, *paths):
        _plant(tree, path.split("."))
    return tree


def _plant(tree: Tree, steps: Sequence[str]) -> None:
    for number, step in enumerate(steps, start=1):
        if step in tree and not tree[step]:
            return  # the whole of it is taken already
        tree = tree.setdefault(step, {})
        if number == len(steps):
            tree.clear()


def cut(value: Any, tree: Tree) -> Any:
    """Return a record, or a part of one, with the fields of a tree alone, in the record's own order."""
    if not tree or value is None:
        return value
    if isinstance(value, list):
        return [cut(item, tree) for item in value]
    return {name: cut(item, tree[name]) for name, item in value.items() if name in tree}


def named(records: Iterable[Mapping[str, Any]], steps: Sequence[str]) -> set[tuple[str, str]]:
    """Return type and id of the references that stand in records at the end of a path."""
    return {found for record in records for found in _named(record, steps)}


def _named(value: Any, steps: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield type and id of references; a record of a type that has no such field names none."""
    if isinstance(value, list):
        for item in value:
            yield from _named(item, steps)
    elif value is not None and steps:
        yield from _named(value.get(steps[0]), steps[1:])
    elif value is not None:
        yield value["type"], value["id"]
