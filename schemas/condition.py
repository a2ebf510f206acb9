"""The condition: an antecedent that an actor ties a consequent to."""

from __future__ import annotations

from .base import Closed, Filter, Record, Resource, inverse, note, tags
from .claim import Evidence
from .fields import Choice, Many, Part, Ref, Text, Whole

KINDS = ("requirement", "warning", "opportunity")


class Status(Closed):
    """What has become of a condition, as the source leaves it."""

    value = Choice(("open", "met", "offered", "rejected", "unknown"), "What has become of it.", example="open")
    reason = Text("What in the source shows it.")


class Condition(Record):
    """An antecedent that an actor ties a consequent to."""

    debate = Ref("debate", "The debate that the condition belongs to.", computed=True)
    kind = Choice(
        KINDS,
        "requirement: we will accept if …; warning: if not, we will …; opportunity: if so, it could ….",
        example="requirement",
    )
    antecedent = Text("What would have to be so: “if …”.")
    consequent = Text("What would follow: “then …”.")
    set_by = Ref("actor", "Who ties the two together.")
    addressed_to = Many(Ref("actor", "An actor."), "The actors whom it is put to.")
    part_of = Ref("condition", "The general condition that it spells out, or null.", load_default=None, allow_none=True)
    ordinal = Whole("Its place among its siblings, from 1, or null.", least=1, load_default=None, allow_none=True)
    status = Part(Status, "What has become of it, as the source leaves it.")
    evidence = Many(Part(Evidence, "A piece of evidence."), "The words that it rests on.", least=1)
    answered_by = inverse("claim", "The claims that answer it.")
    tags = tags()
    note = note()


RESOURCE = Resource(
    type="condition",
    collection="conditions",
    schema=Condition,
    description="What somebody ties to what: requirements, warnings and opportunities, and what has become of them.",
    label=lambda record: f"{record['antecedent']}, {record['consequent']}",
    hint=lambda record: f"{record['kind']}, {record['set_by']['label']}",
    filters=(
        Filter("debate", "The debate that the condition belongs to.", joins=True),
        Filter("kind", "What kind of condition it is."),
        Filter("set_by", "Who sets it.", joins=True),
        Filter("addressed_to", "An actor whom it is put to."),
        Filter("part_of", "The general condition that it spells out.", joins=True),
        Filter("status", "What has become of it.", path="status.value"),
        Filter("quote", "A quote that it rests on.", path="evidence.quote", joins=True),
        Filter("answered_by", "A claim that answers it.", joins=True),
        Filter("tag", "A tag of the curator's.", path="tags"),
    ),
    sorts={"id": "id", "kind": "kind", "set_by": "set_by.id", "part_of": "part_of.id", "ordinal": "ordinal", "status": "status.value"},
    default_sort="id",
    search=("antecedent", "consequent"),
    example="missile-defence.final-shape",
)
