"""Rules about who is who: ids, the folders that repeat them, and the references that use them."""

from __future__ import annotations

from collections.abc import Iterator

from .. import BY_TYPE, RESOURCES
from ..dataset import Dataset, Entry
from ..fields import Slug
from ..layout import TYPE_OF_FILE
from ..problems import Patience, Problem, did_you_mean

# Windows opens a device for a file of one of these names; `aggregate` is a path below each collection.
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
RESERVED = {"debate": DEVICES | {"aggregate"}, "actor": {"aggregate"}, "source": DEVICES}


def ids_are_unique(dataset: Dataset) -> Iterator[Problem]:
    """No two records of a file have the same id."""
    for type_, entries in dataset.entries.items():
        for entry in entries:
            first = dataset.index[type_].get(entry.served_id) if entry.id else None
            if first is not None and first is not entry:
                line, _ = first.document.place((*first.pointer, "id"))
                where = f"line {line}" if first.document is entry.document else f"{first.document.name}:{line}"
                yield entry.problem(("id",), f"repeats the id of {where}", "give each record an id of its own")


def ids_are_not_reserved(dataset: Dataset) -> Iterator[Problem]:
    """No record has an id that means something else as a file or in an address."""
    for type_, reserved in RESERVED.items():
        for entry in dataset.entries[type_]:
            if entry.id in reserved:
                yield entry.problem(("id",), f"{entry.id!r} is reserved", "choose a longer id")


def folder_and_id_agree(dataset: Dataset) -> Iterator[Problem]:
    """A debate's id is the name of its folder, which is a slug."""
    for debate in dataset.debates:
        if not Slug.accepts(debate):
            yield Problem(debate, 0, 0, "", "", "", "is no name for a debate's folder", f"name it by {Slug.says}")
    for entry in dataset.entries["debate"]:
        if entry.id and entry.id != entry.debate and Slug.accepts(str(entry.debate)):
            yield entry.problem(("id",), f"is not the name of the folder {entry.debate!r}", f"write {entry.debate!r}, or rename the folder")


def references_resolve(dataset: Dataset) -> Iterator[Problem]:
    """Every reference names a record of the right type."""
    patience = dataset.patience("references_resolve")
    for entry, pointer, type_, ref in _references(dataset):
        full = dataset.full_id(entry, type_, ref)
        if dataset.resolve(entry, type_, ref) is None and not dataset.elsewhere.has(type_, full) and not _is_unread(dataset, type_, full):
            yield entry.problem(pointer, _dangling(dataset, entry, type_, ref), _right_id(dataset, entry, type_, ref, patience))


def references_are_short(dataset: Dataset) -> Iterator[Problem]:
    """Within a debate a record is named by its short id; the full one is for records of other debates."""
    for entry, pointer, type_, ref in _references(dataset):
        debate, dot, short = ref.partition(".")
        if dot and debate == entry.debate and dataset.resolve(entry, type_, ref) is not None:
            yield entry.problem(pointer, f"names a record of the same debate by its full id {ref!r}", f"write {short!r}")


def _references(dataset: Dataset) -> Iterator[tuple[Entry, tuple[str | int, ...], str, str]]:
    """Yield every reference that is well formed, with the record that it stands in."""
    for resource in RESOURCES:
        for entry in dataset.entries[resource.type]:
            for pointer, type_, ref in entry.references:
                yield entry, pointer, type_, ref


def _is_unread(dataset: Dataset, type_: str, full: str) -> bool:
    """Say whether the records that an id would be among could not be read, of which the loader has said so."""
    debate = full.partition(".")[0]
    if BY_TYPE[type_].within_debate and debate not in dataset.debates:
        return dataset.elsewhere.is_unread(type_, debate)
    file = next(name for name, one in TYPE_OF_FILE.items() if one == type_)
    document = dataset.document(f"{debate}/{file}" if BY_TYPE[type_].within_debate else file)
    return document is None or not isinstance(document.value, list)


def _dangling(dataset: Dataset, entry: Entry, type_: str, ref: str) -> str:
    full = dataset.full_id(entry, type_, ref)
    for kind in (kind for kind in dataset.index if kind != type_):
        if any(one in dataset.index[kind] or dataset.elsewhere.has(kind, one) for one in (full, ref)):
            return f"{ref!r} names a record of type {kind}, not {type_}"
    return f"{ref!r} names no {type_}"


def _right_id(dataset: Dataset, entry: Entry, type_: str, ref: str, patience: Patience) -> str:
    """Say which id was probably meant, short where the record is of the same debate."""
    otherwise = f"name a record of type {type_}"
    if not patience.lasts():
        return otherwise
    home = f"{entry.debate}." if entry.debate else ""
    known = [served for served, one in dataset.index[type_].items() if Slug.accepts(one.id)]
    return did_you_mean(ref, {served.removeprefix(home) for served in (*known, *dataset.elsewhere.ids(type_))}, otherwise)


def wholes_form_no_circle(dataset: Dataset) -> Iterator[Problem]:
    """Nothing is a part of itself, by however many steps."""
    for type_ in ("actor", "condition"):
        settled: set[Entry] = set()
        for entry in dataset.all(type_):
            way = _way_up(dataset, entry, settled)
            settled.update(way)
            if len(way) > 1 and way[-1] in way[:-1]:
                circle = way[way.index(way[-1]) :]
                shown = " in ".join(one.id for one in (circle if len(circle) <= 10 else [*circle[:5], *circle[-5:]]))
                yield circle[0].problem(("part_of",), f"forms a circle: {shown}", "leave one of them a whole of its own")


def _way_up(dataset: Dataset, entry: Entry, settled: set[Entry]) -> list[Entry]:
    """Return `entry` and the wholes it is in, up to the last, to one that is settled, or to one that comes again."""
    way: list[Entry] = []
    at: Entry | None = entry
    met: set[Entry] = set()
    while at is not None and at.valid and at not in settled:
        way.append(at)
        if at in met:
            break
        met.add(at)
        at = dataset.resolve(at, at.resource.type, at.data["part_of"]) if at.data["part_of"] else None
    return way
