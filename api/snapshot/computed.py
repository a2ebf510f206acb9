"""The fields that the build computes and nobody authors, one function a type; COMPUTED is the explicit index."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from schemas.dataset import Entry
from schemas.dates import period
from schemas.text import CONTEXT

from .model import Model
from .wording import fidelity

Computed = Callable[[Model, Entry], dict[str, Any]]


def of_debate(model: Model, entry: Entry) -> dict[str, Any]:
    """Return a debate's sources, who takes part, and its counts."""
    debate = entry.served_id
    types = ("source", "quote", "claim", "condition", "event")
    counts = {f"{type_}s": len(model.of_debate(type_, debate)) for type_ in types}
    actors = [served for (type_, served), debates in model.naming_debates.items() if type_ == "actor" and debate in debates]
    quotes = model.of_debate("quote", debate)
    speaking = {quote.data[role] for quote in quotes for role in ("speaker", "speaks_for")} - {None}
    return {
        "sources": model.references_to("source", {source.served_id for source in model.of_debate("source", debate)}),
        "participants": model.references_to("actor", speaking),
        "counts": {"sources": counts.pop("sources"), "actors": len(actors), **counts},
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
        "coverage": round(quoted / max(1, _visible(text)), 4),
        "speakers": model.references_to("actor", list(dict.fromkeys(quote.data["speaker"] for quote in quotes))),
    }


def _visible(text: str) -> int:
    """Count the characters that are no white space."""
    return sum(map(len, text.split()))


def of_actor(model: Model, entry: Entry) -> dict[str, Any]:
    """Return the debates that name an actor and how many records join it, by role."""
    spoken_for = [quote for quote in model.named_by(entry, "quote.speaks_for") if quote.data["speaker"] != entry.id]
    counts = {
        "quotes": len(model.named_by(entry, "quote.speaker")),
        "spoken_for": len(spoken_for),
        "mentions": len(model.named_by(entry, "quote.about")) + len(model.named_by(entry, "claim.about")),
        "claims": len(model.named_by(entry, "claim.made_by")),
        "conditions": len(model.named_by(entry, "condition.set_by")),
        "events": len(model.named_by(entry, "event.participants")),
    }
    return {"debates": model.references_to("debate", model.naming_debates["actor", entry.served_id]), "counts": counts}


def of_quote(model: Model, entry: Entry) -> dict[str, Any]:
    """Return where a quote stands, what stands around it, and what rests on it."""
    place = model.places[entry.served_id]
    source = model.dataset.texts[place.source]
    first, last = source.lines(place.start, place.end)
    return {
        "sequence": model.sequence[entry.served_id],
        "position": {"start": place.start, "end": place.end, "line_start": first, "line_end": last},
        "prefix": source.text[max(0, place.start - CONTEXT) : place.start],
        "suffix": source.text[place.end : place.end + CONTEXT],
        **{f"{type_}s": model.inverse(entry, f"{type_}.evidence") for type_ in ("claim", "condition", "event")},
    }


def of_claim(model: Model, entry: Entry) -> dict[str, Any]:
    """Return the inverse relations of a claim, who says it, how close its wording is, and where the attacks leave it."""
    evidence = model.evidence(entry)
    maker = entry.data["made_by"]
    direct = any(maker in (quote.data["speaker"], quote.data["speaks_for"]) for quote, _ in evidence)
    return {
        "supported_by": model.inverse(entry, "claim.supports"),
        "attacked_by": model.inverse(entry, "claim.attacks"),
        "restated_by": model.inverse(entry, "claim.restates"),
        "directness": "direct" if direct else "reported",
        "fidelity": fidelity(entry.data["text"], [words for _, words in evidence], model.language(entry)),
        "standing": model.standing[entry.served_id],
    }


def of_condition(model: Model, entry: Entry) -> dict[str, Any]:
    """Return the claims that answer a condition."""
    return {"answered_by": model.inverse(entry, "claim.answers")}


def of_event(model: Model, entry: Entry) -> dict[str, Any]:
    """Return the days that an event's date can mean, and the claims that refer to it."""
    dated = period(entry.data["date"]) if entry.data["date"] else None
    return {
        "earliest": dated.earliest.isoformat() if dated and dated.earliest else None,
        "latest": dated.latest.isoformat() if dated and dated.latest else None,
        "date_precision": dated.precision if dated else None,
        "claims": model.inverse(entry, "claim.events"),
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
    record = {"type": resource.type, **model.resolved(entry, resource.authored, entry.data), **COMPUTED[resource.type](model, entry)}
    record["id"] = entry.served_id
    if resource.within_debate:
        record["debate"] = model.reference("debate", entry.debate or "")
    resource.public.load(record)
    return {name: record[name] for name in resource.public.fields}
