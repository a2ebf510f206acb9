"""Reading a snapshot: records by id, pages of a query, source texts. Together with its neighbours the only place that knows SQL."""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import apsw

from schemas import BY_TYPE, Resource
from schemas.problems import nearest

from . import budget
from .budget import Budget, TooCostly
from .holding import UnusableSnapshot, hold, identity, let_go
from .layout import APPLICATION_ID, FORMAT, HEADER_BYTES, MAGIC, as_numbers, software
from .memory import Memory

NEIGHBOURS: Final = 500
MAPPED_BYTES: Final = 1 << 40  # more than a file has, so that all of it is mapped; its pages are shared by all workers
CACHED_KIB: Final = 2000
UNREADABLE: Final = (apsw.CantOpenError, apsw.CorruptError, apsw.IOError, apsw.NotADBError)
MOST_BOUND: Final = 1000


def verify(path: Path) -> None:
    """Look at a file's header and size.

    :raises UnusableSnapshot: it is not one whole snapshot of this version.
    """
    try:
        if path.exists() and not path.is_file():
            raise UnusableSnapshot(f"{path} is no regular file; build a snapshot with `rostrum build`")
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
        size = path.stat().st_size
    except OSError as error:
        raise UnusableSnapshot(f"the snapshot {path} cannot be read: {error.strerror}; build it with `rostrum build`") from error
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC) or _number(header, 68) != APPLICATION_ID:
        raise UnusableSnapshot(f"{path} is no snapshot; build one with `rostrum build`")
    if _number(header, 60) != FORMAT:
        raise UnusableSnapshot(f"the snapshot {path} has format {_number(header, 60)} where this version reads {FORMAT}; build it again")
    page_size = int.from_bytes(header[16:18], "big")
    if _number(header, 28) * (65536 if page_size == 1 else page_size) != size:
        raise UnusableSnapshot(f"the snapshot {path} is truncated: {size} bytes are not what its header says; build it again")


def _number(header: bytes, offset: int) -> int:
    return int.from_bytes(header[offset : offset + 4], "big")


def _occurrences(hit: apsw.FTS5ExtensionApi, *_: Any) -> int:
    """Return how often what was searched for stands in a record."""
    return hit.inst_count


class _Thread:
    """Stands for a thread, for as long as it lives."""


