"""The shapes of counts: the values of a facet, and the groups of an aggregate."""

from __future__ import annotations

import marshmallow as ma

from api.envelope import DatasetStamp
from schemas.fields import Flag, Many, Part, Text, Whole

from .parts import OPTIONAL, Given, ListLinks, Shapes, Varying, component, envelope


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


class AggregateQuery(Varying):
    """The query as it was understood: the values of each filter by parameter, and the dimensions."""

    by = Many(Text("A dimension."), "The dimensions.", required=True)


class AggregateMeta(ma.Schema):
    """How many groups there are, and in which dataset."""

    total = Whole("How many groups there are.", example=9)
    count = Whole("How many of them this page holds.", example=9)
    page = Whole("Which page this is, from 1.", least=1, example=1)
    per_page = Whole("How many groups a page holds at most.", example=25)
    missing = Many(Text("An id."), "The ids asked for that name no record; only where `id` was sent.", **OPTIONAL)
    query = Part(AggregateQuery, "The query as it was understood.")
    dataset = Part(DatasetStamp, "Which dataset the answer is from.")


def shapes() -> Shapes:
    """Return the shapes by name."""
    groups = Many(Part(Group, "A group."), "The groups of this page, largest first.", required=True)
    return {"FacetValue": FacetValue, "Aggregate": envelope("Aggregate", groups, AggregateMeta, ListLinks)}
