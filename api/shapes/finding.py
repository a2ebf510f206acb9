"""The shapes of what is found by words: highlights, hits over all types, and completions."""

from __future__ import annotations

import marshmallow as ma

from api.envelope import DatasetStamp
from schemas.base import Reference
from schemas.fields import Many, Part, Text, Whole

from .parts import RANGES, Given, ListLinks, SelfLink, Shapes, Varying, envelope


class Highlight(ma.Schema):
    """A field in which terms of a search stand."""

    field = Text("The dotted path of the field; `name.0` is the first item of a list.", example="text")
    snippet = Text("The text around the first place, cut between words.")
    ranges = Given(
        RANGES,
        "Start and end of each place, in code points of the field as it is served.",
    )


class SearchHit(Reference):
    """A record that a search found."""

    score = Given({"type": "number"}, "How well it matches; the higher the better.", example=4.2)
    highlights = Many(Part(Highlight, "A field."), "The fields in which the words stand.", required=True)


class Completion(Reference):
    """A record whose label holds what was typed."""

    hint = Text("What tells it from others of that label.", example="An alliance of states.")
    ranges = Given(RANGES, "Start and end of what was typed, in code points of the label.")


class FindingQuery(Varying):
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


def shapes() -> Shapes:
    """Return the shapes by name."""
    hits = Many(Part(SearchHit, "A record."), "The records of this page, best first.", required=True)
    labels = Many(Part(Completion, "A record."), "The records, those whose labels begin with what was typed first.", required=True)
    return {
        "Highlight": Highlight,
        "SearchAnswer": envelope("SearchAnswer", hits, SearchMeta, ListLinks),
        "AutocompleteAnswer": envelope("AutocompleteAnswer", labels, AutocompleteMeta, SelfLink),
    }