class Snapshot:
    """An open snapshot; one connection for each thread that reads.

    It is one file from beginning to end: a thread that comes when another file has taken the name reads through the first connection.
    The connection of a thread that has ended is the next one's. None is closed while a thread ends: closing calls Python, which has
    left a thread of the server's by then.
    """

    def __init__(self, path: Path) -> None:
        """Open a snapshot.

        :raises UnusableSnapshot: it cannot be served.
        """
        self.path = path
        self._local = threading.local()
        self._budget = Budget()
        self._sharing = threading.Lock()
        self._lent: list[tuple[weakref.ref[_Thread], apsw.Connection]] = []
        handle, self.identity = hold(path)
        weakref.finalize(self, let_go, handle).atexit = False
        verify(path)
        self._first = self._local.connection = self._opened()
        try:
            meta: dict[str, str] = dict(self.rows("SELECT key, value FROM meta"))
        except apsw.SQLError as error:
            raise UnusableSnapshot(f"the snapshot {path} is damaged: {error}; build it again") from error
        if meta.get("complete") != "yes":
            raise UnusableSnapshot(f"the snapshot {path} is incomplete; build it again")
        if meta["software"] != software():
            raise UnusableSnapshot(f"the snapshot {path} was built by another version of the software; build it again")
        self.digest: str = meta["digest"]
        self.about: dict[str, Any] = json.loads(meta["about"])
        self.counts: dict[str, int] = json.loads(meta["counts"])
        self.memory = Memory()

    def begin(self, steps: int | None) -> None:
        """Let this thread take so many steps of the database's machine from now on, or any number of them."""
        self._budget.left = steps

    def rows(self, statement: str, bindings: Sequence[Any] = ()) -> list[Any]:
        """Return what a statement finds, read through this thread's connection.

        :raises UnusableSnapshot: the file cannot be read, or not any more.
        :raises TooCostly: it takes more steps than there are left.
        """
        try:
            connection = getattr(self._local, "connection", None) or self._connected()
            if connection is self._first:
                with self._sharing:
                    return list(connection.execute(statement, bindings))
            return list(connection.execute(statement, bindings))
        except apsw.InterruptError as error:
            raise TooCostly from error
        except UNREADABLE as error:
            raise UnusableSnapshot(f"the snapshot {self.path} is damaged: {error}; build it again") from error

    def _connected(self) -> apsw.Connection:
        """Return the connection of this thread from now on: a free one, a new one, or the first where the name leads to another file."""
        self._local.thread = _Thread()
        with self._sharing:
            free = next((pair for pair in self._lent if pair[0]() is None), None)
            if free:
                self._lent.remove(free)
            try:
                found = free[1] if free else self._opened()
                self._lent.append((weakref.ref(self._local.thread), found))
            except UnusableSnapshot:
                found = self._first
        self._local.connection = found
        return found

    def _opened(self) -> apsw.Connection:
        """Return a new connection.

        :raises UnusableSnapshot: the file cannot be opened, or is not the one that was.
        """
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        try:
            connection = apsw.Connection(f"{self.path.absolute().as_uri()}?immutable=1", flags=flags)
        except UNREADABLE as error:
            raise UnusableSnapshot(f"the snapshot {self.path} is damaged: {error}; build it again") from error
        if identity(self.path) != self.identity:
            raise UnusableSnapshot(f"the snapshot {self.path} was replaced; open it again")
        connection.set_progress_handler(self._budget.spend, budget.STEPS_AT_ONCE)
        connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}; PRAGMA cache_size = -{CACHED_KIB}")
        try:
            connection.register_fts5_function("occurrences", _occurrences)
        except (*UNREADABLE, apsw.NoFTS5Error) as error:  # the file is read for it
            raise UnusableSnapshot(f"the snapshot {self.path} is damaged: {error}; build it again") from error
        return connection

    def check(self) -> None:
        """Look at the file and read one row.

        :raises UnusableSnapshot: the file cannot be read any more.
        """
        verify(self.path)
        self.rows("SELECT value FROM meta WHERE key = 'digest'")

    def item(self, resource: Resource, served: str) -> bytes | None:
        """Return a record's public form as JSON, or None where the id names none."""
        found = self.rows(f"SELECT body FROM {resource.collection} WHERE id = ?", (served,))
        return found[0][0] if found else None

    def first(self, resource: Resource) -> str | None:
        """Return the id of the first record of a collection."""
        found = self.rows(f"SELECT id FROM {resource.collection} ORDER BY row LIMIT 1")
        return found[0][0] if found else None

    def text(self, source: str) -> bytes | None:
        """Return the text of a source in UTF-8."""
        found = self.rows("SELECT text FROM texts WHERE source = ?", (source,))
        return found[0][0] if found else None

    def missing(self, type_: str, ids: Iterable[str]) -> list[str]:
        """Return those of the ids that name no record of a type, in their order."""
        asked = list(ids)
        marks = ",".join("?" * len(asked))
        known = {row[0] for row in self.rows(f"SELECT id FROM {BY_TYPE[type_].collection} WHERE id IN ({marks})", asked)}
        return [served for served in asked if served not in known]

    def nearest(self, type_: str, served: str) -> str | None:
        """Return the id of a type that is spelled most like this one, among its neighbours and those in a debate of that short id."""
        name, served = BY_TYPE[type_].collection, served.lower()
        near = self.rows(
            f"SELECT id FROM (SELECT id FROM {name} WHERE id >= ?1 ORDER BY id LIMIT ?2) UNION "
            f"SELECT id FROM (SELECT id FROM {name} WHERE id < ?1 ORDER BY id DESC LIMIT ?2)",
            (served, NEIGHBOURS),
        )
        within = self.rows(
            f"SELECT id FROM {name} WHERE id IN (SELECT id || '.' || ?1 FROM debates LIMIT ?2)",
            (served.rpartition(".")[2], NEIGHBOURS),
        )
        return within[0][0] if within else nearest(served, {row[0] for row in near})

    def integrity(self, debates: Sequence[str]) -> list[bytes]:
        """Return the integrity reports of some debates, of all without any, in order of id."""
        where = f" WHERE debate IN ({','.join('?' * len(debates))})" if debates else ""
        return [row[0] for row in self.rows(f"SELECT report FROM integrity{where} ORDER BY debate", debates)]

    def bodies(self, type_: str, ids: Iterable[str]) -> list[bytes]:
        """Return the public forms of those of the ids that name a record of a type, in order of id."""
        asked = sorted(ids)
        found: list[bytes] = []
        for first in range(0, len(asked), MOST_BOUND):
            part = asked[first : first + MOST_BOUND]
            statement = f"SELECT body FROM {BY_TYPE[type_].collection} WHERE id IN ({','.join('?' * len(part))}) ORDER BY id"
            found += [row[0] for row in self.rows(statement, part)]
        return found

    def bodies_at(self, resource: Resource, numbers: Iterable[int]) -> list[bytes]:
        """Return the public forms at some rows of a collection, in the order in which their numbers are given."""
        statement = f"SELECT body FROM carray(?) CROSS JOIN {resource.collection} ON row = value"  # row by row, the numbers as they come
        return [body for (body,) in self.rows(statement, (as_numbers(numbers),))]

    def references(self, type_: str, ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the reference object of each id that names a record of a type."""
        statement = f"SELECT id, reference FROM {BY_TYPE[type_].collection} WHERE id IN ({','.join('?' * len(ids))})"
        return {served: json.loads(reference) for served, reference in self.rows(statement, ids)}
