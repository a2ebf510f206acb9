"""The exports described as a Data Package (version 2, datapackage.org): each file's size and hash, each table's columns and keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from schemas import BY_COLLECTION, BY_TYPE, Resource
from schemas.base import Link
from schemas.fields import Choice, Day, Extract, Flag, Many, Number, Part, Slug, Strict, Whole

from .formats import TABLES, csv
from .snapshot.exports import Export

PROFILES: Final = "https://datapackage.org/profiles/2.0/"
PROFILE: Final = f"{PROFILES}datapackage.json"
TYPES: Final[tuple[tuple[type[Strict], str], ...]] = ((Flag, "boolean"), (Whole, "integer"), (Number, "number"), (Day, "date"))
ITEMS: Final = (Link, Slug, Choice, Whole)  # values without a bar, which stand in a list as they are
SAME_AGAIN: Final = "jsonl"  # the records of the tables, which who loads all tables should not load twice
JOINED: Final = "The items are joined by ` | `; within one a backslash and a bar have a backslash in front."
EVERYTHING: Final = (
    "The whole dataset in one document: what it says of itself, all records, and the texts of the sources, which remain their publishers'."
)
GUARDED: Final = "A text that a spreadsheet would run as a formula has an apostrophe in front."
DIALECT: Final[Mapping[str, Any]] = {"header": True, "delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True}


def descriptor(
    about: Mapping[str, Any], digest: str, licence: str, exports: Iterable[Export], sources: Iterable[tuple[str, str | None]]
) -> dict[str, Any]:
    """Return the descriptor of the package.

    `about` is what the dataset says of itself, `licence` the address of its licence, `sources` are title and address of its
    sources. What is not known, such as the hour of its creation, is left out.
    """
    raw = [{"title": title, **({"path": address} if address else {})} for title, address in sources]
    name = re.sub(r"[^a-z0-9]+", "-", about["title"].lower()).strip("-")
    return {
        "$schema": PROFILE,
        **({"name": name} if name else {}),
        "id": digest,
        "title": about["title"],
        "description": about["description"],
        "version": about["version"],
        "licenses": [{"name": about["licence"], "path": licence}],
        "contributors": [{"title": one["name"], "roles": [one["role"]]} for one in about["contributors"]],
        "citation": about["citation"],
        **({"sources": raw} if raw else {}),
        "resources": [_file(export) for export in exports if not export.name.endswith(f".{SAME_AGAIN}")],
    }


def _file(export: Export) -> dict[str, Any]:
    """Return the description of an export; its path is relative to the descriptor's, so that both can be copied together."""
    stem, _, form = export.name.partition(".")
    file = {
        "path": f"exports/{export.name}",
        "format": form,
        "encoding": "utf-8",
        "bytes": export.size,
        "hash": f"sha256:{export.sha256.hex()}",
    }
    if stem not in BY_COLLECTION:
        return {"name": stem, "title": "Everything", "description": EVERYTHING, "mediatype": "application/json", **file}
    told = {"title": stem.capitalize(), "description": f"{BY_COLLECTION[stem].description} {GUARDED}", "mediatype": TABLES[form].media_type}
    return {"name": stem, "type": "table", **told, **file, "dialect": dict(DIALECT), "schema": table_schema(stem)}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the field that its values have, whether a cell can hold several of them, and whether it can be empty."""

    name: str
    field: Strict
    description: str
    many: bool
    optional: bool


def columns(resource: Resource) -> Iterator[Column]:
    """Yield the columns of a type's table in their order."""
    for name in csv.columns(resource, None):
        schema, many, optional = resource.public, False, False
        leaf: Any = None
        told = ""
        for step in name.split("."):
            field: Any = schema.fields[step]
            told = field.description
            leaf = field.inner if isinstance(field, Many) else field
            many = many or field is not leaf
            optional = (
                optional or field.allow_none or leaf.allow_none or isinstance(leaf, Extract) or (field is not leaf and not field.least)
            )
            schema = leaf.schema if isinstance(leaf, Part) else schema
        yield Column(name, leaf, told, many, optional)


@cache
def table_schema(collection: str) -> dict[str, Any]:
    """Return the Table Schema of a collection's table."""
    resource = BY_COLLECTION[collection]
    found = list(columns(resource))
    keys = [
        {"fields": [one.name], "reference": {"fields": ["id"], **_other(resource, BY_TYPE[one.field.target])}}
        for one in found
        if isinstance(one.field, Link) and not one.many
    ]
    return {
        "$schema": f"{PROFILES}tableschema.json",
        "fields": [_field(one) for one in found],
        "primaryKey": ["id"],
        **({"foreignKeys": keys} if keys else {}),
        "missingValues": [""],
    }


def _other(resource: Resource, target: Resource) -> dict[str, str]:
    """Return the name of the table that a key leads to; its own must be left out."""
    return {} if target is resource else {"resource": target.collection}


def _field(column: Column) -> dict[str, Any]:
    """Return the description of a column."""
    kind = next((name for one, name in TYPES if isinstance(column.field, one)), "string")
    described: dict[str, Any] = {"name": column.name, "type": kind, "description": column.description}
    if column.many and isinstance(column.field, ITEMS) and not column.field.allow_none:
        described |= {"type": "list", "delimiter": csv.SEPARATOR, "itemType": kind}
    elif column.many:
        described |= {"type": "string", "description": f"{column.description} {JOINED}"}
    if constraints := dict(_constraints(column)):
        described["constraints"] = constraints
    return described


def _constraints(column: Column) -> Iterator[tuple[str, Any]]:
    """Yield what the values of a column must be."""
    if not column.optional:
        yield "required", True
    if column.many:
        return
    if isinstance(column.field, Choice):
        yield "enum", list(column.field.values)
    if isinstance(column.field, Whole):
        yield "minimum", column.field.least
    if isinstance(column.field, Number):
        yield "minimum", 0
