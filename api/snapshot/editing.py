"""Replacing debates in a copy of a snapshot: their rows go, and the new ones get numbers where there is room for them.

After it every answer is the same as from a snapshot that is written from the beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import apsw

from schemas import BY_COLLECTION, BY_TYPE, Filter, Resource

from . import csv_lines, passages, search
from .changes import Changes, actors_of, blocks_of
from .compiling import Block, Compiled
from .copying import Parts, copy
from .crew import apart
from .holding import UnusableSnapshot, identity
from .layout import filter_table, is_date, own_sorts, sort_column
from .read import Snapshot
from .record_writing import Ahead, DraftRecords
from .records import aligned
from .streams import order
from .writing import PASSAGES, STEP, Writer

MOST_LEFT: Final = 0.5  # of the bytes of all records, that no place leads to any more
LARGE: Final = 1 << 26  # bytes of bodies, from which on they are copied while the database is edited
GROWTH: Final = 8  # the part of a database that it may grow by then
MERGED_PAGES: Final = 1_000  # of the index of words that a build brings together at most
# How a snapshot that is copied shows that it is damaged, when its pages or what stands in them are read.
DAMAGE: Final = (apsw.CorruptError, apsw.NotADBError, apsw.FullError, UnusableSnapshot, LookupError, TypeError, ValueError)


class NoRoom(Exception):
    """A debate does not fit where it would have to be, too much is of no use, or the copy is damaged: everything has to be written anew."""


@contextmanager
def sound() -> Iterator[None]:
    """Take what goes wrong within for damage of what is copied; where it is something else, it goes wrong again when all is written.

    :raises NoRoom: something did.
    """
    try:
        yield
    except DAMAGE as error:
        raise NoRoom from error


@dataclass(frozen=True, slots=True)
class Copied:
    """A snapshot on its way into a draft: what waits for its database, and how the bodies of its records come, if they do meanwhile."""

    snapshot: Snapshot
    wait: Callable[[], object]
    ahead: Ahead | None = None

    def database(self) -> None:
        """Wait until the database is in the draft.

        :raises NoRoom: another file has taken the name of the snapshot.
        :raises OSError: the draft cannot be written.
        """
        self.wait()
        if identity(self.snapshot.path) != self.snapshot.identity:
            raise NoRoom


@contextmanager
def copying(snapshot: Snapshot, target: Path, *, beside: bool) -> Iterator[Copied]:
    """Have the database of a snapshot copied into a file that is empty, and then, where these are many, the bodies of its records.

    `beside` lets a process of its own do it: the bodies come behind room for the database to grow, while that is edited.

    :raises NoRoom: too much of it is records that were replaced.
    """
    records = snapshot.records
    database, size = records.database, records.shape.size
    if records.shape.left > MOST_LEFT * size:
        raise NoRoom
    with target.open("r+b") as new:
        if beside and size >= LARGE:
            _, least, _ = replace(records.shape, bodies=0).bounds(database)
            place = aligned(least + database // GROWTH)
            new.truncate(place + size)  # or SQLite, which looks how long the file is, would cut off at the end what has come meanwhile
            parts = {"database": (0, database, 0), "bodies": (records.begin, size, place)}
            handles = records.handle, new.fileno()
            with apart(Parts(*handles, parts), handles) as asked:
                first, then = asked("database"), asked("bodies")
                yield Copied(snapshot, partial(next, first), Ahead(place, new.fileno(), partial(next, then)))
        else:
            yield Copied(snapshot, partial(copy, records.handle, 0, database, new.fileno(), 0))


class Editor:
    """Replaces debates in a database and its records."""

    def __init__(self, database: apsw.Connection, records: DraftRecords, changes: Changes) -> None:
        """Take both, a copy of a whole snapshot, and note of what goes in any case."""
        self.database, self.records = database, records
        self._words = passages.Counts(database)
        self._changed = changes
        self.writer = Writer(database, records, new=False, written=self._changed.coming)

    def _rows(self, statement: str, bindings: tuple[Any, ...] = ()) -> list[Any]:
        return list(self.database.execute(statement, bindings))

    def remove(self, debate: str) -> None:
        """Remove a debate."""
        for collection, first, last in blocks_of(self.database.execute, debate):
            if collection == PASSAGES:
                self._words.remove(first, last)
                passages.remove(self.database, debate, first, last)
            else:
                self._remove_rows(BY_COLLECTION[collection], first, last)
        self.database.execute("DELETE FROM blocks WHERE debate = ?", (debate,))
        self.database.execute("DELETE FROM integrity WHERE debate = ?", (debate,))
        self.database.execute("DELETE FROM inputs WHERE debate = ?", (debate,))

    def _remove_rows(self, resource: Resource, first: int, last: int) -> None:
        """Remove the rows of a collection from one to another."""
        if resource.type == "source":
            within = "source IN (SELECT id FROM sources WHERE row BETWEEN ? AND ?)"
            self.database.execute(f"DELETE FROM texts WHERE {within}", (first, last))
        for table in (resource.collection, *(filter_table(resource, one) for one in resource.filters)):
            self.database.execute(f"DELETE FROM {table} WHERE row BETWEEN ? AND ?", (first, last))
        self.records.remove(resource.collection, first, last)
        csv_lines.remove(self.database, resource.collection, first, last)
        least, _ = search.rows_of(resource)
        self.database.execute("DELETE FROM search WHERE rowid BETWEEN ? AND ?", (least + first, least + last))

    def add(self, made: Compiled) -> None:
        """Write a debate that is not there, or not any more.

        :raises NoRoom: it does not fit.
        """
        self.writer.write(made, lambda collection, count: self._room(collection, made.debate, count), self._debate_row(made.debate))
        self._words.add(made.passages)

    def revise(self, resource: Resource, row: int, made: Block) -> None:
        """Write the one record of a block in the place of one of the same id, which no word of a text tells from it."""
        pairs = {one.name: self._values(resource, one, row) for one in resource.filters}
        keys = ["id", *map(sort_column, own_sorts(resource))]
        ((_, *new, reference),) = made.rows
        ((*old,),) = self._rows(f"SELECT {', '.join(keys)} FROM {resource.collection} WHERE row = ?", (row,))
        other = [one for one in resource.filters if pairs[one.name] != [value[:-1] for value in made.pairs[one.name]]]
        if other or old != new:
            self._changed.leaving(resource.collection, row, row)
            self._changed.coming(resource.collection, made.documents, row)
        assigned = ", ".join(f"{name} = ?" for name in (*keys, "reference"))
        self.database.execute(f"UPDATE {resource.collection} SET {assigned} WHERE row = ?", (*new, reference, row))
        self._replace(resource.collection, row, *made.bodies)
        for one in other:
            self.database.execute(f"DELETE FROM {filter_table(resource, one)} WHERE row = ?", (row,))
        self.writer.pairs(resource, other, made, f"? + {row}")

    def _replace(self, collection: str, row: int, body: bytes) -> None:
        """Write the body of a record in the place of the one that it has."""
        ((_, before),) = self.records.between(collection, row, row)
        self.records.remove(collection, row, row)
        self.records.write(collection, row, [body])
        csv_lines.renew(self.database, self.records, collection, row, before=before, body=body)

    def _values(self, resource: Resource, one: Filter, row: int) -> list[Any]:
        """Return the values of a record in the table of a filter, in order."""
        columns = "value, last" if is_date(resource, one) else "value"
        return self._rows(f"SELECT {columns} FROM {filter_table(resource, one)} WHERE row = ? ORDER BY {columns}", (row,))

    def _room(self, collection: str, debate: str, count: int) -> tuple[int, int]:
        """Return the first of the rows for a debate, and how many there are."""
        blocks = self._rows("SELECT debate, first, last, reserved FROM blocks WHERE collection = ?", (collection,))
        before = [(last, first + reserved) for name, first, last, reserved in blocks if order(name) < order(debate)]
        behind = [first for name, first, _, _ in blocks if order(name) > order(debate)]
        free = max((last for last, _ in before), default=0) + 1
        end = min(behind, default=max(free, *(end for _, end in before), 1) + STEP + 2 * count)
        if end - free < count:
            raise NoRoom
        spare = (end - free - count) // 2  # what is free is shared with the debate before
        return free + spare, end - free - spare

    def _debate_row(self, debate: str) -> int:
        """Return the row for a debate among all debates."""
        ((before,),) = self._rows("SELECT coalesce(max(row), 0) FROM debates WHERE id < ?", (debate,))
        ((behind,),) = self._rows("SELECT min(row) FROM debates WHERE id > ?", (debate,))
        row: int = before + STEP if behind is None else (before + behind) // 2
        if row == before:
            raise NoRoom
        return row

    def remove_actors(self) -> None:
        """Remove all actors."""
        self._remove_rows(BY_TYPE["actor"], *actors_of(self.database.execute))

    def finish(self) -> None:
        """Bring up to date what is known of all debates at once."""
        self.writer.index_words()
        self._words.write()
        self._changed.renew(self.database)
        for table in ("search", "passage_words"):
            self.database.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', {MERGED_PAGES})")
