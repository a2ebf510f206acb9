"""The shape of the index."""

from __future__ import annotations

import marshmallow as ma

from schemas.fields import Choice, Day, Many, Part, Text, Version, Whole

from .parts import NULLABLE, ItemMeta, Shapes, envelope


class FilterEntry(ma.Schema):
    """A filter of a collection. The operator `eq` is written as the name alone, any other as `name__operator`."""

    name = Text("The parameter.", example="kind")
    description = Text("What it compares.")
    kind = Choice(("reference", "choice", "flag", "date", "number", "word"), "What sort of values it takes.")
    target = Text("The type whose ids it takes, or null.", **NULLABLE)
    operators = Many(Text("An operator."), "The operators that it takes.", required=True)
    values = Many(Text("A value."), "The values that it takes, or null where the list is not closed.", required=True, **NULLABLE)


class IncludeEntry(ma.Schema):
    """A reference that `include` follows; from the record there it goes one step further, along the includes of that type."""

    path = Text("The path of the reference.", example="evidence.quote")
    target = Text("The type of the record that it leads to.", example="quote")


class IndexEntry(ma.Schema):
    """What the index says of a type."""

    type = Text("The type.", example="claim")
    description = Text("What its records are.")
    href = Text("The path of its collection.", example="/v1/claims")
    schema = Text("The path of its JSON Schema.", example="/v1/schemas/claim")
    count = Whole("How many records there are.")
    filters = Many(Part(FilterEntry, "A filter."), "The filters of the collection.", required=True)
    sorts = Many(Text("A key."), "The keys that it can be sorted by.", required=True)
    default_sort = Text("The keys that it is sorted by.", example="id")
    includes = Many(Part(IncludeEntry, "A reference."), "The references that can be included.", required=True)


class IndexDataset(ma.Schema):
    """The dataset as a whole."""

    title = Text("What it is called.")
    version = Version("Its calendar version.", example="2026.11.0")
    released = Day("The day on which this version was released.")
    licence = Text("Its licence (SPDX).", example="CC-BY-4.0")
    citation = Text("How to cite it.")
    digest = Text("The hash of its content.")


class IndexLinks(ma.Schema):
    """Where all else is that is no collection."""

    self = Text("This answer.", example="/v1")
    search = Text("Search over all types.")
    autocomplete = Text("Completion while somebody types.")
    verify = Text("Was this said?")
    integrity = Text("What the dataset leaves open.")
    dataset = Text("The whole dataset in one document.")
    datapackage = Text("The tables of all types, described (Data Package).")
    openapi = Text("The OpenAPI document.")
    docs = Text("The same for people.")


class Index(ma.Schema):
    """What is served."""

    title = Text("The name of the service.", example="Rostrum")
    api_version = Text("The version of this interface.", example="1.0.0")
    dataset = Part(IndexDataset, "The dataset as a whole.")
    resources = Many(Part(IndexEntry, "A type."), "The types of records.", required=True)


def shapes() -> Shapes:
    """Return the shapes by name."""
    return {"IndexAnswer": envelope("IndexAnswer", Part(Index, "The index."), ItemMeta, IndexLinks)}
