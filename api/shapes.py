"""The shapes of what is not a record: envelopes, meta, links, the index, problems. Records have theirs in schemas."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from schemas import RESOURCES, Resource
from schemas.fields import Choice, Day, Many, Part, Text, Version, Whole
from schemas.paths import joins

from .envelope import DatasetStamp
from .errors import CODES

OPTIONAL: dict[str, Any] = {"required": False}
NULLABLE: dict[str, Any] = {"allow_none": True}


class Query(ma.Schema):
    """The query as it was understood: the values of each filter by parameter, and the order of the records."""

    sort = Many(Text("A key, minus for descending."), "The keys that the records are sorted by.", required=True)


class ListMeta(ma.Schema):
    """What was found, and in which dataset."""

    total = Whole("How many records match.", example=38)
    count = Whole("How many of them this page holds.", example=25)
    page = Whole("Which page this is, from 1.", least=1, example=1)
    per_page = Whole("How many records a page holds at most.", example=25)
    missing = Many(Text("An id."), "The ids asked for that name no record; only where `id` was sent.", **OPTIONAL)
    query = Part(Query, "The query as it was understood.")
    dataset = Part(DatasetStamp, "Which dataset the answer is from.")


class ListLinks(ma.Schema):
    """Where this page and its neighbours are; null where there is none."""

    self = Text("This page.", example="/v1/claims?kind=causal")
    first = Text("The first page.", **NULLABLE)
    prev = Text("The page before.", **NULLABLE)
    next = Text("The page behind.", **NULLABLE)
    last = Text("The last page.", **NULLABLE)


class ItemMeta(ma.Schema):
    """In which dataset the record is."""

    dataset = Part(DatasetStamp, "Which dataset the answer is from.")


class FilterEntry(ma.Schema):
    """A filter of a collection. The operator `eq` is written as the name alone, any other as `name__operator`."""

    name = Text("The parameter.", example="kind")
    description = Text("What it compares.")
    kind = Choice(("reference", "choice", "flag", "date", "number", "word"), "What sort of values it takes.")
    target = Text("The type whose ids it takes, or null.", **NULLABLE)
    operators = Many(Text("An operator."), "The operators that it takes.", required=True)
    values = Many(Text("A value."), "The values that it takes, or null where the list is not closed.", required=True, **NULLABLE)


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


class IndexDataset(ma.Schema):
    """The dataset as a whole."""

    title = Text("What it is called.")
    version = Version("Its calendar version.", example="2026.11.0")
    released = Day("The day on which this version was released.")
    licence = Text("Its licence (SPDX).", example="CC-BY-4.0")
    citation = Text("How to cite it.")
    digest = Text("The hash of its content.")


class Index(ma.Schema):
    """What is served."""

    title = Text("The name of the service.", example="Rostrum")
    api_version = Text("The version of this interface.", example="1.0.0")
    dataset = Part(IndexDataset, "The dataset as a whole.")
    resources = Many(Part(IndexEntry, "A type."), "The types of records.", required=True)


class SelfLink(ma.Schema):
    """Where this answer is."""

    self = Text("This answer.", example="/v1")


class ParameterFault(ma.Schema):
    """What is wrong with one parameter, and what would be right."""

    parameter = Text("The parameter.", example="topik")
    code = Choice(CODES, "What kind of fault it is.")
    detail = Text("What is wrong with it.")
    did_you_mean = Text("What was probably meant.", **OPTIONAL)
    allowed = Many(Text("A value."), "Up to 20 values that are allowed.", **OPTIONAL)


class Problem(ma.Schema):
    """A problem document (RFC 9457)."""

    type = Text("The type of problem: the path of its page.", example="/problems/invalid-parameter")
    title = Text("What the type is called.", example="Invalid query parameter")
    status = Whole("The status code.", least=400, example=400)
    detail = Text("What happened.", example="1 parameter was not understood.")
    instance = Text("The request, shortened.", example="/v1/claims?topik=energy")
    request_id = Text("The id of the request, as in `X-Request-Id`.")
    errors = Many(Part(ParameterFault, "A fault."), "The faults of the parameters, at most 20.", **OPTIONAL)


class Health(ma.Schema):
    """The process lives."""

    status = Choice(("alive",), "Always `alive`.")


class Readiness(ma.Schema):
    """The service can answer."""

    status = Choice(("ready",), "Always `ready`.")
    dataset = Part(DatasetStamp, "The dataset that it answers from.")


class LinkTarget(ma.Schema):
    """Where a link leads."""

    href = Text("The path.")
    type = Text("The media type there.")


class LinkContext(ma.Schema):
    """What is linked from one anchor, by relation."""

    anchor = Text("What the links are of.")


class Linkset(ma.Schema):
    """A linkset (RFC 9264)."""

    linkset = Many(Part(LinkContext, "The links of one anchor."), "The links.", required=True)


def envelopes(resource: Resource) -> dict[str, type[ma.Schema]]:
    """Return the envelopes of a type's list and of its single record, by name."""
    name = resource.schema.__name__
    record = resource.public.__class__
    related = {child.collection: Text(f"Its {child.collection}.") for child, _ in joins(resource)}
    links = type(f"{name}Links", (ma.Schema,), {
        "__doc__": "Where the record is, and what it is joined to.",
        "self": Text("The record.", example=resource.href(resource.example)),
        "collection": Text("Its collection."),
        **related,
    })  # fmt: skip
    return {
        f"{name}List": _envelope(f"{name}List", Many(Part(record, "A record."), "The records of this page.", required=True), ListMeta, ListLinks),
        f"{name}Answer": _envelope(f"{name}Answer", Part(record, "The record."), ItemMeta, links),
    }


def _envelope(name: str, data: ma.fields.Field[Any], meta: type[ma.Schema], links: type[ma.Schema]) -> type[ma.Schema]:
    fields = {"data": data, "meta": Part(meta, "About the answer."), "links": Part(links, "Where to go from here.")}
    return type(name, (ma.Schema,), {"__doc__": "An answer in its envelope.", **fields})


def shapes() -> dict[str, type[ma.Schema]]:
    """Return every shape that an answer can have, by name."""
    named = {"Problem": Problem, "Health": Health, "Readiness": Readiness, "Linkset": Linkset}
    named["IndexAnswer"] = _envelope("IndexAnswer", Part(Index, "The index."), ItemMeta, SelfLink)
    for resource in RESOURCES:
        named |= envelopes(resource)
    return named



