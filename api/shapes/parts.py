"""What shapes are made of: values whose JSON Schema is given as it is, the envelope, and links."""

from __future__ import annotations

from typing import Any, Final

import marshmallow as ma

from api.envelope import DatasetStamp
from schemas.fields import Part, Strict, Text

Shapes = dict[str, type[ma.Schema]]
OPTIONAL: Final[dict[str, Any]] = {"required": False}
NULLABLE: Final[dict[str, Any]] = {"allow_none": True}
RANGES: Final[dict[str, Any]] = {
    "type": "array",
    "items": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2},
}
COMPONENTS: Final = "#/components/schemas/"


class Given(Strict):
    """A value whose JSON Schema is given as it is, for what no field of a record is."""

    def __init__(self, shape: dict[str, Any], description: str, **options: Any) -> None:
        """Take the JSON Schema."""
        self.shape = shape
        super().__init__(description, **options)


def component(name: str) -> dict[str, Any]:
    """Return a reference to a shape."""
    return {"$ref": f"{COMPONENTS}{name}"}


def listed_by(name: str) -> dict[str, Any]:
    """Return the JSON Schema of an object whose every value is a list of one shape."""
    return {"type": "object", "additionalProperties": {"type": "array", "items": component(name)}}


def envelope(
    name: str, data: ma.fields.Field[Any], meta: type[ma.Schema], links: type[ma.Schema], **more: ma.fields.Field[Any]
) -> type[ma.Schema]:
    """Return the shape of an answer in its envelope."""
    fields = {"data": data, **more, "meta": Part(meta, "About the answer."), "links": Part(links, "Where to go from here.")}
    return type(name, (ma.Schema,), {"__doc__": "An answer in its envelope.", **fields})


class ItemMeta(ma.Schema):
    """In which dataset the record is."""

    dataset = Part(DatasetStamp, "Which dataset the answer is from.")


class Varying(ma.Schema):
    """An object that holds what it declares, and more that depends on the request or on another standard."""


class SelfLink(ma.Schema):
    """Where this answer is."""

    self = Text("This answer.", example="/v1")


class ListLinks(ma.Schema):
    """Where this page and its neighbours are; null where there is none."""

    self = Text("This page.", example="/v1/claims?kind=causal")
    first = Text("The first page.", **NULLABLE)
    prev = Text("The page before.", **NULLABLE)
    next = Text("The page behind.", **NULLABLE)
    last = Text("The last page.", **NULLABLE)
