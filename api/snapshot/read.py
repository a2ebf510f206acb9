"""Reading a snapshot: records by id, pages of a query, source texts. Together with its neighbours the only place that knows SQL."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import apsw

from api.query import Clause, Query
from schemas import BY_TYPE, RESOURCES, Resource
from schemas.dates import period
from schemas.paths import end
from schemas.problems import nearest

from .layout import APPLICATION_ID, FORMAT, filter_table, software, sort_column

HEADER_BYTES: Final = 100
NEIGHBOURS: Final = 500
COMPARISONS: Final = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}


class UnusableSnapshot(Exception):
    """The file cannot be served: it is missing, truncated, no snapshot, or of another version; the message says which."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a query found: how many in all, and this page's records in their public form."""

    total: int
    bodies: Sequence[bytes]


def verify(path: Path) -> None:
    """Look at a file's header and size.

    :raises UnusableSnapshot: it is not one whole snapshot of this version.
    """
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
        size = path.stat().st_size
    except OSError as error:
        raise UnusableSnapshot(f"the snapshot {path} cannot be read: {error.strerror}; build it with `rostrum build`") from error
    if len(header) < HEADER_BYTES or not header.startswith(b"SQLite format 3\x00") or _number(header, 68) != APPLICATION_ID:
        raise UnusableSnapshot(f"{path} is no snapshot; build one with `rostrum build`")
    if _number(header, 60) != FORMAT:
        raise UnusableSnapshot(f"the snapshot {path} has format {_number(header, 60)} where this version reads {FORMAT}; build it again")
    page_size = int.from_bytes(header[16:18], "big")
    if _number(header, 28) * (65536 if page_size == 1 else page_size) != size:
        raise UnusableSnapshot(f"the snapshot {path} is truncated: {size} bytes are not what its header says; build it again")


def _number(header: bytes, offset: int) -> int:
    return int.from_bytes(header[offset : offset + 4], "big")


class Snapshot:
    """An open snapshot; one connection for each thread that reads."""

    def __init__(self, path: Path) -> None:
        """Open a snapshot.

        :raises UnusableSnapshot: it cannot be served.
        """
        verify(path)
        self.path = path
        self._local = threading.local()
        try:
            meta: dict[str, str] = dict(self._rows("SELECT key, value FROM meta"))
        except apsw.Error as error:
            raise UnusableSnapshot(f"the snapshot {path} is damaged: {error}; build it again") from error
        if meta.get("complete") != "yes":
            raise UnusableSnapshot(f"the snapshot {path} is incomplete; build it again")
        if meta["software"] != software():
            raise UnusableSnapshot(f"the snapshot {path} was built by another version of the software; build it again")
        self.digest: str = meta["digest"]
        self.about: dict[str, Any] = json.loads(meta["about"])
        self.counts: dict[str, int] = json.loads(meta["counts"])

    def _rows(self, statement: str, bindings: Sequence[Any] = ()) -> list[Any]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
            connection = apsw.Connection(f"{self.path.absolute().as_uri()}?immutable=1", flags=flags)
            connection.execute("PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -2000")
            self._local.connection = connection
        return list(connection.execute(statement, bindings))

    def check(self) -> None:
        """Read one row.

        :raises apsw.Error: the file cannot be read any more.
        """
        self._rows("SELECT value FROM meta WHERE key = 'digest'")

    def item(self, resource: Resource, served: str) -> bytes | None:
        """Return a record's public form as JSON, or None where the id names none."""
        found = self._rows(f"SELECT body FROM {resource.collection} WHERE id = ?", (served,))
        return found[0][0] if found else None

    def first(self, resource: Resource) -> str | None:
        """Return the id of the first record of a collection."""
        found = self._rows(f"SELECT id FROM {resource.collection} ORDER BY row LIMIT 1")
        return found[0][0] if found else None

    def text(self, source: str) -> bytes | None:
        """Return the text of a source in UTF-8."""
        found = self._rows("SELECT text FROM texts WHERE source = ?", (source,))
        return found[0][0] if found else None

    def missing(self, type_: str, ids: Iterable[str]) -> list[str]:
        """Return those of the ids that name no record of a type, in their order."""
        asked = list(ids)
        marks = ",".join("?" * len(asked))
        known = {row[0] for row in self._rows(f"SELECT id FROM {BY_TYPE[type_].collection} WHERE id IN ({marks})", asked)}
        return [served for served in asked if served not in known]

    def nearest(self, type_: str, served: str) -> str | None:
        """Return the id of a type that is spelled most like this one, among its neighbours and those in a debate of that short id."""
        name = BY_TYPE[type_].collection
        near = self._rows(
            f"SELECT id FROM (SELECT id FROM {name} WHERE id >= ?1 ORDER BY id LIMIT ?2) UNION "
            f"SELECT id FROM (SELECT id FROM {name} WHERE id < ?1 ORDER BY id DESC LIMIT ?2)",
            (served, NEIGHBOURS),
        )
        within = self._rows(
            f"SELECT id FROM {name} WHERE id IN (SELECT id || '.' || ?1 FROM debates LIMIT ?2)",
            (served.rpartition(".")[2], NEIGHBOURS),
        )
        return within[0][0] if within else nearest(served, {row[0] for row in near})

    def page(self, query: Query) -> Page:
        """Return one page of what a query finds, and how many it finds in all."""
        name = query.resource.collection
        where, bindings = _where(query)
        total = self._rows(f"SELECT count(*) FROM {name}{where}", bindings)[0][0] if where else self.counts[name]
        if query.per_page == 0 or query.offset >= total:
            return Page(total, ())
        statement = f"SELECT body FROM {name}{where} ORDER BY {_order(query)} LIMIT ? OFFSET ?"
        return Page(total, [row[0] for row in self._rows(statement, [*bindings, query.per_page, query.offset])])


