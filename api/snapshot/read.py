"""Reading a snapshot: records by id, pages of a query, source texts. Together with its neighbours the only place that knows SQL."""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import apsw

from api.remembering import Memory
from schemas import BY_TYPE, Resource
from schemas.canonical import Body
from schemas.problems import nearest

from .connections import Connections
from .holding import UnusableSnapshot, hold, let_go
from .layout import APPLICATION_ID, FORMAT, HEADER_BYTES, MAGIC, software
from .records import Records, Shape

# How many bytes of sets and runs a process keeps read, as they are written; what is smaller than the least is read as quickly.
MOST_KEPT: Final = 16 << 20
LEAST_KEPT: Final = 2048
NEIGHBOURS: Final = 500
MOST_BOUND: Final = 1000


def verify(path: Path) -> int:
    """Look at a file's header and size, and return how many bytes its database takes.

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
    database = _number(header, 28) * (65536 if page_size == 1 else page_size)
    if size < database:
        raise _truncated(path, size, database)
    return database


def _truncated(path: Path, size: int, whole: int) -> UnusableSnapshot:
    return UnusableSnapshot(f"the snapshot {path} is truncated: {size} bytes are not the {whole} that it says; build it again")


def _number(header: bytes, offset: int) -> int:
    return int.from_bytes(header[offset : offset + 4], "big")


class Snapshot:
    """An open snapshot, which any thread may read."""

    def __init__(self, path: Path) -> None:
        """Open a snapshot.

        :raises UnusableSnapshot: it cannot be served.
        """
        self.path = path
        self._handle, self.identity = hold(path)
        weakref.finalize(self, let_go, self._handle).atexit = False
        database = verify(path)
        self._connections = Connections(path, self.identity)
        try:
            meta: dict[str, str] = dict(self.rows("SELECT key, value FROM meta"))
        except apsw.SQLError as error:
            raise self._connections.damage(error) from error
        if meta.get("complete") != "yes":
            raise UnusableSnapshot(f"the snapshot {path} is incomplete; build it again")
        if meta.get("software") != software():
            raise UnusableSnapshot(f"the snapshot {path} was built by another version of the software; build it again")
        try:
            shape = Shape(**json.loads(meta["records"]))
            self.digest: str = meta["digest"]
            self.about: dict[str, Any] = json.loads(meta["about"])
            self.counts: dict[str, int] = json.loads(meta["counts"])
            self.stamp: Mapping[str, str] = {"version": self.about["version"], "digest": self.digest}
        except (LookupError, TypeError, ValueError) as error:
            raise self._connections.damage(error) from error
        *_, self._size = shape.bounds(database)
        self._check_size()
        self.records = Records(self._handle, database, shape)
        self.memory = Memory(MOST_KEPT, LEAST_KEPT)

    def begin(self, steps: int | None) -> None:
        """Let this thread take so many steps of the database's machine from now on, or any number of them."""
        self._connections.budget.left = steps

    def rows(self, statement: str, bindings: Sequence[Any] = ()) -> list[Any]:
        """Return what a statement finds.

        :raises UnusableSnapshot: the file cannot be read, or not any more.
        :raises TooCostly: it takes more steps than there are left.
        """
        return self._connections.rows(statement, bindings)

    def check(self) -> None:
        """Look at the file and read one row.

        :raises UnusableSnapshot: the file cannot be read any more.
        """
        verify(self.path)
        self._check_size()
        self.rows("SELECT value FROM meta WHERE key = 'digest'")

    def _check_size(self) -> None:
        """Look at how long the file is that was opened.

        :raises UnusableSnapshot: it is not as long as it says.
        """
        size = os.fstat(self._handle).st_size
        if size != self._size:
            raise _truncated(self.path, size, self._size)

    def item(self, resource: Resource, served: str) -> Body | None:
        """Return a record's public form as JSON, or None where the id names none."""
        found = self.rows(f"SELECT row FROM {resource.collection} WHERE id = ?", (served,))
        return self.bodies_at(resource, found[0])[0] if found else None

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

    def bodies(self, type_: str, ids: Iterable[str]) -> list[Body]:
        """Return the public forms of those of the ids that name a record of a type, in order of id."""
        asked, resource = sorted(ids), BY_TYPE[type_]
        found: list[Body] = []
        for first in range(0, len(asked), MOST_BOUND):
            part = asked[first : first + MOST_BOUND]
            rows = self.rows(f"SELECT row FROM {resource.collection} WHERE id IN ({','.join('?' * len(part))}) ORDER BY id", part)
            found += self.bodies_at(resource, [row for (row,) in rows])
        return found

    def bodies_at(self, resource: Resource, numbers: Iterable[int]) -> Sequence[Body]:
        """Return the public forms at some rows of a collection, in the order in which their numbers are given.

        :raises UnusableSnapshot: there is no such row.
        """
        try:
            return self.records.at(resource.collection, numbers)
        except LookupError as error:
            raise self._connections.damage(error) from error

    def references(self, type_: str, ids: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the reference object of each id that names a record of a type."""
        statement = f"SELECT id, reference FROM {BY_TYPE[type_].collection} WHERE id IN ({','.join('?' * len(ids))})"
        return {served: json.loads(reference) for served, reference in self.rows(statement, ids)}
