"""Rules about who is who: ids, the folders that repeat them, and the references that use them."""

from __future__ import annotations

from collections.abc import Iterator

from .. import RESOURCES
from ..base import walk_references
from ..dataset import Dataset, Entry
from ..problems import Problem, did_you_mean


def ids_are_unique(dataset: Dataset) -> Iterator[Problem]:
    """No two records of a file have the same id."""
    for type_, entries in dataset.entries.items():
        for entry in entries:
            first = dataset.index[type_].get(entry.served_id) if entry.id else None
            if first is not None and first is not entry:
                line, _ = first.document.place((*first.pointer, "id"))
                yield entry.problem(("id",), f"repeats the id of line {line}", "give each record an id of its own")


def folder_and_id_agree(dataset: Dataset) -> Iterator[Problem]:
    """A debate's id is the name of its folder."""
    for entry in dataset.entries["debate"]:
        if entry.id and entry.id != entry.debate:
            yield entry.problem(("id",), f"is not the name of the folder {entry.debate!r}", f"write {entry.debate!r}, or rename the folder")


def references_resolve(dataset: Dataset) -> Iterator[Problem]:
    """Every reference names a record of the right type."""
    for resource in RESOURCES:
        for entry in dataset.all(resource.type):
            for pointer, type_, ref in walk_references(resource.authored, entry.data):
                if dataset.resolve(entry, type_, ref) is None:
                    yield entry.problem(pointer, _dangling(dataset, entry, type_, ref), _right_id(dataset, entry, type_, ref))


def _dangling(dataset: Dataset, entry: Entry, type_: str, ref: str) -> str:
    full = dataset.full_id(entry, type_, ref)
    elsewhere = [kind for kind, index in dataset.index.items() if kind != type_ and (full in index or ref in index)]
    if elsewhere:
        return f"{ref!r} names a record of type {elsewhere[0]}, not {type_}"
    return f"{ref!r} names no {type_}"


def _right_id(dataset: Dataset, entry: Entry, type_: str, ref: str) -> str:
    """Say which id was probably meant, short where the record is of the same debate."""
    home = f"{entry.debate}." if entry.debate else ""
    known = [served.removeprefix(home) for served in dataset.index[type_]]
    return did_you_mean(ref, known, f"name a record of type {type_}")


def wholes_form_no_circle(dataset: Dataset) -> Iterator[Problem]:
    """Nothing is a part of itself, by however many steps."""
    for type_ in ("actor", "condition"):
        for entry in dataset.all(type_):
            circle = _circle(dataset, entry)
            if circle:
                yield entry.problem(("part_of",), "forms a circle: " + " in ".join(circle), "leave one of them a whole of its own")


def _circle(dataset: Dataset, entry: Entry) -> list[str]:
    """Return the ids on the way from `entry` back to itself, or nothing."""
    seen: list[Entry] = [entry]
    while (ref := seen[-1].data.get("part_of")) is not None:
        whole = dataset.resolve(seen[-1], entry.resource.type, ref)
        if whole is entry:
            return [one.id for one in [*seen, entry]]
        if whole is None or whole in seen or not whole.valid:
            return []
        seen.append(whole)
    return []
