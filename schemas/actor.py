"""The actor: a person, organisation, state or group that speaks or is spoken about."""

from __future__ import annotations

from .base import Closed, Filter, Record, Resource, inverse, note, tags
from .fields import Choice, Flag, Many, Part, Ref, Text, Uri, Whole

KINDS = ("person", "organisation", "state", "group")


class ActorCounts(Closed):
    """How many records join an actor, by the role it has in them."""

    quotes = Whole("Quotes it speaks.")
    spoken_for = Whole("Quotes spoken for it by somebody else.")
    mentions = Whole("Quotes and claims that are about it.")
    claims = Whole("Claims it makes.")
    conditions = Whole("Conditions it sets.")
    events = Whole("Events it takes part in.")


class Actor(Record):
    """A person, organisation, state or group that speaks or is spoken about."""

    kind = Choice(KINDS, "What kind of actor it is.", example="organisation")
    name = Text("What to call it.", example="NATO")
    named = Flag("False where the source leaves the speaker unnamed; no name is ever guessed.")
    description = Text("Who or what it is, in a sentence.")
    aliases = Many(Text("A name."), "Other names for it.")
    part_of = Ref("actor", "The actor that it is a part of, or null.", load_default=None, allow_none=True)
    same_as = Many(Uri("An address."), "Addresses that identify it elsewhere, Wikidata's where there is one.")
    debates = inverse("debate", "The debates that name it.")
    counts = Part(ActorCounts, "How many records join it, by role.", computed=True)
    tags = tags()
    note = note()


RESOURCE = Resource(
    type="actor",
    collection="actors",
    schema=Actor,
    description="Persons, organisations, states and groups that speak or are spoken about.",
    label=lambda record: str(record["name"]),
    hint=lambda record: str(record["description"]),
    within_debate=False,
    filters=(
        Filter("debate", "A debate that names the actor.", path="debates", joins=True),
        Filter("kind", "What kind of actor it is."),
        Filter("named", "Whether the source names it."),
        Filter("part_of", "The actor that it is a part of.", joins=True),
        Filter("tag", "A tag of the curator's.", path="tags"),
    ),
    sorts={"id": "id", "name": "name", "kind": "kind", "quotes": "counts.quotes", "claims": "counts.claims"},
    default_sort="id",
    search=("name", "aliases", "description"),
    example="nato",
)
