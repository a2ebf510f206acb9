"""The debate: one dispute with its sources, participants and records."""

from __future__ import annotations

from .base import Closed, Filter, Record, Resource, inverse, note, tags
from .fields import Language, Many, Part, Text, Whole


class DebateCounts(Closed):
    """How many records of each type a debate has."""

    sources = Whole("Sources.")
    actors = Whole("Actors that any record of the debate names.")
    quotes = Whole("Quotes.")
    claims = Whole("Claims.")
    conditions = Whole("Conditions.")
    events = Whole("Events.")


class Debate(Record):
    """One dispute with its sources, participants and records."""

    title = Text("What the debate is called.")
    question = Text("What is disputed, as one question.")
    summary = Text("What a reader should know first.")
    language = Language("The language that the curator writes in (BCP 47).", example="en")
    known_gaps = Many(Text("One gap."), "What this dataset cannot tell, said openly.")
    sources = inverse("source", "The sources that the debate is curated from.")
    participants = inverse("actor", "The actors that speak or are spoken for.")
    counts = Part(DebateCounts, "How many records of each type the debate has.", computed=True)
    tags = tags()
    note = note()


RESOURCE = Resource(
    type="debate",
    collection="debates",
    schema=Debate,
    description="Disputes, each with its sources, participants and records.",
    label=lambda record: str(record["title"]),
    hint=lambda record: str(record["question"]),
    within_debate=False,
    filters=(
        Filter("debate", "The debate itself, so that one parameter narrows every collection.", path="id", target="debate"),
        Filter("language", "The language that the curator writes in."),
        Filter("participant", "An actor that speaks or is spoken for.", path="participants", joins=True),
        Filter("tag", "A tag of the curator's.", path="tags"),
    ),
    sorts={"id": "id", "title": "title"},
    default_sort="id",
    search=("title", "question", "summary"),
    example="missile-defence",
)
