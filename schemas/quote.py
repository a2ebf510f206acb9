"""The quote: a verbatim stretch of a source by one speaker."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from .base import Closed, Filter, Record, Resource, inverse, note, tags
from .fields import Choice, Extract, Many, Number, Part, Ref, Slug, Text, Whole, fault

LABEL_LENGTH = 80


class Attribution(Closed):
    """How it is known who speaks."""

    basis = Choice(("stated", "inferred"), "Whether the source says who speaks, or the curator infers it.", example="inferred")
    reason = Text("Why the curator infers it; null where the source says so.", load_default=None, allow_none=True)

    @ma.validates_schema
    def inference_has_a_reason(self, data: dict[str, Any], **_: Any) -> None:
        """Demand the reason of each inference."""
        if data["basis"] == "inferred" and not data["reason"]:
            raise ma.ValidationError(fault("is inferred without a reason", "say what in the words shows who speaks").messages, "reason")


class MediaTime(Closed):
    """The stretch of the recording in which a quote is spoken."""

    start = Number("Seconds from the beginning of the recording.")
    end = Number("Seconds from the beginning of the recording.")

    @ma.validates_schema
    def ends_after_it_starts(self, data: dict[str, Any], **_: Any) -> None:
        """Demand that time runs forward."""
        if data["end"] < data["start"]:
            raise ma.ValidationError(fault("is before the start", "write the later second").messages, "end")


class Position(Closed):
    """Where words stand in a source; offsets count Unicode code points, lines count from 1."""

    start = Whole("Offset of its first character.")
    end = Whole("Offset behind its last character.")
    line_start = Whole("The line of its first character.", least=1)
    line_end = Whole("The line of its last character.", least=1)


class Quote(Record):
    """A verbatim stretch of a source by one speaker."""

    debate = Ref("debate", "The debate that the quote belongs to.", computed=True)
    source = Ref("source", "The source that it stands in.")
    speaker = Ref("actor", "Who speaks.")
    speaks_for = Ref("actor", "The side that the speaker speaks for, or null.", load_default=None, allow_none=True)
    text = Text("The words of the source, runs of white space as one space.")
    after = Slug(
        "The quote it follows, where the same words stand in the source twice.", load_default=None, allow_none=True, load_only=True
    )
    attribution = Part(Attribution, "How it is known who speaks.")
    about = Many(Ref("actor", "An actor."), "The actors that the words are about.")
    media_time = Part(MediaTime, "Where it stands in the recording, or null.", load_default=None, allow_none=True)
    sequence = Whole("Its place among the quotes of its source, from 1.", least=1, computed=True)
    position = Part(Position, "Where it stands in the source.", computed=True)
    prefix = Extract("Up to 32 characters of the source that stand before it, as they are there.", computed=True)
    suffix = Extract("Up to 32 characters of the source that stand behind it, as they are there.", computed=True)
    claims = inverse("claim", "The claims that rest on it.")
    conditions = inverse("condition", "The conditions that rest on it.")
    events = inverse("event", "The events that rest on it.")
    tags = tags()
    note = note()


def label(record: Any) -> str:
    """Return the first words of the quote, cut between words."""
    text = str(record["text"])
    if len(text) <= LABEL_LENGTH:
        return text
    return text[:LABEL_LENGTH].rsplit(" ", 1)[0].rstrip(" ,.;:") + " …"


RESOURCE = Resource(
    type="quote",
    collection="quotes",
    schema=Quote,
    description="Verbatim stretches of a source by one speaker, with the exact place of each.",
    label=label,
    hint=lambda record: str(record["speaker"]["label"]),
    filters=(
        Filter("debate", "The debate that the quote belongs to.", joins=True),
        Filter("source", "The source that it stands in.", joins=True),
        Filter("speaker", "Who speaks.", joins=True),
        Filter("speaks_for", "The side that the speaker speaks for."),
        Filter("about", "An actor that the words are about."),
        Filter("attribution", "How it is known who speaks.", path="attribution.basis"),
        Filter("claim", "A claim that rests on it.", path="claims", joins=True),
        Filter("condition", "A condition that rests on it.", path="conditions", joins=True),
        Filter("event", "An event that rests on it.", path="events", joins=True),
        Filter("sequence", "Its place among the quotes of its source."),
        Filter("tag", "A tag of the curator's.", path="tags"),
    ),
    sorts={"id": "id", "source": "source.id", "sequence": "sequence", "speaker": "speaker.id", "speaks_for": "speaks_for.id"},
    default_sort="source,sequence",
    search=("text",),
    example="missile-defence.we-consider-russia-a-partner",
)
