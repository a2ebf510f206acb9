"""Where each quote stands in its source: found once, used by the rules, by canonical order and by the build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from .dataset import Dataset, Entry
from .problems import Fault
from .reading import Document
from .text import SourceText, differences, folded


@dataclass(frozen=True, slots=True)
class Place:
    """The stretch of a source that a quote is; offsets in code points, the end behind the last character."""

    source: str
    start: int
    end: int


@dataclass(frozen=True)
class Places:
    """What was found, by the quote's served id, and what was not, with the reason."""

    found: Mapping[str, Place]
    faults: Mapping[str, Fault]


_KNOWN: WeakKeyDictionary[Dataset, Places] = WeakKeyDictionary()


def places(dataset: Dataset) -> Places:
    """Find every valid quote of a dataset, once."""
    if dataset not in _KNOWN:
        found: dict[str, Place] = {}
        faults: dict[str, Fault] = {}
        for entry in dataset.all("quote"):
            source = dataset.resolve(entry, "source", entry.data["source"])
            text = dataset.texts.get(source.served_id) if source else None
            if source and text:
                place = _find(dataset, entry, source.served_id, text, found)
                if isinstance(place, Place):
                    found[entry.served_id] = place
                else:
                    faults[entry.served_id] = place
        _KNOWN[dataset] = Places(found, faults)
    return _KNOWN[dataset]


def _find(dataset: Dataset, entry: Entry, source: str, text: SourceText, found: Mapping[str, Place]) -> Place | Fault:
    words = entry.data["text"]
    if words != folded(words):
        return Fault("has a run of white space", "write one space between words")
    after, begin = entry.data["after"], 0
    if after:
        before = found.get(dataset.full_id(entry, "quote", after))
        if before is None or before.source != source:
            return Fault(f"follows {after!r}, which is no quote found earlier in this source", "name an earlier quote of it in `after`")
        begin = before.end
    stretches = text.find(words, begin)
    if not stretches:
        return _not_found(words, text)
    if len(stretches) > 1 and not after:
        return Fault("stands in the source more than once", "name the quote that it follows in `after`")
    return Place(source, *stretches[0])


def _not_found(words: str, text: SourceText) -> Fault:
    near = text.nearest(words)
    shown = near if len(near) <= 200 else near[:200] + " …"
    return Fault("is not in the source", f"the nearest passage is “{shown}”; it differs in: {differences(words, near)}")


def in_source_order(dataset: Dataset, document: Document) -> list[Any]:
    """Return the raw quotes of a file in order of source and place; as they are where a quote has no place."""
    entries = [entry for entry in dataset.entries["quote"] if entry.document is document]
    known = places(dataset).found
    if any(entry.served_id not in known for entry in entries):
        return [entry.raw for entry in entries]
    ordered = sorted(entries, key=lambda entry: (known[entry.served_id].source, known[entry.served_id].start))
    return [entry.raw for entry in ordered]


def by_source(dataset: Dataset) -> Iterator[tuple[str, list[Entry]]]:
    """Yield each source's id and its found quotes in order of place."""
    known = places(dataset).found
    grouped: dict[str, list[Entry]] = {}
    for entry in dataset.all("quote"):
        if entry.served_id in known:
            grouped.setdefault(known[entry.served_id].source, []).append(entry)
    for source, entries in grouped.items():
        yield source, sorted(entries, key=lambda entry: known[entry.served_id].start)
