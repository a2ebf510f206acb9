"""The connections to a snapshot: one for each thread that reads."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import apsw

from . import budget
from .budget import Budget, TooCostly
from .holding import Identity, UnusableSnapshot, identity

MAPPED_BYTES: Final = 1 << 40  # more than a file has, so that all of it is mapped; its pages are shared by all workers
CACHED_KIB: Final = 2000
UNREADABLE: Final = (apsw.CantOpenError, apsw.CorruptError, apsw.IOError, apsw.NotADBError)


class _Thread:
    """Stands for a thread, for as long as it lives."""


class Connections:
    """The connections to one file from beginning to end: a thread that comes when another file has taken the name reads through the first.

    The connection of a thread that has ended is the next one's. None is closed while a thread ends: closing calls Python, which has
    left a thread of the server's by then.
    """

    def __init__(self, path: Path, seen: Identity) -> None:
        """Open the file that was seen at a path.

        :raises UnusableSnapshot: it cannot be opened, or is not the one that was seen.
        """
        self.budget = Budget()
        self._path, self._seen = path, seen
        self._local = threading.local()
        self._sharing = threading.Lock()
        self._lent: list[tuple[weakref.ref[_Thread], apsw.Connection]] = []
        self._first = self._local.connection = self._opened()

    def rows(self, statement: str, bindings: Sequence[Any]) -> list[Any]:
        """Return what a statement finds, through this thread's connection.

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
            raise self.damage(error) from error

    def damage(self, error: Exception) -> UnusableSnapshot:
        """Return what says that the file is damaged."""
        return UnusableSnapshot(f"the snapshot {self._path} is damaged: {error}; build it again")

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
            connection = apsw.Connection(f"{self._path.absolute().as_uri()}?immutable=1", flags=flags)
        except UNREADABLE as error:
            raise self.damage(error) from error
        if identity(self._path) != self._seen:
            raise UnusableSnapshot(f"the snapshot {self._path} was replaced; open it again")
        connection.set_progress_handler(self.budget.spend, budget.STEPS_AT_ONCE)
        connection.pragma("mmap_size", MAPPED_BYTES)
        connection.pragma("cache_size", -CACHED_KIB)
        try:
            connection.register_fts5_function("occurrences", _occurrences)
        except (*UNREADABLE, apsw.NoFTS5Error) as error:  # the file is read for it
            raise self.damage(error) from error
        return connection


def _occurrences(hit: apsw.FTS5ExtensionApi, *_: Any) -> int:
    """Return how often what was searched for stands in a record."""
    return hit.inst_count
