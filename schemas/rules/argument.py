"""Rules about the argument: evidence, the order of conditions, and relations between claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ..dataset import Dataset, Entry
from ..places import not_found
from ..problems import Problem
from ..text import SourceText

OPPOSITE = {"supports": "attacks", "attacks": "supports"}


def evidence_stands_in_its_quote(dataset: Dataset) -> Iterator[Problem]:
    """Every stretch that is given as evidence is a verbatim stretch of its quote, whole words, and stands in it once."""
    patience = dataset.patience("evidence_stands_in_its_quote")
    texts: dict[Entry, SourceText] = {}
    for entry in (entry for type_ in ("claim", "condition", "event") for entry in dataset.all(type_)):
        for index, piece in enumerate(entry.data["evidence"]):
            quote = dataset.resolve(entry, "quote", piece["quote"])
            if piece["text"] is None or quote is None or not quote.valid:
                continue
            text = texts.setdefault(quote, SourceText(quote.data["text"]))
            found = text.find(piece["text"])
            if not found:
                fault = not_found(f"does not stand in the quote {quote.id!r}", piece["text"], text, patience)
                yield entry.problem(("evidence", index, "text"), fault.problem, fault.remedy)
            elif len(found) > 1:
                remedy = "lengthen the stretch until it stands there once"
                yield entry.problem(("evidence", index, "text"), f"stands in the quote {quote.id!r} more than once", remedy)


def ordinals_have_no_gap(dataset: Dataset) -> Iterator[Problem]:
    """The ordinals of the parts of one condition are 1, 2, 3 … without gap or repetition."""
    siblings: dict[str, list[Entry]] = defaultdict(list)
    for entry in dataset.all("condition"):
        whole = entry.data["part_of"]
        if entry.data["ordinal"] is None:
            continue
        if whole is None:
            yield entry.problem(("ordinal",), "stands with a condition that is no part", "write null, or name the whole in `part_of`")
        else:
            siblings[dataset.full_id(entry, "condition", whole)].append(entry)
    for entries in siblings.values():
        for wanted, entry in enumerate(sorted(entries, key=lambda one: one.data["ordinal"]), start=1):
            if entry.data["ordinal"] != wanted:
                yield entry.problem(("ordinal",), f"is {entry.data['ordinal']} where {wanted} would follow", "count from 1 without gaps")


def no_claim_relates_to_itself(dataset: Dataset) -> Iterator[Problem]:
    """No claim supports, attacks or restates itself."""
    for entry in dataset.all("claim"):
        for index, relation in enumerate(entry.data["relations"]):
            if relation["kind"] != "answers" and dataset.resolve(entry, "claim", relation["to"]) is entry:
                yield entry.problem(("relations", index, "to"), f"{relation['kind']} itself", "name another claim")


def relations_are_not_repeated(dataset: Dataset) -> Iterator[Problem]:
    """A claim has each relation to another record once, and does not both support and attack it."""
    for entry in dataset.all("claim"):
        seen: set[tuple[str, str]] = set()
        for index, relation in enumerate(entry.data["relations"]):
            kind, to = relation["kind"], relation["to"]
            full = dataset.full_id(entry, "claim", to)
            if (kind, full) in seen:
                yield entry.problem(("relations", index), f"repeats that it {kind} {to!r}", "state it once")
            if (OPPOSITE.get(kind, ""), full) in seen:
                yield entry.problem(("relations", index, "kind"), f"both supports and attacks {to!r}", "decide, or divide the claim")
            seen.add((kind, full))
