"""Rules about the files themselves: which there are, how they are written, and which characters they hold."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from ..dataset import Dataset
from ..fields import Slug
from ..layout import DATASET_FILES, DEBATE_FILES
from ..problems import Patience, Problem, did_you_mean
from ..reading import Pointer, Unreadable, listed
from ..spelling import canonical_text
from ..text import Lines

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
CONTROL_OR_BREAK = re.compile(rf"[\t\n]|{CONTROL.pattern}")
ESCAPED_OR_CONTROL = re.compile(rf'\\[^"\\]|{CONTROL.pattern}')


def no_file_is_unknown(dataset: Dataset) -> Iterator[Problem]:
    """The folder holds the files of a dataset and no others."""
    patience = dataset.patience("no_file_is_unknown")
    if not dataset.shared:
        yield from _unknown(dataset, dataset.folder, [*DATASET_FILES, *dataset.names], patience)
    for debate in dataset.debates:
        folder = dataset.folder / debate
        yield from _unknown(dataset, folder, [*DEBATE_FILES, "sources"], patience)
        if os.path.lexists(folder / "sources") and f"{debate}/sources.json" in dataset.documents:
            texts = [f"{entry.id}.txt" for entry in dataset.entries["source"] if entry.debate == debate and Slug.accepts(entry.id)]
            yield from _unknown(dataset, folder / "sources", texts, patience)


def _unknown(dataset: Dataset, folder: Path, known: Sequence[str], patience: Patience) -> Iterator[Problem]:
    try:
        strange = [path for path in listed(folder) if path.name not in frozenset(known)]
    except Unreadable as refusal:
        fault = refusal.misreading[2]
        if folder != dataset.folder:  # of which the loader has said so
            yield Problem(folder.relative_to(dataset.folder).as_posix(), 0, 0, "", "", "", fault.problem, fault.remedy)
        return
    for path in strange:
        remedy = "remove it, or add it where a source is listed"
        if patience.lasts():
            remedy = did_you_mean(path.name, known, remedy)
        yield Problem(path.relative_to(dataset.folder).as_posix(), 0, 0, "", "", "", "is no file of a dataset", remedy)


def files_are_canonical(dataset: Dataset) -> Iterator[Problem]:
    """Every JSON file is written in canonical form, which `rostrum fix` writes."""
    for document in dataset.documents.values():
        wanted = canonical_text(dataset, document)
        if document.text != wanted:
            line = _first_difference(document.text, wanted)
            yield Problem(document.name, line, 1, "", "", "", "is not in canonical form from here on", "run `rostrum fix`")


def _first_difference(text: str, wanted: str) -> int:
    """Return the first line, from 1, that is in one of two texts and not in the other."""
    pairs = zip_longest(text.split("\n"), wanted.split("\n"))
    return next(number for number, (ours, theirs) in enumerate(pairs, start=1) if ours != theirs)


def text_is_clean(dataset: Dataset) -> Iterator[Problem]:
    """Every text is in Unicode normalization form C and free of control characters and lone surrogates."""
    clean = {name for name, document in dataset.documents.items() if _is_clean(document.text)}
    for entry in (entry for entries in dataset.entries.values() for entry in entries if entry.document.name not in clean):
        for pointer, problem, remedy in _unclean_within(entry.raw):
            yield entry.problem(pointer, problem, remedy)
    if about := dataset.documents.get("dataset.json"):
        for pointer, problem, remedy in _unclean_within(about.value):
            yield Problem(about.name, *about.place(pointer), "the dataset", ".".join(map(str, pointer)), "", problem, remedy)
    yield from _unclean_sources(dataset)


def _is_clean(text: str) -> bool:
    """Say whether no text in a JSON file can be unclean: a part of what is in form C is in form C as well (UAX 15, section 1)."""
    return unicodedata.is_normalized("NFC", text) and not ESCAPED_OR_CONTROL.search(text)


def _unclean_sources(dataset: Dataset) -> Iterator[Problem]:
    for entry in dataset.entries["source"]:
        source = dataset.texts.get(entry.served_id)
        if source and (found := _unclean(source.text, CONTROL)):
            line, column = Lines(source.text).at(found[0])
            yield Problem(f"{entry.debate}/sources/{entry.id}.txt", line, column, entry.id, "", "", *found[1:])


def _unclean(text: str, forbidden: re.Pattern[str]) -> tuple[int, str, str] | None:
    """Return the offset of the first character that may not stand in a text, what is wrong with it, and what to do."""
    if found := forbidden.search(text):
        return found.start(), f"holds the character U+{ord(found.group()):04X}, which no text may hold", "remove it"
    normal = unicodedata.normalize("NFC", text)
    if normal == text:
        return None
    offset = next((at for at, (ours, theirs) in enumerate(zip(text, normal, strict=False)) if ours != theirs), len(normal))
    return offset, "is not in Unicode normalization form C", "run `rostrum fix`, or save a source text as NFC"


def _unclean_within(value: object, pointer: Pointer = ()) -> Iterator[tuple[Pointer, str, str]]:
    """Yield pointer, problem and remedy of each text within a value that is not clean."""
    if isinstance(value, str) and (found := _unclean(value, CONTROL_OR_BREAK)):
        yield pointer, *found[1:]
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _unclean_within(item, (*pointer, key))
