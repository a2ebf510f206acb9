"""Loading a folder, or some debates of it: every file read, every record checked, and either a Dataset or every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import marshmallow as ma

from . import BY_TYPE, quick
from .dataset import Dataset, Entry
from .fields import Slug
from .layout import DATASET_FILES, DEBATE_FILES, DatasetFile
from .problems import Fault, InvalidDataset, Problem, did_you_mean
from .reading import Document, Pointer, Unreadable, is_folder, listed, read, read_text
from .rules import RULES
from .text import SourceText


def load(folder: Path) -> Dataset:
    """Return the valid dataset of a folder.

    :raises InvalidDataset: it has problems; all of them are listed, and nothing of it is to be used.
    """
    dataset, problems = survey(folder)
    if problems:
        raise InvalidDataset(problems)
    return dataset


def survey(folder: Path) -> tuple[Dataset, list[Problem]]:
    """Read what can be read of a folder and return it with every problem, in order of file and line."""
    dataset, problems = gather(folder)
    return dataset, ruled(dataset, problems)


def ruled(dataset: Dataset, problems: list[Problem]) -> list[Problem]:
    """Return the problems of a dataset that loading it has found, and those that the rules find, in order of file and line."""
    for rule in RULES:
        problems += (replace(problem, rule=rule.__name__) for problem in rule(dataset))
    return sorted(set(problems))


def gather(folder: Path) -> tuple[Dataset, list[Problem]]:
    """Read what can be read of a folder and check each record by its schema, but not yet by the rules."""
    dataset, problems = gather_shared(folder)
    dataset.debates.extend(dataset.names)
    return dataset, [*problems, *_read_debates(dataset)]


def gather_shared(folder: Path) -> tuple[Dataset, list[Problem]]:
    """Read what all debates of a folder share, and what they are called."""
    dataset = Dataset(folder)
    try:
        paths = listed(folder)
    except Unreadable as refusal:
        return dataset, [_misread(str(folder), refusal)]
    debates = (path.name for path in paths if is_folder(path) and path.name not in DATASET_FILES)
    dataset.names.extend(name for name in debates if not name.startswith("."))
    return dataset, [*_read_about(dataset), *_read_records(dataset, None, "actors.json", "actor")]


def gather_debates(shared: Dataset, debates: Sequence[str]) -> tuple[Dataset, list[Problem]]:
    """Read some debates of a folder of which is read already what they share."""
    dataset = Dataset(shared.folder, debates=list(debates), names=shared.names, shared=shared, elsewhere=shared.elsewhere)
    return dataset, list(_read_debates(dataset))


def guest(dataset: Dataset, debate: str, type_: str, raw: Any) -> Entry:
    """Return a record of a debate that is not held, in the form in which it is authored there."""
    return _entry(type_, debate, Document(f"{debate}/", dataset.folder / debate, "", None, doubled=False), (), raw)[0]


def _read_debates(dataset: Dataset) -> Iterator[Problem]:
    """Read the files of debates into `dataset`."""
    for debate in dataset.debates:
        for name, type_ in DEBATE_FILES.items():
            yield from _read_records(dataset, debate, f"{debate}/{name}", type_)
        yield from _read_texts(dataset, debate)


def _document(dataset: Dataset, name: str) -> Iterator[Problem]:
    """Read one JSON file into `dataset.documents`, or say why it cannot be read."""
    try:
        document = read(dataset.folder / name, name)
    except Unreadable as refusal:
        yield _misread(name, refusal)
        return
    dataset.documents[name] = document
    for line, column, fault in document.doubles():
        yield Problem(name, line, column, "", "", "keys_are_unique", fault.problem, fault.remedy)


def _misread(name: str, refusal: Unreadable) -> Problem:
    line, column, fault = refusal.misreading
    return Problem(name, line, column, "", "", "readable", fault.problem, fault.remedy)


def _read_about(dataset: Dataset) -> Iterator[Problem]:
    yield from _document(dataset, "dataset.json")
    if document := dataset.documents.get("dataset.json"):
        schema = DatasetFile()
        data, faults = _check(schema, document.value)
        dataset.about = data
        yield from _problems(faults, schema, document, (), "the dataset")


def _read_records(dataset: Dataset, debate: str | None, name: str, type_: str) -> Iterator[Problem]:
    """Read the records of one file; ``debate.json`` holds one object, every other file a list."""
    yield from _document(dataset, name)
    document = dataset.documents.get(name)
    if document is None:
        return
    single = type_ == "debate"
    if not single and not isinstance(document.value, list):
        yield Problem(name, 1, 1, "", "", "schema", "is no list", "write the records in square brackets")
        return
    for index, raw in enumerate([document.value] if single else document.value):
        entry, problems = _entry(type_, debate, document, () if single else (index,), raw)
        dataset.entries[type_].append(entry)
        yield from problems


def _entry(type_: str, debate: str | None, document: Document, pointer: Pointer, raw: Any) -> tuple[Entry, Iterable[Problem]]:
    resource = BY_TYPE[type_]
    data, faults = _check(resource.authored, raw)
    entry = Entry(resource, debate, document, pointer, raw, data, not faults)
    return entry, list(_problems(faults, resource.authored, document, pointer, entry.id or "a record without an id"))


def _check(schema: ma.Schema, raw: Any) -> tuple[dict[str, Any], Any]:
    """Return the validated form and no faults, or an empty one and the faults as marshmallow nests them."""
    if not isinstance(raw, Mapping):
        return {}, [Fault("is no object", "write a record in braces")]
    try:
        return dict(quick.load(schema, raw)), {}
    except ma.ValidationError as error:
        return {}, error.messages


def _problems(faults: Any, schema: ma.Schema, document: Document, pointer: Pointer, record: str) -> Iterator[Problem]:
    for path, found in _flat(faults):
        fault = found if isinstance(found, Fault) else _unknown_key(str(path[-1]), _schema_at(schema, path[:-1]))
        line, column = document.place(pointer + path)
        yield Problem(document.name, line, column, record, ".".join(map(str, path)), "schema", fault.problem, fault.remedy)


def _flat(faults: Any, path: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """Yield path and fault of marshmallow's nested error messages; what is no Fault says that a key is unknown."""
    if isinstance(faults, Mapping):
        for key, deeper in faults.items():
            yield from _flat(deeper, (*path, key))
    else:
        yield from ((path, fault) for fault in faults)


def _unknown_key(key: str, schema: ma.Schema) -> Fault:
    if key in schema.fields:
        return Fault("is computed by the build", "remove it")
    names = [name for name, one in schema.fields.items() if not one.dump_only]
    return Fault("is no field of this type", did_you_mean(key, names, "remove it; the fields are " + ", ".join(names)))


def _schema_at(schema: ma.Schema, path: Pointer) -> ma.Schema:
    """Return the schema of the object at `path` within a record."""
    for step in (step for step in path if isinstance(step, str)):
        one: Any = schema.fields[step]
        schema = getattr(one, "inner", one).schema
    return schema


def _read_texts(dataset: Dataset, debate: str) -> Iterator[Problem]:
    """Read the text of each source that ``sources.json`` names."""
    for entry in (entry for entry in dataset.entries["source"] if entry.debate == debate and Slug.accepts(entry.id)):
        name = f"{debate}/sources/{entry.id}.txt"
        try:
            dataset.texts[entry.served_id] = SourceText(read_text(dataset.folder / name))
        except Unreadable as refusal:
            yield _misread(name, refusal)
