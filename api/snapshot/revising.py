"""Records of debates that have not changed, where they show what another debate says: they are revised and not compiled again.

What a record shows of another debate is the reference to a record that it names there, the records that name it from there, and where
their attacks leave it. The report of its debate follows from these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

import orjson

from schemas import BY_TYPE, Resource, quick
from schemas.canonical import compact
from schemas.units import Files, Named, debate_of, ids_at, light

from . import integrity
from .compiling import block
from .computed import INVERSES
from .editing import Editor
from .linking import Links

SHOWN: Final = {(type_, kind): name for type_, names in INVERSES.items() for name, kind in names.items()}
Record = dict[str, Any]


@dataclass(slots=True)
class Revision:
    """What is new for a record: its standing, if that is another, and which records of changed debates name it, by the field."""

    standing: str | None = None
    naming: dict[str, set[Named]] = field(default_factory=lambda: defaultdict(set))


def revisions(before: Links, now: Links, away: Collection[str], folder: Path) -> dict[Named, Revision]:
    """Return what may be new for the records of the debates that stay, where those that are `away` are others now, or gone.

    :raises OSError: a file has changed meanwhile.
    """
    made: dict[Named, Revision] = defaultdict(Revision)
    staying = [one for one in now.files.values() if one.debate not in away]
    for named in chain(_to(staying, away), (named for _, _, named in _from(before, away))):
        made[named] = Revision()
    for served, kind, named in _from(now, away):
        name = SHOWN.get((named[0], kind), "")
        made[named].naming[name].add(("claim", served))
    if before.attack_abroad or now.attack_abroad:
        for served, standing in chain.from_iterable(_standing(before, now, one, folder) for one in staying):
            made["claim", served].standing = standing
    return dict(made)


def _to(files: Sequence[Files], away: Collection[str]) -> Iterator[Named]:
    """Yield the claims of debates that name records of others."""
    for one in files:
        for claim in one.referring:
            if any(debate_of(to) in away for _, _, to in light(claim)):
                yield "claim", f"{one.debate}.{claim['id']}"


def _from(links: Links, away: Collection[str]) -> Iterator[tuple[str, str, Named]]:
    """Yield how claims of some debates name records of others: the id of the claim, the kind, and type and id of the record."""
    for one in (links.files[debate] for debate in sorted(away) if debate in links.files):
        for claim in one.referring:
            for kind, type_, to in light(claim):
                if "." in to and debate_of(to) not in away:
                    yield f"{one.debate}.{claim['id']}", kind, (type_, to)


def _standing(before: Links, now: Links, one: Files, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield id and standing of those claims of a debate that have another one now."""
    old, new = before.standing.get(one.debate, {}), now.standing.get(one.debate, {})
    places = sorted(place for place in old.keys() | new.keys() if old.get(place, "in") != new.get(place, "in"))
    if places:
        yield from ((served, new.get(place, "in")) for served, place in zip(ids_at(folder, one, places), places, strict=True))


class Reviser:
    """Revises records in a database in which the debates that are not the same have been replaced."""

    def __init__(self, editor: Editor, away: Collection[str]) -> None:
        """Take what edits database and records, and which debates are others now, or gone."""
        self._editor, self._away = editor, away

    def revise(self, wanted: Mapping[Named, Revision]) -> None:
        """Revise some records of the debates that stay, and the reports of these."""
        revised: dict[str, list[Record]] = defaultdict(list)
        for named, revision in sorted(wanted.items(), key=lambda item: item[0]):
            resource = BY_TYPE[named[0]]
            row, old = self._at(resource, named[1])
            new = self._revised(resource, old, revision)
            quick.load(resource.public, new)
            self._editor.revise(resource, row, block(resource, [new], self._fetch))
            revised[debate_of(named[1])].append(new)
        for debate, records in revised.items():
            ((report,),) = self._found("SELECT report FROM integrity WHERE debate = ?", debate)
            again = compact(integrity.revised(orjson.loads(report), records))
            self._editor.database.execute("UPDATE integrity SET report = ? WHERE debate = ?", (again, debate))

    def _revised(self, resource: Resource, old: Record, revision: Revision) -> Record:
        """Return a record as it is to be now."""
        new = old | {name: self._naming(old[name], revision.naming.get(name, ())) for name in INVERSES.get(resource.type, {})}
        if revision.standing:
            new["standing"] = revision.standing
        return {name: self._renewed(value) for name, value in new.items()}

    def _naming(self, references: Sequence[Record], more: Collection[Named]) -> list[Record]:
        """Return references to the records that name one: those from debates that stay, and more."""
        kept = [one for one in references if debate_of(one["id"]) not in self._away]
        return sorted([*kept, *(self._reference(*named) for named in more)], key=lambda one: str(one["id"]))

    def _renewed(self, value: Any) -> Any:
        """Return a value with every reference that leads into a debate that is another now as it is there."""
        if isinstance(value, list):
            return [self._renewed(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "href" in value and debate_of(value["id"]) in self._away:
            return self._reference(value["type"], value["id"])
        return {name: self._renewed(item) for name, item in value.items()}

    def _reference(self, type_: str, served: str) -> Record:
        ((reference,),) = self._found(f"SELECT reference FROM {BY_TYPE[type_].collection} WHERE id = ?", served)
        made: Record = orjson.loads(reference)
        return made

    def _at(self, resource: Resource, served: str) -> tuple[int, Record]:
        ((row,),) = self._found(f"SELECT row FROM {resource.collection} WHERE id = ?", served)
        ((_, body),) = self._editor.records.between(resource.collection, row, row)
        return row, orjson.loads(body)

    def _fetch(self, type_: str, served: str) -> Record:
        return self._at(BY_TYPE[type_], served)[1]

    def _found(self, statement: str, *bound: Any) -> list[Any]:
        return list(self._editor.database.execute(statement, bound))
