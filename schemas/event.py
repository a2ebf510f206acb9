"""The event: something dated, or placed in time, that the debate refers to."""

from __future__ import annotations

from .base import Filter, Record, Resource, inverse, note, tags
from .claim import Evidence
from .dates import PRECISIONS
from .fields import Choice, Day, Edtf, Many, Part, Ref, Text

KINDS = ("agreement", "statement", "negotiation", "deployment", "programme", "rejection", "turning-point", "other")


class Event(Record):
    """Something dated, or placed in time, that the debate refers to."""

    debate = Ref("debate", "The debate that the event belongs to.", computed=True)
    title = Text("What happened, happens or may happen.")
    kind = Choice(KINDS, "What kind of event it is.", example="agreement")
    date = Edtf("When (EDTF), or null where the source gives nothing that can be computed.", load_default=None, allow_none=True)
    date_text = Text("The source's words for when, or null.", load_default=None, allow_none=True)
    status = Choice(("past", "ongoing", "planned", "hypothetical"), "Where it stands when the source speaks.", example="past")
    place = Text("Where, or null.", load_default=None, allow_none=True)
    participants = Many(Ref("actor", "An actor."), "The actors that take part.")
    evidence = Many(Part(Evidence, "A piece of evidence."), "The words that it rests on.", least=1)
    earliest = Day("The first day that the date can mean, or null.", computed=True, allow_none=True, example="1997-01-01")
    latest = Day("The last day that the date can mean, or null.", computed=True, allow_none=True, example="1997-12-31")
    date_precision = Choice(PRECISIONS, "How exact the date is, or null.", computed=True, allow_none=True, example="year")
    claims = inverse("claim", "The claims that refer to it.")
    tags = tags()
    note = note()


RESOURCE = Resource(
    type="event",
    collection="events",
    schema=Event,
    description="What the debate places in time, the vague ones too.",
    label=lambda record: str(record["title"]),
    hint=lambda record: str(record["date_text"] or record["date"] or record["status"]),
    filters=(
        Filter("debate", "The debate that the event belongs to.", joins=True),
        Filter("kind", "What kind of event it is."),
        Filter("status", "Where it stands when the source speaks."),
        Filter("participant", "An actor that takes part.", path="participants", joins=True),
        Filter("date", "When: an event is found whose every possible day lies in the year, month or day that is asked for."),
        Filter("quote", "A quote that it rests on.", path="evidence.quote", joins=True),
        Filter("claim", "A claim that refers to it.", path="claims", joins=True),
        Filter("tag", "A tag of the curator's.", path="tags"),
    ),
    sorts={"id": "id", "title": "title", "date": "earliest", "kind": "kind", "status": "status"},
    default_sort="id",
    search=("title", "date_text", "place"),
    example="missile-defence.declaration-of-1997",
)
