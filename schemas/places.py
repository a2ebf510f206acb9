"""Where each quote stands in its source: found once, used by the rules, by canonical order and by the build."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from .dataset import Dataset, Entry
from .problems import Fault, Patience
from .reading import Document
from .text import SourceText, Stretch, differences, folded


@dataclass(frozen=True, slots=True)
class Place:
    """The stretch of a source that a quote is; offsets in code points, the end behind the last character."""

    source: str
    start: int
    end: int


@dataclass(frozen=True)
class Places:
    """What was found, by the quote's served id, and why the rest was not."""

    found: dict[str, Place] = field(default_factory=dict)
    faults: dict[Entry, Fault] = field(default_factory=dict)


_KNOWN: WeakKeyDictionary[Dataset, Places] = WeakKeyDictionary()


def places(dataset: Dataset) -> Places:
    """Find every valid quote of a dataset, once."""
    if dataset not in _KNOWN:
        known, patience = Places(), dataset.patience("places")
        for source, entries in _by_named_source(dataset).items():
            _find_in(dataset, source, entries, known, patience)
        _KNOWN[dataset] = known
    return _KNOWN[dataset]


def _by_named_source(dataset: Dataset) -> dict[str, list[Entry]]:
    """Return the valid quotes by the source that they name, those aside whose source has no text."""
    grouped: dict[str, list[Entry]] = {}
    for entry in dataset.all("quote"):
        source = dataset.resolve(entry, "source", entry.data["source"])
        if source and source.served_id in dataset.texts:
            grouped.setdefault(source.served_id, []).append(entry)
    return grouped


def _find_in(dataset: Dataset, source: str, entries: Iterable[Entry], known: Places, patience: Patience) -> None:
    """Find quotes in one source; those that follow another are looked for once that one has been found."""
    text = dataset.texts[source]
    waiting: dict[str, list[Entry]] = {}
    for entry in entries:
        waiting.setdefault(_after(dataset, entry), []).append(entry)
    words = {entry: unicodedata.normalize("NFC", entry.data["text"]) for group in waiting.values() for entry in group}
    stretches = text.find_all({one for one in words.values() if one == folded(one)})
    ready = deque(waiting.pop("", []))
    while ready:
        entry = ready.popleft()
        before = known.found.get(_after(dataset, entry))
        outcome = _choose(words[entry], stretches.get(words[entry]), before, text, patience)
        if isinstance(outcome, Fault):
            known.faults[entry] = outcome
        else:
            known.found.setdefault(entry.served_id, Place(source, *outcome))
            ready += waiting.pop(entry.served_id, [])
    for entry in (entry for group in waiting.values() for entry in group):
        problem = f"follows {entry.data['after']!r}, which is no quote found in this source"
        known.faults[entry] = Fault(problem, "name an earlier quote of this source in `after`")


def _after(dataset: Dataset, entry: Entry) -> str:
    """Return the served id of the quote that a quote is said to follow, or nothing."""
    return dataset.full_id(entry, "quote", entry.data["after"]) if entry.data["after"] else ""


def _choose(words: str, stretches: list[Stretch] | None, before: Place | None, text: SourceText, patience: Patience) -> Stretch | Fault:
    """Return the one stretch that a quote can be, or what keeps it from being found."""
    if not stretches:
        return not_found("is not in the source", words, text, patience)
    later = stretches[bisect_left(stretches, (before.end, 0)) :] if before else stretches
    if not later:
        return Fault("does not stand behind the quote that it is said to follow", "name an earlier quote in `after`")
    if len(later) > 1 and not before:
        first, second = (text.lines(*stretch)[0] for stretch in later[:2])
        return Fault(f"stands in the source more than once, on lines {first} and {second}", "name the quote that it follows in `after`")
    return later[0]


def not_found(problem: str, words: str, text: SourceText, patience: Patience) -> Fault:
    """Return the fault of words that a text does not hold, with its nearest passage and what differs."""
    if words != folded(words):
        return Fault("has a run of white space", "write one space between words")
    if not patience.lasts():
        return Fault(problem, "mend the problems above, then check again for the nearest passage")
    near = text.nearest(words)
    shown = near if len(near) <= 200 else near[:200] + " …"
    return Fault(problem, f"the nearest passage is “{shown}”; it differs in: {differences(words, near)}")


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
    known: Mapping[str, Place] = places(dataset).found
    grouped: dict[str, list[Entry]] = {}
    for entry in dataset.all("quote"):
        if entry.served_id in known:
            grouped.setdefault(known[entry.served_id].source, []).append(entry)
    for source, entries in grouped.items():
        yield source, sorted(entries, key=lambda entry: known[entry.served_id].start)
