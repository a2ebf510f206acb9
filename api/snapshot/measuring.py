"""Measuring the exports of a draft once its records, texts and lines of CSV are in: of which parts each is, how long, and its hash.

It takes long where there is much of these. Then a process of its own does it, while what no export holds is still written.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import apsw

from api.formats import csv
from schemas import BY_COLLECTION, RESOURCES, Resource
from schemas.canonical import compact

from .crew import apart
from .exports import DATASET, Part
from .layout import MOST_ROWS
from .records import Bodies
from .renderings import RENDERINGS, Row

# A block is held whole while it is rendered. Larger ones save queries, smaller ones save work where a short range is asked for.
BLOCK_BYTES: Final = 1 << 18
MOST_WAITING: Final = 8  # parts of an export that are rendered and not hashed yet


@dataclass(frozen=True, slots=True)
class Measured:
    """An export as the tables hold it: its name, its length in bytes, its SHA-256, and its parts, each with its place and its length."""

    name: str
    size: int
    sha256: bytes
    parts: list[tuple[Any, ...]]


class _Export:
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

    def measured(self) -> Measured:
        """Return what it has come to."""
        self._hashed()
        return Measured(self._name, self._size, self._digest.digest(), self._parts)


@dataclass(frozen=True)
class Draft:
    """A draft whose exports are to be measured: the file of its database, its records, and what ``dataset.json`` is to say of the dataset.

    `block` is how many bytes of records a part is rendered from at most.
    """

    path: Path
    records: Bodies
    about: Mapping[str, Any]
    block: int = BLOCK_BYTES

    def do(self, task: str, _: Any = None) -> Any:
        """Do by its name what a process of its own is asked for."""
        return {"open": self.open, "measure": self.measure}[task]()

    def open(self) -> None:
        """Read what tables there are. From then on all may be changed but the records, the texts and the lines of CSV."""
        list(self._held.rows("SELECT 1 FROM csv_lines LIMIT 0"))

    @cached_property
    def _held(self) -> _Opened:
        return _Opened(self.path, self.records)

    def measure(self) -> list[Measured]:
        """Measure every export."""
        with ThreadPoolExecutor(1) as aside, ThreadPoolExecutor(1) as hashing, ThreadPoolExecutor(1) as also:
            tables = aside.submit(lambda: list(self._tables(also)))  # to take lines apart leaves the interpreter to others
            return [*self._objects(hashing), *tables.result()]

    def _tables(self, beside: Executor) -> Iterator[Measured]:
        """Measure the tables of all collections."""
        for resource in RESOURCES:
            table = _Export(beside, f"{resource.collection}.csv")
            table.literal(csv.header(resource, None))
            self._add(resource, {"csv": table})
            yield table.measured()

    def _objects(self, beside: Executor) -> Iterator[Measured]:
        """Measure the lines of all collections, and the whole dataset; each record is read once for both."""
        dataset = _Export(beside, DATASET)
        dataset.literal(b'{"dataset":' + compact(self.about))
        for resource in RESOURCES:
            lines = _Export(beside, f"{resource.collection}.jsonl")
            dataset.literal(b',\n"%b":[' % resource.collection.encode())
            self._add(resource, {"jsonl": lines, "items": dataset})
            dataset.literal(b"\n]")
            yield lines.measured()
        dataset.literal(b',\n"texts":{')
        self._add(BY_COLLECTION["sources"], {"texts": dataset})
        dataset.literal(b"\n}}\n")
        yield dataset.measured()

    def _add(self, resource: Resource, into: Mapping[str, _Export]) -> None:
        """Add the rows of a collection in renderings that are of the same content, each to an export."""
        form = RENDERINGS[next(iter(into))]
        for number, (rows, contents) in enumerate(_blocks(form.read(self._held, resource.collection, 0, MOST_ROWS), self.block)):
            for rendering, export in into.items():
                first = f"{rendering}-first"
                name = first if not number and first in RENDERINGS else rendering
                export.add(Part(name, resource.collection, rows[0], rows[-1]), RENDERINGS[name].encode(resource, contents))


class _Opened:
    """The database and the records of a draft, which several threads may read."""

    def __init__(self, path: Path, records: Bodies) -> None:
        """Open the database as one that nobody writes to: what is read of it is not written any more."""
        self.records = records
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        self._database = apsw.Connection(f"{path.absolute().as_uri()}?immutable=1", flags=flags)
        self._lock = threading.Lock()

    def rows(self, statement: str, bindings: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield what a statement finds."""
        with self._lock:
            found = self._database.execute(statement, bindings)
        while True:
            with self._lock:
                row = next(found, None)
            if row is None:
                return
            yield row


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


@contextmanager
def exports_of(draft: Draft, handles: Sequence[int] | None) -> Iterator[Callable[[], list[Measured]]]:
    """Give what returns the exports of a draft once they are measured: at once, or beside what is written to other tables within.

    `handles` are the open files that its records are in, where a process of its own is to measure it.

    :raises OSError: that process has died.
    """
    if handles is None:
        measured = draft.measure()
        yield lambda: measured
    else:
        with apart(draft, handles) as asked:
            next(asked("open"))
            found = asked("measure")
            yield lambda: next(found)


def write(database: apsw.Connection, measured: Iterable[Measured]) -> None:
    """Write the parts of all exports, and what each comes to, in the place of what is there."""
    database.execute("DELETE FROM exports; DELETE FROM export_parts")
    for one in measured:
        database.executemany("INSERT INTO export_parts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", one.parts)
        database.execute("INSERT INTO exports VALUES (?, ?, ?)", (one.name, one.size, one.sha256))
