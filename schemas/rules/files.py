"""Rules about the files themselves: which there are, how they are written, and which characters they hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .. import BY_TYPE, canonical
from ..dataset import DATASET_FILES, DEBATE_FILES, Dataset, DatasetFile
from ..places import in_source_order
from ..problems import Problem, did_you_mean
from ..reading import Document, line_and_column

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def no_file_is_unknown(dataset: Dataset) -> Iterator[Problem]:
    """The folder holds the files of a dataset and no others."""
    yield from _unknown(dataset, dataset.folder, [*DATASET_FILES, *dataset.debates])
    for debate in dataset.debates:
        yield from _unknown(dataset, dataset.folder / debate, [*DEBATE_FILES, "sources"])
        texts = [f"{entry.id}.txt" for entry in dataset.entries["source"] if entry.debate == debate]
        yield from _unknown(dataset, dataset.folder / debate / "sources", texts)


def _unknown(dataset: Dataset, folder: Path, known: Sequence[str]) -> Iterator[Problem]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in known:
            name = path.relative_to(dataset.folder).as_posix()
            remedy = did_you_mean(path.name, known, "remove it, or add it where a source is listed")
            yield Problem(name, 0, 0, "", "", "", "is no file of a dataset", remedy)


def files_are_canonical(dataset: Dataset) -> Iterator[Problem]:
    """Every JSON file is written in canonical form, which `rostrum fix` writes."""
    for document in dataset.documents.values():
        wanted = canonical_text(dataset, document)
        if document.text != wanted:
            line = _first_difference(document.text, wanted)
            yield Problem(document.name, line, 1, "", "", "", "is not in canonical form from here on", "run `rostrum fix`")


def canonical_text(dataset: Dataset, document: Document) -> str:
    """Return what a JSON file of the dataset would be in canonical form."""
    if document.name == "dataset.json":
        return canonical.file_text(document.value, DatasetFile())
    type_ = "actor" if document.name == "actors.json" else DEBATE_FILES[document.name.rpartition("/")[2]]
    if type_ != "quote":
        return canonical.file_text(document.value, BY_TYPE[type_].authored)

    def order(records: Sequence[Any]) -> Sequence[Any]:
        return in_source_order(dataset, document)

    return canonical.file_text(document.value, BY_TYPE[type_].authored, order)


def _first_difference(text: str, wanted: str) -> int:
    pairs = zip(text.split("\n"), wanted.split("\n"), strict=False)
    same = next((number for number, (ours, theirs) in enumerate(pairs) if ours != theirs), None)
    return min(text.count("\n"), wanted.count("\n")) + 1 if same is None else same + 1


def text_is_clean(dataset: Dataset) -> Iterator[Problem]:
    """Every text is in Unicode normalization form C and free of control characters and lone surrogates."""
    for entries in dataset.entries.values():
        for entry in entries:
            for pointer, text in _texts(entry.raw):
                for problem, remedy in _unclean(text, CONTROL_OR_BREAK):
                    yield entry.problem(pointer, problem, remedy)
    for entry in dataset.entries["source"]:
        if source := dataset.texts.get(entry.served_id):
            for problem, remedy in _unclean(source.text, CONTROL):
                found = CONTROL.search(source.text)
                line, column = line_and_column(source.text, found.start() if found else 0)
                yield Problem(f"{entry.debate}/sources/{entry.id}.txt", line, column, entry.id, "", "", problem, remedy)


def _unclean(text: str, forbidden: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    if found := forbidden.search(text):
        yield f"holds the control character U+{ord(found.group()):04X}", "remove it"
    elif not unicodedata.is_normalized("NFC", text):
        yield "is not in Unicode normalization form C", "run `rostrum fix`, or save a source text as NFC"


def _texts(value: Any, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*pointer, index))
