"""The claim: one proposition somebody puts forward, in a curator's neutral words."""

from __future__ import annotations

from .base import Closed, Filter, Record, Resource, inverse, note, tags
from .fields import Choice, Many, Number, Part, Ref, Text
from .quote import Position

KINDS = ("factual", "causal", "evaluative", "predictive", "prescriptive", "interpretive")
RELATIONS = ("supports", "attacks", "restates", "answers")


class Evidence(Closed):
    """The quote, or the stretch of it, that a record rests on."""

    quote = Ref("quote", "The quote.")
    text = Text("The verbatim stretch of the quote; null where the whole quote is meant.", load_default=None, allow_none=True)
    position = Part(Position, "Where these words stand in the quote's source.", computed=True)


class Relation(Closed):
    """A directed link from a claim to another claim, or to the condition that it answers."""

    kind = Choice(RELATIONS, "What the claim does to the other; only `answers` leads to a condition.", example="attacks")
    to = Ref("claim", "The claim, or the condition where the kind is `answers`.", deciding={"answers": "condition"})
    basis = Choice(("stated", "inferred"), "Whether the source makes the link, or the curator infers it.", example="stated")
    note = Text("Why the curator draws the link.", load_default=None, allow_none=True)


class Fidelity(Closed):
    """How far the curator's wording is from the words it rests on."""

    grade = Choice(("quotation", "close", "paraphrase"), "quotation from 0.9, close from 0.5, else paraphrase.", example="close")
    overlap = Number("The share of the claim's content words, by stem, that stand in its evidence: 0 to 1.", example=0.67)


class Claim(Record):
    """One proposition somebody puts forward, in a curator's neutral words."""

    debate = Ref("debate", "The debate that the claim belongs to.", computed=True)
    text = Text("One standalone proposition, neutral, in the curator's own words.")
    made_by = Ref("actor", "Who puts it forward.")
    kind = Choice(KINDS, "What kind of proposition it is.", example="causal")
    evidence = Many(Part(Evidence, "A piece of evidence."), "The words that it rests on.", least=1)
    relations = Many(Part(Relation, "A relation."), "What it does to other claims, and the conditions it answers.")
    about = Many(Ref("actor", "An actor."), "The actors that it is about.")
    events = Many(Ref("event", "An event."), "The events that it refers to.")
    conditions = Many(Ref("condition", "A condition."), "The conditions that it speaks of.")
    supported_by = inverse("claim", "The claims that support it.")
    attacked_by = inverse("claim", "The claims that attack it.")
    restated_by = inverse("claim", "The claims that restate it.")
    directness = Choice(
        ("direct", "reported"),
        "direct: a speaker says it for himself or his side; reported: somebody else says that he does.",
        computed=True,
    )
    fidelity = Part(Fidelity, "How far its wording is from its evidence.", computed=True)
    standing = Choice(
        ("in", "out", "undecided"),
        "The grounded labelling of the attacks relation (Dung 1995): a formal property of the recorded graph, no verdict on truth.",
        computed=True,
    )
    tags = tags()
    note = note()


RESOURCE = Resource(
    type="claim",
    collection="claims",
    schema=Claim,
    description="Propositions that somebody puts forward, in neutral words, with their evidence and relations.",
    label=lambda record: str(record["text"]),
    hint=lambda record: str(record["made_by"]["label"]),
    filters=(
        Filter("debate", "The debate that the claim belongs to.", joins=True),
        Filter("made_by", "Who puts it forward.", joins=True),
        Filter("kind", "What kind of proposition it is."),
        Filter("about", "An actor that it is about."),
        Filter("quote", "A quote that it rests on.", path="evidence.quote", joins=True),
        Filter("source", "A source that it rests on.", path="evidence.quote.source", joins=True),
        Filter("event", "An event that it refers to.", path="events", joins=True),
        Filter("condition", "A condition that it speaks of.", path="conditions", joins=True),
        Filter("directness", "Whether the side says it itself."),
        Filter("fidelity", "How far its wording is from its evidence.", path="fidelity.grade"),
        Filter("standing", "Its place in the grounded labelling of the attacks."),
        Filter("supports", "A claim that it supports.", path="relations.to", where=("kind", "supports")),
        Filter("supported_by", "A claim that supports it."),
        Filter("attacks", "A claim that it attacks.", path="relations.to", where=("kind", "attacks")),
        Filter("attacks_made_by", "Who makes a claim that it attacks.", path="relations.to.made_by", where=("kind", "attacks")),
        Filter("supports_made_by", "Who makes a claim that it supports.", path="relations.to.made_by", where=("kind", "supports")),
        Filter("attacked_by", "A claim that attacks it."),
        Filter("restates", "A claim that it restates.", path="relations.to", where=("kind", "restates")),
        Filter("answers", "A condition that it answers.", path="relations.to", where=("kind", "answers"), target="condition"),
        Filter("tag", "A tag of the curator's.", path="tags"),
    ),
    sorts={
        "id": "id",
        "text": "text",
        "made_by": "made_by.id",
        "kind": "kind",
        "directness": "directness",
        "fidelity": "fidelity.overlap",
        "standing": "standing",
    },
    default_sort="id",
    search=("text",),
    example="missile-defence.russia-is-a-partner",
)
