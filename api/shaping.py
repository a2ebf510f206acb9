"""Cutting records to the fields that were asked for, and finding the records that theirs name. Records here are decoded JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import marshmallow as ma

from schemas import BY_TYPE, Resource
from schemas.base import Link
from schemas.fields import Many, Part

Path = tuple[str, ...]
Tree = dict[str, "Tree"]


def field_paths(schema: ma.Schema, prefix: str = "") -> Iterator[str]:
    """Yield every dotted path within a public form; a list's path leads to its items."""
    for name, field in schema.fields.items():
        inner: Any = field.inner if isinstance(field, Many) else field
        yield prefix + name
        if isinstance(inner, Part):
            yield from field_paths(inner.schema, f"{prefix}{name}.")


def reference_paths(resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield the dotted path of each reference within a public form, and the type that it leads to."""
    yield from _reference_paths(resource.public, "")


def _reference_paths(schema: ma.Schema, prefix: str) -> Iterator[tuple[str, str]]:
    for name, field in schema.fields.items():
        inner: Any = field.inner if isinstance(field, Many) else field
        if isinstance(inner, Link):
            yield prefix + name, inner.target
        elif isinstance(inner, Part):
            yield from _reference_paths(inner.schema, f"{prefix}{name}.")


def include_paths(resource: Resource) -> Iterator[str]:
    """Yield what `include` takes: the path of each reference, and from the record there one step further."""
    for first, target in reference_paths(resource):
        yield first
        yield from (f"{first}.{second}" for second, _ in reference_paths(BY_TYPE[target]))


def tree_of(paths: Iterable[str]) -> Tree:
    """Return dotted paths as a tree; a path that ends takes all below it."""
    tree: Tree = {}
    for path in paths:
        at, steps = tree, path.split(".")
        for number, step in enumerate(steps):
            if step in at and not at[step]:
                break
            at = at.setdefault(step, {})
            if number == len(steps) - 1:
                at.clear()
    return tree


def cut(record: Mapping[str, Any], tree: Tree) -> dict[str, Any]:
    """Return a record with its type and id and the fields of a tree, in the record's own order."""
    return _cut(record, {"type": {}, "id": {}} | tree)


def _cut(value: Any, tree: Tree) -> Any:
    if not tree or value is None:
        return value
    if isinstance(value, list):
        return [_cut(item, tree) for item in value]
    return {name: _cut(item, tree[name]) for name, item in value.items() if name in tree}


def named(records: Iterable[Mapping[str, Any]], steps: Sequence[str]) -> set[tuple[str, str]]:
    """Return type and id of the references that stand in records at the end of a path."""
    return {found for record in records for found in _named(record, steps)}


def _named(value: Any, steps: Sequence[str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _named(item, steps)
    elif value is not None and steps:
        yield from _named(value.get(steps[0]), steps[1:])
    elif value is not None:
        yield value["type"], value["id"]


def split_include(resource: Resource, path: str) -> tuple[Path, Path]:
    """Return the steps to the first reference of an include path, and those from the record there to the second."""
    first = max((one for one, _ in reference_paths(resource) if f"{path}.".startswith(f"{one}.")), key=len)
    return tuple(first.split(".")), tuple(step for step in path.removeprefix(first).split(".") if step)
