"""A tiny dataset, complete and valid and made up, that a test writes into a folder and changes to its liking.

Two debates: `tea` has every type, every optional field and every kind of relation; `biscuits` names a claim of the first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ABOUT = {
    "title": "Disputes at the Tea Table",
    "version": "2026.11.0",
    "released": "2026-11-24",
    "licence": "CC0-1.0",
    "contributors": [{"name": "Dora Doily", "role": "curator"}],
    "citation": "Doily, D. (2026). Disputes at the Tea Table, version 2026.11.0.",
    "description": "Made-up disputes about how tea is made and what goes with it.",
}

ACTORS = [
    {"id": "aunt-agatha", "kind": "person", "name": "Aunt Agatha", "named": True, "description": "She pours.",
     "aliases": ["Agatha Teacosy", "the Aunt"], "part_of": "milk-first", "same_as": ["https://example.org/people/aunt-agatha"],
     "tags": ["host"], "note": "The broadcast does not say whose aunt she is."},
    {"id": "milk-first", "kind": "group", "name": "Milk First", "named": True, "description": "Those who pour the milk first."},
    {"id": "tea-first", "kind": "group", "name": "Tea First", "named": True, "description": "Those who pour the tea first."},
    {"id": "tea-society", "kind": "organisation", "name": "Tea Society", "named": True, "description": "A society for tea.",
     "part_of": "tea-first"},
    {"id": "teapotshire", "kind": "state", "name": "Teapotshire", "named": True, "description": "Where all of this takes place."},
    {"id": "unnamed-voice", "kind": "person", "name": "a voice behind the teapot", "named": False,
     "description": "A voice that the broadcast does not name."},
]  # fmt: skip

TEA = {
    "id": "tea",
    "title": "The Great Tea Dispute",
    "question": "Does the milk go into the cup before the tea?",
    "summary": "Milk First and Tea First disagree about the order in which a cup is filled.",
    "language": "en",
    "known_gaps": ["Nobody asked the teapot."],
    "tags": ["made-up"],
    "note": "The café was closed on the day.",
}

TEA_TEXT = """\
The Great Tea Dispute
A Kettle Hour broadcast

Milk first! The cup must never see tea without milk, or the china will sulk 🫖.

Tea first! If the milk goes in before the tea, nobody
can see how strong it is. The Tea Society was founded in 1904,
and from 1910 to 1912 it spilled   nothing at the Café Crème.

Milk first!

