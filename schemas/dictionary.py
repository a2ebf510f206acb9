"""The data dictionary: every field of both forms of every type, its filters, and every rule, as one Markdown page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import marshmallow as ma

from . import RESOURCES, Resource
from .base import Link
from .fields import Choice, Day, Edtf, Extract, Flag, Language, Many, Number, Part, Ref, Slug, Strict, Text, Uri, Version, Whole
from .layout import DEBATE_FILES, DatasetFile
from .paths import end
from .rules import RULES

HEAD: Final = """\
# The data dictionary

Written by `make openapi` from `schemas/`; change it there.

Every record has two forms. A curator writes the **authored** form into `data/`; the build checks it, adds what can be
computed, and the service answers with the **served** form. In the tables, *required* must be written, *optional* may be
left out and then has the value that is given, and *computed* is never written. A field that names another record is an id
in the authored form and a reference, `{"type", "id", "label", "href"}`, in the served form. A served record has all of
its served fields, always. In the names, a dot goes into an object and `[]` into a list.
"""
WORDS: Final[tuple[tuple[type[Strict], str], ...]] = (
    (Slug, "slug"),
    (Language, "language tag (BCP 47)"),
    (Version, "calendar version"),
    (Uri, "address"),
    (Edtf, "date (EDTF)"),
    (Day, "day (ISO 8601)"),
    (Text, "text"),
    (Extract, "text"),
    (Flag, "true or false"),
    (Whole, "whole number"),
    (Number, "number"),
)


def data_dictionary() -> str:
    """Return the page, which stands in ``docs/data-dictionary.md``."""
    parts = [HEAD, *(_type(resource) for resource in RESOURCES), _dataset(), _rules()]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _type(resource: Resource) -> str:
    where = (
        "actors.json"
        if resource.type == "actor"
        else next(f"<debate>/{file}" for file, one in DEBATE_FILES.items() if one == resource.type)
    )
    intro = f"{resource.description} Written in `{where}`, served under `/v1/{resource.collection}`."
    fields = _table(("field", "type", "authored", "served", "description"), _fields(resource.schema()))
    filters = _table(("filter", "values", "description"), _filters(resource))
    sorts = f"Sorted by {_listed(resource.sorts)}; by `{resource.default_sort}` unless asked otherwise."
    search = f"Full text is searched in {_listed(resource.search)}."
    return "\n\n".join([f"## {resource.type}", intro, fields, filters, f"{sorts} {search}"])


def _fields(schema: ma.Schema, prefix: str = "", *, computed: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield a row for each field, those of nested objects behind the field that holds them."""
    for name, one in schema.fields.items():
        field: Any = one
        by_build = computed or field.dump_only
        authored = "computed" if by_build else _authored(field)
        yield f"`{prefix}{name}`", _kind(field), authored, "never" if field.load_only else "always", field.description
        inner = field.inner if isinstance(field, Many) else field
        if isinstance(inner, Part) and not isinstance(inner, Link):
            yield from _fields(inner.schema, f"{prefix}{name}{'[]' if inner is not field else ''}.", computed=by_build)


def _kind(field: Any) -> str:
    """Say in words what a field holds."""
    if isinstance(field, Many):
        return f"list of {_kind(field.inner)}" + (f", at least {field.least}" if field.least else "")
    if isinstance(field, Ref | Link):
        kind = " or ".join([field.target, *field.deciding.values()]) if isinstance(field, Ref) else field.target
        kind = f"{kind} (reference)"
    elif isinstance(field, Choice):
        kind = "one of " + _listed(field.values)
    elif isinstance(field, Part):
        kind = "object"
    else:
        kind = next(word for one, word in WORDS if isinstance(field, one))
        kind += f" from {field.least}" if isinstance(field, Whole) and field.least else ""
    return kind + (" or null" if field.allow_none else "")


def _authored(field: Any) -> str:
    if field.required:
        return "required"
    default = field.load_default() if callable(field.load_default) else field.load_default
    return f"optional, else `{'null' if default is None else default}`"


def _filters(resource: Resource) -> Iterator[tuple[str, ...]]:
    for one in resource.filters:
        found = end(resource, one.steps, one.target)
        values = f"id of a record of type {found.target}" if found.target else _listed(found.choices) if found.choices else found.kind
        yield f"`{one.name}`", values, one.description


def _dataset() -> str:
    rows = ((name, kind, authored, description) for name, kind, authored, _, description in _fields(DatasetFile()))
    table = _table(("field", "type", "authored", "description"), rows)
    return f"## The dataset\n\n{DatasetFile.__doc__} Written in `dataset.json`.\n\n{table}"


def _rules() -> str:
    intro = "What the fields cannot say. `rostrum check` reports every problem at once, each with its place and what would be right."
    rows = ((f"`{rule.__name__}`", str(rule.__doc__)) for rule in RULES)
    return f"## The rules\n\n{intro}\n\n" + _table(("rule", "what it demands"), rows)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
