"""The shapes of records in their envelopes: lists, single records, and what `select` and `include` make of them."""

from __future__ import annotations

import marshmallow as ma

from api.envelope import DatasetStamp
from schemas import RESOURCES, Resource
from schemas.fields import Choice, Many, Part, Text, Whole
from schemas.paths import joins

from .parts import NULLABLE, OPTIONAL, Given, ItemMeta, ListLinks, Shapes, Varying, component, envelope, listed_by


class Query(Varying):
    """The query as it was understood: the values of each filter by parameter, and the order of the records."""

    sort = Many(Text("A key, minus for descending."), "The keys that the records are sorted by.", required=True)


class ListMeta(ma.Schema):
    """What was found, and in which dataset."""

    total = Whole("How many records match.", example=38)
    count = Whole("How many of them this page holds.", example=25)
    page = Whole("Which page this is, from 1; null in a walk or a sample.", least=1, example=1, **NULLABLE)
    per_page = Whole("How many records a page holds at most; null in a sample.", example=25, **NULLABLE)
    missing = Many(Text("An id."), "The ids asked for that name no record; only where `id` was sent.", **OPTIONAL)
    seed = Whole("With `sample`: the seed that draws the same records again.", **OPTIONAL)
    highlights = Given(listed_by("Highlight"), "With `highlight`: by id, the fields in which terms stand.", **OPTIONAL)
    query = Part(Query, "The query as it was understood.")
    dataset = Part(DatasetStamp, "Which dataset the answer is from.")


def included() -> type[ma.Schema]:
    """Return the shape of `included`: whole records by collection."""
    fields = {
        resource.collection: Many(Part(resource.public.__class__, "A record."), f"Records of type {resource.type}, by id.", **OPTIONAL)
        for resource in RESOURCES
    }
    return type("Included", (ma.Schema,), {"__doc__": "The records that `include` asked for, once each, by collection.", **fields})


def selection(resource: Resource) -> type[ma.Schema]:
    """Return the shape of a record that was cut by `select`."""
    fields = {"type": Choice((resource.type,), "The type of the record."), "id": Text("The id of the record.")}
    return type(f"{resource.schema.__name__}Selection", (Varying,), {"__doc__": f"A {resource.type} cut by `select`.", **fields})


def envelopes(resource: Resource) -> dict[str, type[ma.Schema]]:
    """Return the shapes of a type's list and of its single record, by name."""
    name = resource.schema.__name__
    related = {child.collection: Text(f"Its {child.collection}.") for child, _ in joins(resource)}
    links = type(f"{name}Links", (ma.Schema,), {
        "__doc__": "Where the record is, and what it is joined to.",
        "self": Text("The record.", example=resource.href(resource.example)),
        "collection": Text("Its collection."),
        **related,
    })  # fmt: skip
    either = {"anyOf": [component(name), component(f"{name}Selection")]}
    facets = {"facets": Given(listed_by("FacetValue"), "The facets that were asked for, by filter.", **OPTIONAL)}
    shown = {"included": Part(included(), "The records that `include` asked for.", **OPTIONAL)}
    records = Given({"type": "array", "items": either}, "The records of this page, whole or cut by `select`.")
    return {
        f"{name}Selection": selection(resource),
        f"{name}List": envelope(f"{name}List", records, ListMeta, ListLinks, **shown, **facets),
        f"{name}Answer": envelope(f"{name}Answer", Given(either, "The record, whole or cut by `select`."), ItemMeta, links, **shown),
    }


def shapes() -> Shapes:
    """Return the shapes by name, records themselves among them."""
    named: Shapes = {resource.schema.__name__: resource.public.__class__ for resource in RESOURCES}
    for resource in RESOURCES:
        named |= envelopes(resource)
    return named