If you warm the pot, and if you buy better biscuits, then we will pour the milk last. If you do not, we will drink cocoa.
A tasting will be held on 1 April 2027, and a truce may come quite soon.
"""

TEA_SOURCES = [
    {"id": "kettle-hour", "kind": "audio-transcript", "title": "Kettle Hour: The Great Tea Dispute", "publisher": "tea-society",
     "language": "en", "published": "2026-10", "url": "https://example.org/kettle-hour",
     "media": {"url": "https://example.org/kettle-hour.ogg", "duration": 61.5}, "rights": "Made up for tests; anybody may use it.",
     "related": ["Kettle Hour: The Spoon", "Kettle Hour: A Saucer Speaks"], "tags": ["broadcast"], "note": "Recorded in a kitchen."},
]  # fmt: skip

TEA_QUOTES = [
    {"id": "milk-first-opens", "source": "kettle-hour", "speaker": "aunt-agatha", "speaks_for": "milk-first",
     "text": "Milk first! The cup must never see tea without milk, or the china will sulk 🫖.",
     "attribution": {"basis": "stated"}, "about": ["tea-first"], "media_time": {"start": 4, "end": 11.5},
     "tags": ["opening"], "note": "She strikes the saucer with a spoon."},
    {"id": "tea-first-replies", "source": "kettle-hour", "speaker": "tea-society", "speaks_for": "tea-first",
     "text": "Tea first! If the milk goes in before the tea, nobody can see how strong it is. The Tea Society was founded in 1904,"
             " and from 1910 to 1912 it spilled nothing at the Café Crème.",
     "attribution": {"basis": "inferred", "reason": "Only the society keeps count of what it spills."}},
    {"id": "milk-first-again", "source": "kettle-hour", "speaker": "aunt-agatha", "speaks_for": "milk-first", "text": "Milk first!",
     "after": "tea-first-replies", "attribution": {"basis": "stated"}},
    {"id": "terms", "source": "kettle-hour", "speaker": "unnamed-voice",
     "text": "If you warm the pot, and if you buy better biscuits, then we will pour the milk last. If you do not, we will drink"
             " cocoa. A tasting will be held on 1 April 2027, and a truce may come quite soon.",
     "attribution": {"basis": "inferred", "reason": "The voice comes from behind the teapot."}},
]  # fmt: skip

TEA_CLAIMS = [
    {"id": "china-would-sulk", "text": "China sulks when tea touches it before milk.", "made_by": "milk-first", "kind": "causal",
     "evidence": [{"quote": "milk-first-opens", "text": "The cup must never see tea without milk, or the china will sulk"}],
     "relations": [{"kind": "supports", "to": "milk-goes-first", "basis": "inferred", "note": "The cup is made of china."}]},
    {"id": "milk-goes-first", "text": "Milk should be poured first.", "made_by": "milk-first", "kind": "prescriptive",
     "evidence": [{"quote": "milk-first-opens", "text": "Milk first!"}, {"quote": "milk-first-again"}],
     "about": ["milk-first", "tea-first"], "tags": ["order"], "note": "She says it twice."},
    {"id": "milk-last-on-terms", "text": "The milk will be poured last once the pot is warm.", "made_by": "milk-first",
     "kind": "predictive", "evidence": [{"quote": "terms", "text": "then we will pour the milk last"}],
     "relations": [{"kind": "answers", "to": "warm-the-pot", "basis": "stated"}], "events": ["tasting", "truce"],
     "conditions": ["warm-the-pot", "better-biscuits"]},
    {"id": "strength-must-be-seen", "text": "The strength of tea can only be seen where the tea is poured first.",
     "made_by": "tea-first", "kind": "factual", "evidence": [{"quote": "tea-first-replies"}],
     "relations": [{"kind": "attacks", "to": "milk-goes-first", "basis": "stated"}], "events": ["society-founded"]},
    {"id": "tea-goes-first", "text": "Tea should be poured first.", "made_by": "tea-first", "kind": "prescriptive",
     "evidence": [{"quote": "tea-first-replies", "text": "Tea first!"}],
     "relations": [{"kind": "attacks", "to": "milk-goes-first", "basis": "stated"},
                   {"kind": "restates", "to": "strength-must-be-seen", "basis": "inferred"}]},
]  # fmt: skip

TEA_CONDITIONS = [
    {"id": "better-biscuits", "kind": "requirement", "antecedent": "if you buy better biscuits", "consequent": "then we will pour the milk last",
     "set_by": "milk-first", "addressed_to": ["tea-first"], "part_of": "fair-terms", "ordinal": 2,
     "status": {"value": "open", "reason": "Nobody answers."}, "evidence": [{"quote": "terms", "text": "if you buy better biscuits"}]},
    {"id": "fair-terms", "kind": "requirement", "antecedent": "if you meet our terms", "consequent": "then we will pour the milk last",
     "set_by": "milk-first", "addressed_to": ["tea-first", "tea-society"], "status": {"value": "open", "reason": "Nobody answers."},
     "evidence": [{"quote": "terms"}], "tags": ["terms"], "note": "The terms are spelled out one by one."},
    {"id": "or-else-cocoa", "kind": "warning", "antecedent": "if you do not", "consequent": "we will drink cocoa", "set_by": "milk-first",
     "status": {"value": "unknown", "reason": "The broadcast ends here."},
     "evidence": [{"quote": "terms", "text": "If you do not, we will drink cocoa."}]},
    {"id": "warm-the-pot", "kind": "requirement", "antecedent": "if you warm the pot", "consequent": "then we will pour the milk last",
     "set_by": "milk-first", "addressed_to": ["tea-first"], "part_of": "fair-terms", "ordinal": 1,
     "status": {"value": "offered", "reason": "The kettle is on."}, "evidence": [{"quote": "terms", "text": "If you warm the pot"}]},
]  # fmt: skip

TEA_EVENTS = [
    {"id": "nothing-spilled", "title": "The Tea Society spills nothing", "kind": "other", "date": "1910/1912",
     "date_text": "from 1910 to 1912", "status": "past", "place": "the Café Crème, Teapotshire", "participants": ["tea-society"],
     "evidence": [{"quote": "tea-first-replies", "text": "it spilled nothing"}], "tags": ["tidy"], "note": "Spoons were not counted."},
    {"id": "society-founded", "title": "The Tea Society is founded", "kind": "programme", "date": "1904", "date_text": "in 1904",
     "status": "past", "participants": ["tea-society"], "evidence": [{"quote": "tea-first-replies"}]},
    {"id": "tasting", "title": "A tasting", "kind": "negotiation", "date": "2027-04-01", "date_text": "on 1 April 2027",
     "status": "planned", "participants": ["milk-first", "tea-first"], "evidence": [{"quote": "terms"}]},
    {"id": "truce", "title": "A truce", "kind": "agreement", "date": None, "date_text": "quite soon", "status": "hypothetical",
     "evidence": [{"quote": "terms", "text": "a truce may come quite soon"}]},
]  # fmt: skip

BISCUITS = {
    "id": "biscuits",
    "title": "The Biscuit Question",
    "question": "May a biscuit be dunked?",
    "summary": "A short quarrel that grew out of a longer one.",
    "language": "en-GB",
}

BISCUITS_TEXT = "A biscuit is dunked twice at most. Strong tea holds a biscuit better.\n\nNobody has ever dunked a biscuit here.\n"

BISCUITS_SOURCES = [
    {"id": "crumbs", "kind": "article", "title": "Crumbs", "publisher": "tea-society", "language": "en-GB",
     "rights": "Made up for tests; anybody may use it."},
]  # fmt: skip

BISCUITS_QUOTES = [
    {"id": "dunk-twice", "source": "crumbs", "speaker": "tea-society",
     "text": "A biscuit is dunked twice at most. Strong tea holds a biscuit better.", "attribution": {"basis": "stated"}},
    {"id": "no-dunking", "source": "crumbs", "speaker": "aunt-agatha", "text": "Nobody has ever dunked a biscuit here.",
     "attribution": {"basis": "inferred", "reason": "It is her kitchen."}, "about": ["teapotshire"]},
]  # fmt: skip

BISCUITS_CLAIMS = [
    {"id": "strong-tea-holds", "text": "Strong tea holds a dunked biscuit better.", "made_by": "tea-society", "kind": "evaluative",
     "evidence": [{"quote": "dunk-twice", "text": "Strong tea holds a biscuit better."}],
     "relations": [{"kind": "supports", "to": "tea.strength-must-be-seen", "basis": "inferred"}]},
]  # fmt: skip

FILES: dict[str, Any] = {
    "dataset.json": ABOUT,
    "actors.json": ACTORS,
    "biscuits/debate.json": BISCUITS,
    "biscuits/sources.json": BISCUITS_SOURCES,
    "biscuits/quotes.json": BISCUITS_QUOTES,
    "biscuits/claims.json": BISCUITS_CLAIMS,
    "biscuits/conditions.json": [],
    "biscuits/events.json": [],
    "biscuits/sources/crumbs.txt": BISCUITS_TEXT,
    "tea/debate.json": TEA,
    "tea/sources.json": TEA_SOURCES,
    "tea/quotes.json": TEA_QUOTES,
    "tea/claims.json": TEA_CLAIMS,
    "tea/conditions.json": TEA_CONDITIONS,
    "tea/events.json": TEA_EVENTS,
    "tea/sources/kettle-hour.txt": TEA_TEXT,
}


def tiny(folder: Path) -> Path:
    """Write the tiny dataset into a folder, which is made where it is missing, and return the folder."""
    for name, content in FILES.items():
        write(folder, name, content)
    return folder


def write(folder: Path, file: str, content: Any) -> None:
    """Write one file: a text as it is, bytes as they are, anything else as JSON in the layout of canonical form."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else spelled(content)
        path.write_bytes(text.encode(errors="backslashreplace"))  # a lone surrogate can only be written as JSON's escape


