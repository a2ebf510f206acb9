"""The debates of a folder in units that are read, checked and compiled one at a time, and what is known of each before it is read.

Debates are of one unit where one rests on words of the other, spells out a condition of it, or claims the same id. Claims name
records of other debates more lightly: to know these records is enough, so that they are looked for and given to the unit as guests.
What is not found, because it is spelled as in no canonical file, is found out when the debate is read; see ``reaches_out``.
"""

from __future__ import annotations

import hashlib
import os
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import orjson

from .dataset import Dataset, Entry
from .layout import DEBATE_FILES
from .load import gather_debates, guest, ruled
from .problems import Problem
from .reading import Unreadable, listed

FULL_ID: Final = re.compile(rb'"([a-z0-9-]{1,80})\.[a-z0-9-]{1,80}"')
FILE_OF_TYPE: Final = {type_: name for name, type_ in DEBATE_FILES.items()}
LIGHT: Final = {"claim", "condition", "event"}

Unit = tuple[str, ...]
Named = tuple[str, str]  # type and full id
Raw = tuple[str, str, Any]  # debate, type and authored form of a record
Found = tuple[Raw, int]  # a record with its place in its file


@dataclass(slots=True)
class Files:
    """What the files of a debate say of it before they are read.

    ``heavy`` are the debates that it forms a unit with, ``light`` the records of others that its claims name, ``referring`` these
    claims, and ``places`` where they stand in their file. ``attacks`` holds pairs of claims, by their place in the file;
    ``attacked`` holds place and full id where the second is in another debate.
    """

    debate: str
    hashes: dict[str, str] = field(default_factory=dict)
    size: int = 0
    claimed: str = ""
    heavy: set[str] = field(default_factory=set)
    light: list[Named] = field(default_factory=list)
    referring: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    claims: int = 0
    attacks: bytes = b""
    attacked: list[tuple[int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return asdict(self) | {"heavy": sorted(self.heavy), "attacks": self.attacks.hex()}

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> Self:
        """Return what ``as_json`` was asked of."""
        pairs = {name: [(first, second) for first, second in value[name]] for name in ("light", "attacked")}
        return cls(**{**value, **pairs, "heavy": set(value["heavy"]), "attacks": bytes.fromhex(value["attacks"])})


def looked_at(folder: Path, debate: str, names: Collection[str], before: Files | None = None) -> Files:
    """Look at the files of a debate; what cannot be read is left out here, and is told when the debate is read.

    `before` is what was found when they were looked at before, beside the same debates; it is returned where they are the same still.
    """
    found = Files(debate, claimed=debate)
    held = dict(_held(folder, debate))
    found.hashes = {name: hashlib.sha256(raw).hexdigest() for name, raw in held.items()}
    if before and before.hashes == found.hashes:
        return before
    found.size = sum(map(len, held.values()))
    for name, raw in held.items():
        path = Path(name)
        if path.name == "claims.json":
            _look_at_claims(found, _parsed(raw), names)
        elif path.suffix == ".json":
            found.heavy |= {one.decode() for one in set(FULL_ID.findall(raw))} & (set(names) - {debate})
        if path.name == "debate.json":
            value = _parsed(raw)
            found.claimed = str(value.get("id", debate)) if isinstance(value, dict) else debate
    return found


def _held(folder: Path, debate: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a debate that can be read, by their path in the dataset."""
    for path in _files(folder / debate):
        with suppress(OSError):
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a debate that are regular files; what may not be looked at is told when it is read."""
    texts: list[Path] = []
    with suppress(Unreadable):
        texts = [path for path in listed(folder / "sources") if path.name.endswith(".txt")]
    yield from filter(os.path.isfile, (*(folder / name for name in DEBATE_FILES), *texts))


def _parsed(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except ValueError:
        return None


def _look_at_claims(found: Files, claims: Any, names: Collection[str]) -> None:
    """Take note of what claims name in other debates, and of whom they attack; what is malformed is told when they are read."""
    with suppress(AttributeError, KeyError, TypeError):
        places = {claim["id"]: place for place, claim in enumerate(claims)}
        attacks = array("I")
        found.claims = len(claims)
        for place, claim in enumerate(claims):
            named = list(light(claim))
            for kind, _, to in named:
                if kind == "attacks" and to in places:
                    attacks.extend((place, places[to]))
            abroad = [(kind, type_, to) for kind, type_, to in named if debate_of(to) in names and debate_of(to) != found.debate]
            if abroad:
                found.referring.append(claim)
                found.places.append(place)
                found.light += ((type_, to) for _, type_, to in abroad)
                found.attacked += ((place, to) for kind, _, to in abroad if kind == "attacks")
            rested_on = {debate_of(piece["quote"]) for piece in claim["evidence"] if "." in piece["quote"]}
            found.heavy |= (rested_on & set(names)) - {found.debate}
        found.attacks = attacks.tobytes()


def light(claim: Any) -> Iterator[tuple[str, str, str]]:
    """Yield how a claim names other records, of what type these are, and their ids."""
    for relation in claim.get("relations") or ():
        yield relation["kind"], "condition" if relation["kind"] == "answers" else "claim", relation["to"]
    for name, type_ in (("events", "event"), ("conditions", "condition")):
        for to in claim.get(name) or ():
            yield name, type_, to


def debate_of(full: str) -> str:
    """Return the debate of a full id, none of one that is short."""
    debate, dot, _ = full.partition(".")
    return debate if dot else ""


def found_in(folder: Path, debate: str, wanted: Iterable[Named]) -> list[Found]:
    """Return those of the records wanted that a debate has, each with its place in its file."""
    by_type = defaultdict[str, set[str]](set)
    for type_, full in wanted:
        by_type[type_].add(full.partition(".")[2])
    found: list[Found] = []
    for type_, ids in sorted(by_type.items()):
        with suppress(OSError, AttributeError, TypeError):
            records = enumerate(_parsed((folder / debate / FILE_OF_TYPE[type_]).read_bytes()))
            found += [((debate, type_, record), place) for place, record in records if record.get("id") in ids]
    return found


def ids_at(folder: Path, files: Files, places: Sequence[int]) -> list[str]:
    """Return the full ids of the claims of a debate at some places of their file.

    :raises OSError: the file is another one by now.
    """
    name = f"{files.debate}/claims.json"
    raw = (folder / name).read_bytes()
    if hashlib.sha256(raw).hexdigest() != files.hashes[name]:
        raise OSError(f"the file {name} has changed meanwhile")
    claims = orjson.loads(raw)
    return [f"{files.debate}.{claims[place]['id']}" for place in places]


def units(files: Sequence[Files], order: Callable[[str], str] = str) -> list[Unit]:
    """Return the units of debates, each in order, and in the order of their first."""
    group = {one.debate: {one.debate} for one in files}
    linked = defaultdict[str, set[str]](set)
    for one in files:
        for name in {one.claimed, *(one.heavy & group.keys())}:
            linked[name].add(one.debate)
    for name, debates in sorted(linked.items()):
        _join(group, debates | ({name} & group.keys()))
    return sorted({tuple(sorted(one, key=order)) for one in group.values()}, key=lambda unit: order(unit[0]))


def _join(group: dict[str, set[str]], debates: Iterable[str]) -> None:
    """Make one group of those that some debates are in."""
    joined = set[str]().union(*(group[debate] for debate in debates))
    group.update(dict.fromkeys(joined, joined))


def checked(shared: Dataset, unit: Unit, guests: Iterable[Raw] = ()) -> tuple[Dataset, list[Problem]]:
    """Read the debates of a unit and return them with every problem of theirs."""
    dataset, problems = gather_debates(shared, unit)
    dataset.guests += (guest(dataset, *one) for one in guests)
    return dataset, ruled(dataset, problems)


def abroad(dataset: Dataset) -> Iterator[tuple[Entry, str, str]]:
    """Yield entry, type and full id where a unit names a record of a debate that it does not hold."""
    others = set(dataset.names) - set(dataset.debates)
    for entry in (entry for entries in dataset.entries.values() for entry in entries):
        for _, type_, ref in entry.references:
            if "." in ref and debate_of(ref) in others:
                yield entry, type_, ref


def reaches_out(dataset: Dataset) -> bool:
    """Say whether a unit rests on what it does not hold, in a spelling in which it was not found: no canonical one."""
    return any(entry.resource.type != "claim" or type_ not in LIGHT for entry, type_, _ in abroad(dataset))
