"""CSV (RFC 4180): one record a line, one column for each dotted path of its public form.

A reference is its id, unless parts of it were asked for. The items of a list stand in one cell, joined by ` | `; within an item a
backslash and a bar have a backslash in front. Null is an empty cell, and so is a list without items. A text that a spreadsheet would
run as a formula, because it begins with one of FORMULA, has an apostrophe in front (OWASP, CSV Injection), and so has one that would
be taken for such a text; numbers have none, nor has anything in JSON Lines.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import marshmallow as ma
import orjson

from api.shaping import Tree, item_of
from schemas import Resource
from schemas.base import Link
from schemas.canonical import Body
from schemas.fields import Part

MEDIA_TYPE: Final = "text/csv"
SEPARATOR: Final = " | "
FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]")  # the last four are the fullwidth forms


def encode(resource: Resource, bodies: Iterable[Body], tree: Tree | None) -> bytes:
    """Return a header and one line a record, with CRLF line ends."""
    return header(resource, tree) + lines(resource, bodies, tree)


def header(resource: Resource, tree: Tree | None) -> bytes:
    """Return the line with the names of the columns."""
    return _written([columns(resource, tree)])


def lines(resource: Resource, bodies: Iterable[Body], tree: Tree | None) -> bytes:
    """Return one line a record."""
    return lines_of(resource, map(orjson.loads, bodies), tree)


def lines_of(resource: Resource, records: Iterable[Mapping[str, Any]], tree: Tree | None) -> bytes:
    """Return one line a record, of records that are read already."""
    paths = [column.split(".") for column in columns(resource, tree)]
    return _written([cell(record, path) for path in paths] for record in records)


def _written(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def columns(resource: Resource, tree: Tree | None) -> list[str]:
    """Return the dotted paths that have a column: those of a tree, all without one. They depend on no record."""
    return list(_columns(resource.public, tree or {}, ""))


def _columns(schema: ma.Schema, tree: Tree, prefix: str) -> Iterator[str]:
    for name, field in schema.fields.items():
        if tree and name not in tree:
            continue
        inner, below = item_of(field), tree.get(name, {})
        if isinstance(inner, Part) and (below or not isinstance(inner, Link)):
            yield from _columns(inner.schema, below, f"{prefix}{name}.")
        else:
            yield prefix + name


def cell(record: Mapping[str, Any], path: Sequence[str]) -> str:
    """Return what stands in the cell of a record and a path."""
    plain = record.get(path[0])
    if plain is None or plain == []:
        return ""
    if len(path) == 1:
        if isinstance(plain, str):
            return f"'{plain}" if FORMULA.match(plain) else plain
        if isinstance(plain, dict):
            return _plain(plain)
    value, is_list = _value(record, path)
    if value is None or value == []:
        return ""
    text = SEPARATOR.join(map(_escaped, value)) if is_list else _plain(value)
    return f"'{text}" if (is_list or isinstance(value, str)) and FORMULA.match(text) else text


def _value(value: Any, path: Sequence[str]) -> tuple[Any, bool]:
    """Return what stands at the end of a path, and whether it is the items of a list; lists within lists are one."""
    for number, step in enumerate(path):
        if value is None:
            return None, False
        if isinstance(value, list):
            return _items(value, path[number:]), True
        value = value.get(step)
    return (_items(value, ()), True) if isinstance(value, list) else (value, False)


def _items(values: Sequence[Any], path: Sequence[str]) -> list[Any]:
    if not path and not any(isinstance(value, list) for value in values):
        return list(values)
    found = [_value(value, path) for value in values]
    return [one for item, many in found for one in (item if many else [item])]


def _escaped(item: Any) -> str:
    return _plain(item).replace("\\", "\\\\").replace("|", "\\|")


def _plain(value: Any) -> str:
    """Return one value as text; a reference as its id."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return str(value["id"])
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
