"""What a curated debate leaves open, computed from its records: unverified, orphaned, inferred, or a known gap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from schemas import BY_TYPE

Records = Mapping[str, Mapping[str, Mapping[str, Any]]]
RELATIONS = ("relations", "supported_by", "attacked_by", "restated_by")
# What may be open for what claims of other debates say: the name in the report and the fields that are empty then, by type.
LINKED: Mapping[str, tuple[str, Sequence[str]]] = {
    "claim": ("unlinked", RELATIONS),
    "condition": ("unanswered_conditions", ("answered_by",)),
}


def reports(records: Records) -> Iterator[dict[str, Any]]:
    """Yield one report a debate, in order of id, from the public form of all records by type and id."""
    for debate in records["debate"].values():
        own = {type_: [one for one in all_.values() if _belongs(one, debate)] for type_, all_ in records.items()}
        yield {"debate": _reference(debate), **_report(debate, own)}


def _belongs(record: Mapping[str, Any], debate: Mapping[str, Any]) -> bool:
    owner = record.get("debate")
    return owner is not None and owner["id"] == debate["id"]


def _report(debate: Mapping[str, Any], own: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, Any]:
    characters = sum(source["characters"] for source in own["source"])
    covered = sum(source["coverage"] * source["characters"] for source in own["source"])
    return {
        "coverage": round(covered / characters, 4) if characters else 0.0,
        "inferred_attributions": sum(quote["attribution"]["basis"] == "inferred" for quote in own["quote"]),
        "inferred_relations": sum(one["basis"] == "inferred" for claim in own["claim"] for one in claim["relations"]),
        "reported_claims": sum(claim["directness"] == "reported" for claim in own["claim"]),
        "paraphrased_claims": sum(claim["fidelity"]["grade"] == "paraphrase" for claim in own["claim"]),
        **{name: [_reference(one) for one in own[type_] if not _any(one, fields)] for type_, (name, fields) in LINKED.items()},
        "orphaned_quotes": [_reference(one) for one in own["quote"] if not (one["claims"] or one["conditions"] or one["events"])],
        "unverified_sources": [_reference(source) for source in own["source"] if source["url"] is None],
        "known_gaps": list(debate["known_gaps"]),
    }


def revised(report: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the report of a debate, given those of its records that other records name now, or name no more."""
    made = dict(report)
    for record in (one for one in records if one["type"] in LINKED):
        name, fields = LINKED[record["type"]]
        others = [one for one in made[name] if one["id"] != record["id"]]
        made[name] = sorted(others if _any(record, fields) else [*others, _reference(record)], key=lambda one: str(one["id"]))
    return made


def _any(record: Mapping[str, Any], fields: Sequence[str]) -> bool:
    return any(record[name] for name in fields)


def _reference(record: Mapping[str, Any]) -> dict[str, str]:
    return BY_TYPE[record["type"]].reference(record)