def _where(query: Query) -> tuple[str, list[Any]]:
    """Return the WHERE of a query, or nothing where it takes all, and what is bound in it."""
    parts, bindings = [], []
    if query.ids is not None:
        parts.append(f"id IN ({','.join('?' * len(query.ids))})")
        bindings += query.ids
    for clause in query.clauses:
        part, bound = _clause(query.resource, clause)
        parts.append(part)
        bindings += bound
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), bindings


def _clause(resource: Resource, clause: Clause) -> tuple[str, list[Any]]:
    """Return the SQL of one clause and what is bound in it."""
    table = filter_table(resource, clause.filter)
    operator, values = clause.operator, list(clause.values)
    if operator == "exists":
        return f"row {'' if values[0] else 'NOT '}IN (SELECT row FROM {table})", []
    if end(resource, clause.filter.steps, clause.filter.target).kind == "date":
        return _date_clause(table, operator, values)
    if operator in COMPARISONS:
        return f"row IN (SELECT row FROM {table} WHERE value {COMPARISONS[operator]} ?)", values
    if operator == "all":
        return " AND ".join([f"row IN (SELECT row FROM {table} WHERE value = ?)"] * len(values)), values
    return f"row {'NOT ' if operator == 'not' else ''}IN (SELECT row FROM {table} WHERE value IN ({','.join('?' * len(values))}))", values


def _date_clause(table: str, operator: str, dates: Sequence[str]) -> tuple[str, list[Any]]:
    """Compare by the first day for upper and by the last day for lower bounds; equal is what lies wholly within."""
    first, last = _days(dates[0])
    comparison = {
        "gte": ("last >= ?", [first]),
        "gt": ("last > ?", [last]),
        "lte": ("value <= ?", [last]),
        "lt": ("value < ?", [first]),
    }.get(operator)
    if comparison is None:
        each = " OR ".join(["(value >= ? AND last <= ?)"] * len(dates))
        comparison = each, [day for date in dates for day in _days(date)]
    return f"row {'NOT ' if operator == 'not' else ''}IN (SELECT row FROM {table} WHERE {comparison[0]})", comparison[1]


def _days(date: str) -> tuple[str, str]:
    """Return the first and the last day of a year, a month or a day."""
    found = period(date)
    return str(found.earliest), str(found.latest)


def _order(query: Query) -> str:
    """Return the ORDER BY of a query; missing values last in either direction, the id as the last key."""
    if not query.sort:
        return "row"
    keys = [f"{sort_column(key.name)} {'DESC' if key.descending else 'ASC'} NULLS LAST" for key in query.sort]
    return ", ".join([*keys, "id"])


__all__ = ["RESOURCES", "Page", "Snapshot", "UnusableSnapshot", "verify"]
