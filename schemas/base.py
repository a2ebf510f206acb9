"""What all types share: the Record with its two forms, the reference, and the Resource that all else derives from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, cast

import marshmallow as ma

from .fields import Choice, Many, Part, Ref, Slug, Strict, Text

TYPES = ("debate", "source", "actor", "quote", "claim", "condition", "event")


class Closed(ma.Schema):
    """An object that takes the keys it declares and no others."""

    class Meta:
        """Refuse what is not declared, nested objects included."""

        unknown = ma.RAISE


class Record(Closed):
    """The authored form is what loads; the public form is the same with references resolved and computed fields added."""

    type = Choice(TYPES, "The type of the record.", computed=True)
    id = Slug("The id: a short slug, unique within its file. Served as `<debate>.<id>` where the record belongs to a debate.")


RecordClass = type[Record]  # named here, for `type` means something else within a Resource


def tags() -> Many:
    """Return the field that all records carry for a curator's own grouping."""
    return Many(Slug("A tag."), "The curator's tags, for grouping.", load_default=list)


def note() -> Text:
    """Return the field that all records carry for what the source itself does not say."""
    return Text("The curator's note: what the source itself does not say.", load_default=None, allow_none=True)


class Reference(ma.Schema):
    """How one record names another: enough to draw a list without a second request."""

    type = Choice(TYPES, "The type of the record.", example="actor")
    id = Text("The id of the record.", example="nato")
    label = Text("What to call the record in a list.", example="NATO")
    href = Text("The path of the record.", example="/v1/actors/nato")


class Link(Part):
    """A served reference; ``target`` is the type of the record that it leads to."""

    def __init__(self, target: str, description: str, **options: Any) -> None:
        """Take the type of the record."""
        self.target = target
        super().__init__(Reference, description, **options)


def inverse(target: str, description: str) -> Many:
    """Return the computed list of references to the records of a type that name this one."""
    return Many(Link(target, "A reference."), description, computed=True)


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter of a collection: a path into the public form, and whose values it compares.

    ``path`` is dotted, goes through lists, and may cross a reference into the record it names (``evidence.quote.source``).
    ``where`` keeps only those objects at the first step whose key has that value: of a claim's relations, those of a kind.
    What kind of values there are follows from the field at the end of the path; ``target`` says it where the field could lead
    to several types.
    """

    name: str
    description: str
    path: str = ""
    where: tuple[str, str] | None = None
    target: str = ""
    joins: bool = False
    example: str = ""

    @property
    def steps(self) -> tuple[str, ...]:
        """The path, step by step."""
        return tuple((self.path or self.name).split("."))


@dataclass(frozen=True)
class Resource:
    """A type of record: its schema, its names, and what can be asked of its collection.

    ``label`` says what to call a record, from its authored fields; ``hint`` tells it from others of that label, from its public form.
    """

    type: str
    collection: str
    schema: RecordClass
    description: str
    label: Callable[[Mapping[str, Any]], str]
    hint: Callable[[Mapping[str, Any]], str]
    filters: tuple[Filter, ...]
    sorts: Mapping[str, str]
    default_sort: str
    search: tuple[str, ...]
    example: str
    within_debate: bool = True

    def served_id(self, debate: str | None, authored: str) -> str:
        """Return the id under which a record is served."""
        return f"{debate}.{authored}" if self.within_debate else authored

    def href(self, served: str) -> str:
        """Return the path of a record."""
        return f"/v1/{self.collection}/{served}"

    def reference(self, record: Mapping[str, Any]) -> dict[str, str]:
        """Return the reference object for a record whose ``id`` is the served one."""
        return {"type": self.type, "id": record["id"], "label": self.label(record), "href": self.href(record["id"])}

    @cached_property
    def authored(self) -> Record:
        """The schema of what a curator writes."""
        return self.schema()

    @cached_property
    def public(self) -> ma.Schema:
        """The schema of what is served."""
        return public_form(
            self.schema, {"type": Choice((self.type,), f"Always `{self.type}`.", example=self.type), "id": self._served_id_field()}
        )()

    def _served_id_field(self) -> Strict:
        form = "`<debate>.<slug>`" if self.within_debate else "a slug"
        return Text(f"The id under which the record is served: {form}.", example=self.example)


def public_form(schema: type[ma.Schema], given: Mapping[str, Strict] | None = None) -> type[ma.Schema]:
    """Derive the schema of the public form: references as objects, computed fields present, nothing left out.

    `given` replaces fields by name. The class keeps the name of the authored one, which names it in OpenAPI.
    """
    declared: Mapping[str, Any] = schema._declared_fields
    fields = {name: (given or {}).get(name) or _public_field(one) for name, one in declared.items() if not one.load_only}
    return type(schema.__name__, (ma.Schema,), {"__doc__": schema.__doc__, **fields})


def _public_field(authored: Strict) -> Strict:
    """Return the served form of one field: there always, with the bounds that it is authored under."""
    shared: dict[str, Any] = {"allow_none": authored.allow_none, "example": authored.metadata.get("example"), "required": True}
    if isinstance(authored, Ref):
        return Link(authored.target, authored.description, **shared)
    if isinstance(authored, Link):
        return Link(authored.target, authored.description, **shared)
    if isinstance(authored, Part):
        return Part(_public_part(authored.schema.__class__), authored.description, **shared)
    if isinstance(authored, Many):
        return Many(_public_field(cast("Strict", authored.inner)), authored.description, least=authored.least, **shared)
    public = copy(authored)
    public.required, public.dump_only, public.load_default = True, False, ma.missing
    return public


_PARTS: dict[type[ma.Schema], type[ma.Schema]] = {}


def _public_part(schema: type[ma.Schema]) -> type[ma.Schema]:
    """Return the one public class of a nested schema, so that OpenAPI knows it by one name."""
    if schema not in _PARTS:
        _PARTS[schema] = public_form(schema)
    return _PARTS[schema]


def walk_references(schema: ma.Schema, data: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Yield path, type and authored id of each reference in the authored form of a record or a part of one.

    What has the wrong type is passed over, so that a record with a fault elsewhere can be asked as well.
    """
    for name, one in _referring(schema) if isinstance(data, Mapping) else ():
        if name not in data:
            continue
        for path, leaf, item in _leaves((name,), one, data[name]):
            if isinstance(leaf, Ref) and isinstance(item, str) and leaf.accepts(item):
                yield path, leaf.target_in(data), item
            elif isinstance(leaf, Part):
                yield from ((path + deeper, kind, ref) for deeper, kind, ref in walk_references(leaf.schema, item))


@cache
def _referring(schema: ma.Schema) -> list[tuple[str, ma.fields.Field[Any]]]:
    """Return the authored fields that a reference can stand in, at any depth."""
    return [(name, one) for name, one in schema.fields.items() if not one.dump_only and _may_refer(one)]


def _may_refer(one: Any) -> bool:
    leaf = one.inner if isinstance(one, Many) else one
    return isinstance(leaf, Ref) or (isinstance(leaf, Part) and bool(_referring(leaf.schema)))


def _leaves(path: tuple[str | int, ...], one: ma.fields.Field[Any], value: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the field and value of each item of a list, or of the value itself."""
    if isinstance(one, Many):
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield (*path, index), one.inner, item
    else:
        yield path, one, value
