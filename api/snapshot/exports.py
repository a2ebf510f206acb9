"""The exports of a snapshot: files that hold everything, measured at build time and rendered piece by piece when they are asked for.

An export is a row of parts: bytes that stand as they are, or a block of rows in a rendering. The snapshot holds where each part
begins, how long it is, and the hash of the whole, and the parts are rendered by the same code again. Lines of CSV alone, which take
long to write, are held besides the records, compressed, by the debate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from schemas import BY_COLLECTION, RESOURCES

from .read import Snapshot
from .renderings import RENDERINGS, Held

DATASET: Final = "dataset.json"
NAMES: Final = (*(f"{resource.collection}.{form}" for resource in RESOURCES for form in ("csv", "jsonl")), DATASET)


class Mismatch(Exception):
    """A part is not what it was when the snapshot was built; what would be sent is not what its hash says."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an export: the rows from ``first`` to ``last`` of a collection in a rendering, or the bytes of ``literal``."""

    rendering: str = ""
    collection: str = ""
    first: int = 0
    last: int = 0
    literal: bytes = b""


@dataclass(frozen=True, slots=True)
class Export:
    """What is known of an export without rendering it: its name, its length in bytes, its SHA-256."""

    name: str
    size: int
    sha256: bytes


def _render(snapshot: Held, part: Part) -> bytes:
    """Return the bytes of a part."""
    if not part.rendering:
        return part.literal
    form = RENDERINGS[part.rendering]
    return form.encode(BY_COLLECTION[part.collection], [row[1] for row in form.read(snapshot, part.collection, part.first, part.last)])


def exports(snapshot: Snapshot) -> list[Export]:
    """Return what is known of every export, in the order of NAMES."""
    found = {name: Export(name, size, sha256) for name, size, sha256 in snapshot.rows("SELECT name, size, sha256 FROM exports")}
    return [found[name] for name in NAMES]


def stream(snapshot: Snapshot, export: Export, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes of an export from `start` up to `stop`, a part at a time; parts outside are not even looked at.

    :raises Mismatch: a part has not the length that it had when it was measured.
    """
    columns = "offset, size, rendering, collection, first, last, literal"
    statement = f"SELECT {columns} FROM export_parts WHERE name = ? AND offset < ? AND offset + size > ? ORDER BY offset"
    for offset, size, *fields in snapshot.rows(statement, (export.name, stop, start)):
        data = _render(snapshot, Part(*fields))
        if len(data) != size:
            raise Mismatch(f"the part of {export.name} at byte {offset} has {len(data)} bytes, not {size}; build the snapshot again")
        yield data[max(0, start - offset) : stop - offset]


def sources(snapshot: Snapshot) -> list[tuple[str, str | None]]:
    """Return title and address of every source, in the order of their collection."""
    found = [orjson.loads(body) for _, body in snapshot.records.between("sources")]
    return [(one["title"], one["url"]) for one in found]