def spelled(value: Any) -> str:
    """Return a value as JSON in the layout of canonical form; the order of keys and records is the caller's."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def content(folder: Path, file: str) -> Any:
    """Return what a JSON file of the dataset holds."""
    return json.loads((folder / file).read_text(encoding="utf-8"))


def edit(folder: Path, file: str, change: Callable[[Any], Any]) -> None:
    """Change what a JSON file holds: in place, or by returning something else to write instead."""
    value = content(folder, file)
    changed = change(value)
    write(folder, file, value if changed is None else changed)


def change(folder: Path, file: str, record: str, **fields: Any) -> None:
    """Set fields of one record, by its id; a field that is given as `...` is removed."""

    def set_fields(value: Any) -> None:
        records: list[dict[str, Any]] = value if isinstance(value, list) else [value]
        found = next(one for one in records if one["id"] == record)
        for name, given in fields.items():
            if given is ...:
                del found[name]
            else:
                found[name] = given

    edit(folder, file, set_fields)


def records() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield file, type and content of every record, in order of file."""
    singular = {"debate": "debate", "sources": "source", "actors": "actor", "quotes": "quote", "claims": "claim",
                "conditions": "condition", "events": "event"}  # fmt: skip
    for name, value in FILES.items():
        type_ = singular.get(name.rpartition("/")[2].removesuffix(".json"))
        if type_:
            for record in value if isinstance(value, list) else [value]:
                yield name, type_, record
