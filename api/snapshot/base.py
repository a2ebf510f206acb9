"""The snapshot that another is made from: what is known of its debates, so that those that are the same are not compiled again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import orjson

from schemas.units import Files, Found, Unit

from .compiling import Compiled
from .holding import UnusableSnapshot
from .linking import Links
from .model import Key, Naming
from .read import Snapshot

References = Mapping[Key, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a debate that is compiled: its files, its unit, what it says of actors, and what others name of it."""

    files: Files
    unit: Unit
    naming: dict[str, Naming]
    reference: dict[str, str]
    found: Sequence[Found]

    def as_json(self) -> bytes:
        """Return it as JSON."""
        naming = {actor: [sorted(one.debates), one.counts] for actor, one in sorted(self.naming.items())}
        return orjson.dumps([self.files.as_json(), self.unit, naming, self.reference, self.found])

    @classmethod
    def of_json(cls, text: bytes) -> Known:
        """Return what ``as_json`` was asked of."""
        files, unit, naming, reference, found = orjson.loads(text)
        known = {actor: _naming(debates, counts) for actor, (debates, counts) in naming.items()}
        return cls(Files.of_json(files), tuple(unit), known, reference, [((*raw,), place) for raw, place in found])


def _naming(debates: list[str], counts: dict[str, int]) -> Naming:
    naming = Naming(set(debates))
    naming.counts.update(counts)
    return naming


def known_of(unit: Unit, links: Links, made: Compiled) -> Known:
    """Return what is known of a debate of a unit once it is compiled."""
    return Known(links.files[made.debate], unit, made.naming, made.reference, links.found.get(made.debate, []))


@dataclass(frozen=True)
class Base:
    """A snapshot that can be made from: whole, of this software, and built from a folder."""

    snapshot: Snapshot  # nobody removes it while it is open
    known: dict[str, Known] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)

    def same(self, unit: Unit, files: Mapping[str, Files], actors: References) -> bool:
        """Say whether the files of a unit are what they were, and so are the references to the actors that it names."""
        known = [self.known[debate] for debate in unit if debate in self.known]
        if len(known) < len(unit) or any(one.unit != unit or one.files != files[one.files.debate] for one in known):
            return False
        named = {actor for one in known for actor in one.naming}
        return all(self.actors.get(actor) == actors.get(("actor", actor), {}).get("label") for actor in named)

    def before(self, names: frozenset[str]) -> dict[str, Files]:
        """Return what was found when its debates were looked at, if it has those of some names and no others."""
        return {name: one.files for name, one in self.known.items()} if self.known.keys() == names else {}

    def links(self) -> Links:
        """Return how its debates are linked."""
        return Links([one.files for one in self.known.values()], {debate: one.found for debate, one in self.known.items()})

    def found(self, files: Sequence[Files]) -> dict[str, Sequence[Found]]:
        """Return what others named of those debates whose files are what they were."""
        return {one.debate: self.known[one.debate].found for one in files if self._holds(one)}

    def others(self, files: Sequence[Files]) -> list[Files]:
        """Return the files of those debates that are not what they were."""
        return [one for one in files if not self._holds(one)]

    def _holds(self, files: Files) -> bool:
        """Say whether the files of a debate are what they were."""
        return files.debate in self.known and self.known[files.debate].files == files


def base_at(path: Path | None) -> Base | None:
    """Return the snapshot at a path, if it can be made from."""
    if path is None or not path.is_file():
        return None
    try:
        snapshot = Snapshot(path)
        known = {debate: Known.of_json(found) for debate, found in snapshot.rows("SELECT debate, known FROM inputs")}
        labels = {one["id"]: one["label"] for one in (orjson.loads(row[0]) for row in snapshot.rows("SELECT reference FROM actors"))}
    except (UnusableSnapshot, apsw.Error, ValueError, TypeError, KeyError):
        return None
    return Base(snapshot, known, labels) if known else None


def changed(base: Base, units: Sequence[Unit], links: Links, actors: References) -> list[Unit]:
    """Return the units that have to be compiled again: those of other files, and those that name what is not there, which will be told."""
    return [unit for unit in units if not base.same(unit, links.files, actors) or not all(map(links.resolve, unit))]
