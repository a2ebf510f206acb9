"""The snapshot that another is made from: what is known of its debates, so that those that are the same are not compiled again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import orjson

from schemas.units import Files

from .compiling import Compiled
from .holding import UnusableSnapshot
from .model import Key, Naming
from .read import Snapshot
from .tasks import Order

References = Mapping[Key, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a debate that is compiled: its files, a hash of all that decided what was made, and what it says of actors."""

    files: Files
    key: str
    naming: dict[str, Naming]
    reference: dict[str, str]

    def as_json(self) -> bytes:
        """Return it as JSON."""
        naming = {actor: [sorted(one.debates), one.counts] for actor, one in sorted(self.naming.items())}
        return orjson.dumps([self.files.as_json(), self.key, naming, self.reference])

    @classmethod
    def of_json(cls, text: bytes) -> Known:
        """Return what ``as_json`` was asked of."""
        files, key, naming, reference = orjson.loads(text)
        known = {actor: _naming(debates, counts) for actor, (debates, counts) in naming.items()}
        return cls(Files.of_json(files), key, known, reference)


def _naming(debates: list[str], counts: dict[str, int]) -> Naming:
    naming = Naming(set(debates))
    naming.counts.update(counts)
    return naming


def key_of(order: Order, files: Mapping[str, Files]) -> str:
    """Return the hash of all that decides what a unit is compiled into, except for the actors."""
    hashes = [files[debate].hashes for debate in order.unit]
    decided = [order.unit, hashes, order.guests, order.labels]
    return hashlib.sha256(orjson.dumps(decided, option=orjson.OPT_SORT_KEYS)).hexdigest()


def known_of(order: Order, files: Mapping[str, Files], made: Compiled) -> Known:
    """Return what is known of a debate of a unit once it is compiled."""
    return Known(files[made.debate], key_of(order, files), made.naming, made.reference)


@dataclass(frozen=True)
class Base:
    """A snapshot that can be made from: whole, of this software, and built from a folder."""

    snapshot: Snapshot  # nobody removes it while it is open
    known: dict[str, Known] = field(default_factory=dict)
    actors: dict[str, str] = field(default_factory=dict)

    def same(self, order: Order, files: Mapping[str, Files], actors: References) -> bool:
        """Say whether a unit would be compiled into what is there already, given the references of all actors."""
        known = [self.known[debate] for debate in order.unit if debate in self.known]
        if len(known) < len(order.unit) or any(one.key != key_of(order, files) for one in known):
            return False
        named = {actor for one in known for actor in one.naming}
        return all(self.actors.get(actor) == actors.get(("actor", actor), {}).get("label") for actor in named)


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


def changed(base: Base, orders: Sequence[Order], files: Iterable[Files], actors: References) -> list[Order]:
    """Return the units that have to be compiled again."""
    by_debate = {one.debate: one for one in files}
    return [order for order in orders if not base.same(order, by_debate, actors)]
