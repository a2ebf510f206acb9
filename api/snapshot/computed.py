"""The fields that the build computes and nobody authors, one function a type; COMPUTED is the explicit index."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import marshmallow as ma

from schemas import quick
from schemas.dataset import Entry
from schemas.dates import period
from schemas.places import Place
from schemas.text import CONTEXT

from .model import ROLES, Model, Naming, Piece
from .wording import fidelity

Computed = Callable[[Model, Entry], dict[str, Any]]

# The fields that show which claims name a record, also those of other debates, by its type; each with how they name it.
INVERSES: Final[Mapping[str, Mapping[str, str]]] = {
    "claim": {"supported_by": "supports", "attacked_by": "attacks", "restated_by": "restates"},
    "condition": {"answered_by": "answers"},
    "event": {"claims": "events"},
}


def of_debate(model: Model, entry: Entry) -> dict[str, Any]:
    """Return a debate's sources, who takes part, and its counts."""
    debate = entry.served_id
    counts = {f"{type_}s": len(model.of_debate(type_, debate)) for type_ in ("source", "quote", "claim", "condition", "event")}
    quotes = model.of_debate("quote", debate)
    speaking = {quote.data[role] for quote in quotes for role in ("speaker", "speaks_for")} - {None}
    return {
        "sources": model.references_to("source", sorted(source.served_id for source in model.of_debate("source", debate))),
        "participants": model.references_to("actor", sorted(speaking)),
        "counts": {"actors": len(model.actors_of[debate]), **counts},
    }


def of_source(model: Model, entry: Entry) -> dict[str, Any]:
    """Return what a source's text measures, how much of it is quoted, and who speaks in it in the order of first words."""
    text = model.dataset.texts[entry.served_id].text
    quotes = model.quotes_of.get(entry.served_id, [])
    places = [model.places[quote.served_id] for quote in quotes]
    quoted = sum(_visible(text[place.start : place.end]) for place in places)
    return {
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "characters": len(text),
        "coverage": quoted * 10_000 // max(1, _visible(text)) / 10_000,  # rounded down: 1.0 is all of it
        "speakers": model.references_to("actor", dict.fromkeys(quote.data["speaker"] for quote in quotes)),
    }


def _visible(text: str) -> int:
    """Count the characters that are no white space."""
    return sum(map(len, text.split()))


def of_actor(model: Model, entry: Entry) -> dict[str, Any]:
    """Return the debates that name an actor and how many records join it, by role."""
    naming = model.naming.get(entry.served_id, Naming())
    counts = {name: naming.counts[name] for name in ROLES}
    return {"debates": model.references_to("debate", sorted(naming.debates)), "counts": counts}


def of_quote(model: Model, entry: Entry) -> dict[str, Any]:
    """Return where a quote stands, what stands around it, and what rests on it."""
    place = model.places[entry.served_id]
    text = model.dataset.texts[place.source].text
    return {
        "sequence": model.sequence[entry.served_id],
        "position": position(model, place),
        "prefix": text[max(0, place.start - CONTEXT) : place.start],
        "suffix": text[place.end : place.end + CONTEXT],
        **{f"{type_}s": model.inverse(entry, f"{type_}.evidence") for type_ in ("claim", "condition", "event")},
    }


def position(model: Model, place: Place) -> dict[str, int]:
    """Return a stretch of a source as offsets and as lines."""
    first, last = model.dataset.texts[place.source].lines(place.start, place.end)
    return {"start": place.start, "end": place.end, "line_start": first, "line_end": last}


def evidence(model: Model, entry: Entry, pieces: Iterable[Piece]) -> list[dict[str, Any]]:
    """Return the evidence of a record, each piece with the exact characters of a source that it is."""
    authored = zip(entry.data["evidence"], pieces, strict=True)
    return [
        {"quote": model.reference("quote", piece.quote.served_id), "text": one["text"], "position": position(model, piece.place)}
        for one, piece in authored
    ]


def inverses(model: Model, entry: Entry) -> dict[str, Any]:
    """Return references to the claims that name a record, by how they do."""
    return {name: model.inverse(entry, f"claim.{kind}") for name, kind in INVERSES[entry.resource.type].items()}


def of_claim(model: Model, entry: Entry) -> dict[str, Any]:
    """Return the inverse relations of a claim, who says it, how close its wording is, and where the attacks leave it."""
    pieces = model.evidence(entry)
    maker = entry.data["made_by"]
    direct = any(maker in (piece.quote.data["speaker"], piece.quote.data["speaks_for"]) for piece in pieces)
    return {
        "evidence": evidence(model, entry, pieces),
        **inverses(model, entry),
        "directness": "direct" if direct else "reported",
        "fidelity": fidelity(entry.data["text"], [piece.words for piece in pieces], model.language(entry)),
        "standing": model.standing[entry.served_id],
    }


def of_condition(model: Model, entry: Entry) -> dict[str, Any]:
    """Return the evidence of a condition with its places, and the claims that answer it."""
    return {"evidence": evidence(model, entry, model.evidence(entry)), **inverses(model, entry)}


def of_event(model: Model, entry: Entry) -> dict[str, Any]:
    """Return the evidence of an event with its places, the days that its date can mean, and the claims that refer to it."""
    dated = period(entry.data["date"]) if entry.data["date"] else None
    return {
        "evidence": evidence(model, entry, model.evidence(entry)),
        "earliest": dated.earliest.isoformat() if dated and dated.earliest else None,
        "latest": dated.latest.isoformat() if dated and dated.latest else None,
        "date_precision": dated.precision if dated else None,
        **inverses(model, entry),
    }


COMPUTED: Final[Mapping[str, Computed]] = {
    "debate": of_debate,
    "source": of_source,
    "actor": of_actor,
    "quote": of_quote,
    "claim": of_claim,
    "condition": of_condition,
    "event": of_event,
}


def public(model: Model, entry: Entry) -> dict[str, Any]:
    """Return the public form of a record: references resolved, computed fields added, keys in schema order.

    :raises marshmallow.ValidationError: what was computed does not fit the public schema.
    """
    resource = entry.resource
    given = {"type": resource.type, **model.resolved(entry, resource.authored, entry.data), "id": entry.served_id}
    if resource.within_debate:
        given["debate"] = model.reference("debate", entry.debate or "")
    record = given | COMPUTED[resource.type](model, entry)
    try:
        quick.load(resource.public, record)
    except ma.ValidationError as error:
        error.add_note(f"in the public form of the {resource.type} {entry.served_id!r}: the fault is in the software, not in the data")
        raise
    return {name: record[name] for name in resource.public.fields}
