"""The exports of a snapshot: files that hold everything, measured at build time and rendered piece by piece when they are asked for.

An export is a row of parts: bytes that stand as they are, or a block of rows in a rendering. The snapshot holds where each part
begins, how long it is, and the hash of the whole, and the parts are rendered by the same code again. Lines of CSV alone, which take
long to write, are held besides the records, compressed, by the debate.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import apsw
import orjson

from api.formats import csv
from schemas import BY_COLLECTION, RESOURCES, Resource
from schemas.canonical import compact

from .layout import MOST_ROWS
from .read import Snapshot
from .records import Bodies
from .renderings import RENDERINGS, Drafted, Held, Row

DATASET: Final = "dataset.json"
NAMES: Final = (*(f"{resource.collection}.{form}" for resource in RESOURCES for form in ("csv", "jsonl")), DATASET)
# A block is held whole while it is rendered. Larger ones save queries, smaller ones save work where a short range is asked for.
BLOCK_BYTES: Final = 1 << 18
MOST_WAITING: Final = 8  # parts of an export that are rendered and not hashed yet


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


class _Measured:
    """An export while it is measured: its parts are hashed one after the other, beside whatever comes next."""

    def __init__(self, beside: Executor, name: str) -> None:
        """Take what hashes, which does one thing at a time."""
        self._beside, self._name = beside, name
        self._parts: list[tuple[Any, ...]] = []
        self._size, self._digest = 0, hashlib.sha256()
        self._waiting: deque[Future[None]] = deque()

    def add(self, part: Part, data: bytes) -> None:
        """Take the next part, and how it is rendered."""
        fields = part.rendering, part.collection, part.first, part.last, part.literal
        self._parts.append((self._name, self._size, len(data), *fields))
        self._size += len(data)
        self._waiting.append(self._beside.submit(self._digest.update, data))
        self._hashed(MOST_WAITING)

    def _hashed(self, most: int = 0) -> None:
        """Wait until so many parts wait to be hashed at most."""
        while len(self._waiting) > most:
            self._waiting.popleft().result()

    def literal(self, data: bytes) -> None:
        """Take bytes that stand as they are."""
        self.add(Part(literal=data), data)

    def write(self, database: apsw.Connection) -> None:
        """Write down the parts and the whole."""
        self._hashed()
        database.executemany("INSERT INTO export_parts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._parts)
        database.execute("INSERT INTO exports VALUES (?, ?, ?)", (self._name, self._size, self._digest.digest()))


def write(database: apsw.Connection, records: Bodies, about: Mapping[str, Any], block: int = BLOCK_BYTES) -> None:
    """Measure every export of the records of a draft, and write down its parts.

    `about` is what ``dataset.json`` is to say of the dataset; `block` is how many bytes of records a part is rendered from at most.
    """
    draft = Drafted(database, records)
    with ThreadPoolExecutor(1) as aside, ThreadPoolExecutor(1) as hashing, ThreadPoolExecutor(1) as also:
        tables = aside.submit(lambda: list(_tables(draft, also, block)))  # to take lines apart leaves the interpreter to others
        for one in (*_objects(draft, hashing, about, block), *tables.result()):
            one.write(database)


def _tables(draft: Held, beside: Executor, block: int) -> Iterator[_Measured]:
    """Measure the tables of all collections."""
    for resource in RESOURCES:
        table = _Measured(beside, f"{resource.collection}.csv")
        table.literal(csv.header(resource, None))
        _measure(draft, resource, {"csv": table}, block)
        yield table


def _objects(draft: Held, beside: Executor, about: Mapping[str, Any], block: int) -> Iterator[_Measured]:
    """Measure the lines of all collections, and the whole dataset; each record is read once for both."""
    dataset = _Measured(beside, DATASET)
    dataset.literal(b'{"dataset":' + compact(about))
    for resource in RESOURCES:
        lines = _Measured(beside, f"{resource.collection}.jsonl")
        dataset.literal(b',\n"%b":[' % resource.collection.encode())
        _measure(draft, resource, {"jsonl": lines, "items": dataset}, block)
        dataset.literal(b"\n]")
        yield lines
    dataset.literal(b',\n"texts":{')
    _measure(draft, BY_COLLECTION["sources"], {"texts": dataset}, block)
    dataset.literal(b"\n}}\n")
    yield dataset


def _measure(draft: Held, resource: Resource, into: Mapping[str, _Measured], block: int) -> None:
    """Measure the rows of a collection in renderings that are of the same content, each for an export."""
    form = RENDERINGS[next(iter(into))]
    for number, (rows, contents) in enumerate(_blocks(form.read(draft, resource.collection, 0, MOST_ROWS), block)):
        for rendering, export in into.items():
            first = f"{rendering}-first"
            name = first if not number and first in RENDERINGS else rendering
            export.add(Part(name, resource.collection, rows[0], rows[-1]), RENDERINGS[name].encode(resource, contents))


def _blocks(rows: Iterable[Row], block: int) -> Iterator[tuple[list[int], list[Any]]]:
    """Yield the numbers and the contents of rows in blocks, each of so many bytes at most, or of one row."""
    numbers: list[int] = []
    contents: list[Any] = []
    held = 0
    for number, content, size in rows:
        held += size
        if held > block and numbers:
            yield numbers, contents
            numbers, contents, held = [], [], size
        numbers.append(number)
        contents.append(content)
    if numbers:
        yield numbers, contents


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
