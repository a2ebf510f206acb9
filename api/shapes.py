"""The shapes of what is not a record: envelopes, meta, links, the index, problems. Records have theirs in schemas."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from schemas import BY_TYPE, RESOURCES, Resource
from schemas.base import Reference
from schemas.fields import Choice, Day, Flag, Many, Number, Part, Strict, Text, Version, Whole
from schemas.paths import joins

from .envelope import DatasetStamp
from .errors import CODES

OPTIONAL: dict[str, Any] = {"required": False}
NULLABLE: dict[str, Any] = {"allow_none": True}
RANGES: dict[str, Any] = {
    "type": "array",
    "items": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2},
}
COMPONENTS = "#/components/schemas/"


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


class Highlight(ma.Schema):
    """A field in which terms of a search stand."""

    field = Text("The dotted path of the field; `name.0` is the first item of a list.", example="text")
    snippet = Text("The text around the first place, cut between words.")
    ranges = Given(
        RANGES,
        "Start and end of each place, in code points of the field as it is served.",
    )


class FacetValue(ma.Schema):
    """A value of a facet, and how many records have it."""

    value = Given({"type": ["string", "integer", "boolean"]}, "The value; of a reference the id.", example="causal")
    label = Text("What to call it.", example="causal")
    count = Whole("How many records have it, the facet's own filter left out.", example=7)
    selected = Flag("Whether the filter names it.")
    href = Text("The query with the value added to the filter, or taken away where it is selected.", example="/v1/claims?kind=causal")


class Group(ma.Schema):
    """A group of an aggregate."""

    group = Given(
        {"type": "object", "additionalProperties": {"anyOf": [component("Reference"), {"type": ["string", "integer", "boolean", "null"]}]}},
        "The value of each dimension, null where it is missing.",
    )
    count = Whole("How many records are in it.", example=7)


class SearchHit(ma.Schema):
    """A record that a search found."""

    type = Choice(tuple(BY_TYPE), "The type of the record.")
    id = Text("The id of the record.", example="nato")
    label = Text("What to call the record in a list.", example="NATO")
    href = Text("The path of the record.", example="/v1/actors/nato")
    score = Given({"type": "number"}, "How well it matches; the higher the better.", example=4.2)
    highlights = Many(Part(Highlight, "A field."), "The fields in which the words stand.", required=True)


class Completion(Reference):
    """A record whose label holds what was typed."""

    hint = Text("What tells it from others of that label.", example="An alliance of states.")
    ranges = Given(RANGES, "Start and end of what was typed, in code points of the label.")


class FindingQuery(ma.Schema):
    """The query as it was understood."""

    q = Text("The words.", example="missile")


class SearchMeta(ma.Schema):
    """What was found, and in which dataset."""

    total = Whole("How many records match.", example=38)
    count = Whole("How many of them this page holds.", example=25)
    page = Whole("Which page this is, from 1.", least=1, example=1)
    per_page = Whole("How many records a page holds at most.", example=25)
    query = Part(FindingQuery, "The query as it was understood.")
    dataset = Part(DatasetStamp, "Which dataset the answer is from.")


class AutocompleteMeta(ma.Schema):
    """What was found, and in which dataset."""

    count = Whole("How many records there are here.", example=10)
    query = Part(FindingQuery, "The query as it was understood.")
    dataset = Part(DatasetStamp, "Which dataset the answer is from.")


class IntegrityReport(ma.Schema):
    """What a debate leaves open."""

    debate = Part(Reference, "The debate.")
    coverage = Number("The share of its sources' non-space characters that lie in a quote, 0 to 1.", example=0.99)
    inferred_attributions = Whole("Quotes whose speaker is inferred.")
    inferred_relations = Whole("Relations that the curator infers.")
    reported_claims = Whole("Claims that only somebody else reports.")
    paraphrased_claims = Whole("Claims of which less than half the content words stand in their evidence.")
    unlinked = Many(Part(Reference, "A claim."), "Claims without any relation.", required=True)
    unanswered_conditions = Many(Part(Reference, "A condition."), "Conditions that no claim answers.", required=True)
    orphaned_quotes = Many(Part(Reference, "A quote."), "Quotes that nothing rests on.", required=True)
    unverified_sources = Many(Part(Reference, "A source."), "Sources without an address where the text could be compared.", required=True)
    known_gaps = Many(Text("A gap."), "What the dataset cannot tell, as its curator says.", required=True)


class IntegrityMeta(ma.Schema):
    """How many reports there are, and of which dataset."""

    total = Whole("How many debates are reported on.")
    count = Whole("How many reports there are here.")
    dataset = Part(DatasetStamp, "Which dataset the answer is from.")


class AggregateQuery(ma.Schema):
    """The query as it was understood: the values of each filter by parameter, and the dimensions."""

    by = Many(Text("A dimension."), "The dimensions.", required=True)


class Query(ma.Schema):
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


class AggregateMeta(ma.Schema):
    """How many groups there are, and in which dataset."""

    total = Whole("How many groups there are.", example=9)
    count = Whole("How many of them this page holds.", example=9)
    page = Whole("Which page this is, from 1.", least=1, example=1)
    per_page = Whole("How many groups a page holds at most.", example=25)
    query = Part(AggregateQuery, "The query as it was understood.")
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


def record_shapes() -> dict[str, type[ma.Schema]]:
    """Return the records that `included` can hold, by the name of their shape."""
    return {resource.schema.__name__: resource.public.__class__ for resource in RESOURCES}


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
    return type(f"{resource.schema.__name__}Selection", (ma.Schema,), {"__doc__": f"A {resource.type} cut by `select`.", **fields})


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


def envelope(
    name: str, data: ma.fields.Field[Any], meta: type[ma.Schema], links: type[ma.Schema], **more: ma.fields.Field[Any]
) -> type[ma.Schema]:
    """Return the shape of an answer in its envelope."""
    fields = {"data": data, **more, "meta": Part(meta, "About the answer."), "links": Part(links, "Where to go from here.")}
    return type(name, (ma.Schema,), {"__doc__": "An answer in its envelope.", **fields})


def shapes() -> dict[str, type[ma.Schema]]:
    """Return every shape that an answer can have, by name."""
    named = {"Problem": Problem, "Health": Health, "Readiness": Readiness, "Linkset": Linkset, "Highlight": Highlight, "FacetValue": FacetValue}
    named |= record_shapes()
    named["IndexAnswer"] = envelope("IndexAnswer", Part(Index, "The index."), ItemMeta, SelfLink)
    groups = Many(Part(Group, "A group."), "The groups of this page, largest first.", required=True)
    named["Aggregate"] = envelope("Aggregate", groups, AggregateMeta, ListLinks)
    hits = Many(Part(SearchHit, "A record."), "The records of this page, best first.", required=True)
    named["SearchAnswer"] = envelope("SearchAnswer", hits, SearchMeta, ListLinks)
    labels = Many(Part(Completion, "A record."), "The records, those whose labels begin with what was typed first.", required=True)
    named["AutocompleteAnswer"] = envelope("AutocompleteAnswer", labels, AutocompleteMeta, SelfLink)
    reports = Many(Part(IntegrityReport, "A report."), "One report a debate.", required=True)
    named["IntegrityAnswer"] = envelope("IntegrityAnswer", reports, IntegrityMeta, SelfLink)
    for resource in RESOURCES:
        named |= envelopes(resource)
    return named
