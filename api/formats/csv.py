"""CSV (RFC 4180): one record a line, one column for each dotted path of its public form.

A reference is its id, unless parts of it were asked for. The items of a list stand in one cell, joined by ` | `; within an item a
backslash and a bar have a backslash in front. Null is an empty cell. A text that a spreadsheet would run as a formula, because it
begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return, has an apostrophe in front (OWASP, CSV Injection); JSON Lines has it bare.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import marshmallow as ma

from api.shaping import Tree
from schemas import Resource
from schemas.base import Link
from schemas.fields import Many, Part

MEDIA_TYPE: Final = "text/csv"
SEPARATOR: Final = " | "
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def encode(resource: Resource, bodies: Iterable[bytes], tree: Tree | None) -> bytes:
    """Return a header and one line a record, with CRLF line ends."""
    return header(resource, tree) + lines(resource, bodies, tree)


def header(resource: Resource, tree: Tree | None) -> bytes:
    """Return the line with the names of the columns."""
    return _written([columns(resource, tree)])


def lines(resource: Resource, bodies: Iterable[bytes], tree: Tree | None) -> bytes:
    """Return one line a record."""
    paths = [column.split(".") for column in columns(resource, tree)]
    return _written([cell(record, path) for path in paths] for record in map(json.loads, bodies))


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def columns(resource: Resource, tree: Tree | None) -> list[str]:
    """Return the dotted paths that have a column, `id` and `type` always among them."""
    return list(_columns(resource.public, {"type": {}, "id": {}} | tree if tree is not None else {}, ""))


def _columns(schema: ma.Schema, tree: Tree, prefix: str) -> Iterator[str]:
    for name, field in schema.fields.items():
        inner: Any = field.inner if isinstance(field, Many) else field
        below = tree.get(name, {})
        if tree and name not in tree:
            continue
        if isinstance(inner, Part) and (below or not isinstance(inner, Link)):
            yield from _columns(inner.schema, below, f"{prefix}{name}.")
        else:
            yield prefix + name


def cell(record: Mapping[str, Any], path: Sequence[str]) -> str:
    """Return what stands in the cell of a record and a path."""
    value, is_list = _value(record, path)
    text = SEPARATOR.join(_plain(item).replace("\\", "\\\\").replace("|", "\\|") for item in value) if is_list else _plain(value)
    is_text = is_list or isinstance(value, str)
    return f"'{text}" if is_text and text.startswith(FORMULA) else text


def _value(value: Any, path: Sequence[str]) -> tuple[Any, bool]:
    """Return what stands at the end of a path, and whether it is the items of a list."""
    if isinstance(value, list):
        found = [_value(item, path) for item in value]
        return [one for item, many in found for one in (item if many else [item])], True
    if value is None or not path:
        return value, False
    return _value(value.get(path[0]), path[1:])


def _plain(value: Any) -> str:
    """Return one value as text; a reference as its id."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return str(value["id"])
    return str(value).lower() if isinstance(value, bool) else str(value)
