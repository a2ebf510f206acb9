"""Sets of rows: what stands in so many rows that to count it, or to cross it with others, row by row would take too long.

A set is a Roaring bitmap (Lemire, Kai and Kaser 2016, https://arxiv.org/abs/1603.06549) under a name and a value. To read one of a
million rows takes microseconds, and so does to count what two of them share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import apsw
from pyroaring import BitMap

from api.filters import BUCKETS
from schemas import Filter, Resource

from .layout import MOST_ROWS, packed
from .read import Snapshot

TABLE: Final = """
CREATE TABLE sets (id INTEGER PRIMARY KEY, name TEXT NOT NULL, value NOT NULL, size INTEGER NOT NULL, rows BLOB NOT NULL);
CREATE UNIQUE INDEX sets_by_value ON sets (name, value);
CREATE INDEX sets_by_size ON sets (name, size DESC, value);
CREATE TABLE few (name TEXT, value, rows BLOB NOT NULL, PRIMARY KEY (name, value)) WITHOUT ROWID;
CREATE TABLE frequent (name TEXT, size INTEGER, value, PRIMARY KEY (name, size DESC, value)) WITHOUT ROWID;
"""
LEAST: Final = 128  # rows that a value stands in for a set of its own; fewer are counted one by one
LEAST_TOGETHER: Final = 4  # rows of a value without a set of its own that are written together all the same; fewer are found one by one
SMALL: Final = 2048  # rows of a set that is read at once with its neighbours, and not looked for in memory
READ: Final = 4096  # values whose few rows are read at a time
ENTRY_BYTES: Final = 200  # of memory that a small set takes besides its rows
KEPT: Final = "SELECT rows FROM sets WHERE name = ?1 AND value = ?2 UNION ALL SELECT rows FROM few WHERE name = ?1 AND value = ?2"
WHOLE: Final = ""  # the value of a set that is the only one of its name


def every_name(collection: str) -> str:
    """Return the name of the set of all rows of a collection."""
    return collection


def value_name(resource: Resource, one: Filter, bucket: str = "") -> str:
    """Return the name of the sets of the values of a filter, or of the buckets of its dates."""
    return f"{resource.collection}.{one.name}:{bucket}" if bucket else f"{resource.collection}.{one.name}"


def any_name(name: str) -> str:
    """Return the name of the set of the rows that have any value of those that have sets of this name."""
    return f"{name} any"


def rare_name(name: str) -> str:
    """Return the name of the set of the rows that have a value without a set of its own."""
    return f"{name} rare"


def bucket_of(column: str, bucket: str) -> str:
    """Return the expression of the bucket of a day; one before all days is in none."""
    ending = " || '0s'" if bucket == "decade" else ""
    return f"CASE WHEN {column} <> '' THEN substr({column}, 1, {BUCKETS[bucket]}){ending} END"


def keep(database: apsw.Connection, name: str, value: Any, rows: Iterable[int]) -> None:
    """Write a set, in the place of the one that has its name and value."""
    made = rows if isinstance(rows, BitMap) else BitMap(rows)
    statement = (
        "INSERT INTO sets (name, value, size, rows) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (name, value) DO UPDATE SET size = excluded.size, rows = excluded.rows"
    )
    database.execute(statement, (name, value, len(made), packed(made)))


def kept(snapshot: Snapshot, name: str, value: Any) -> BitMap | None:
    """Return the rows of a name and a value that were written as a set or as few, or None; nobody changes what others may have."""
    remembered: BitMap | None = snapshot.memory.get((name, value))
    if remembered is not None:
        return remembered
    found = snapshot.rows(KEPT, (name, value))
    return _remembered(snapshot, name, value, found[0][0]) if found else None


def keep_few(database: apsw.Connection, name: str, value: Any, rows: BitMap) -> None:
    """Write the rows of a value that has no set of its own, so that they are read together; of the fewest they are not."""
    if len(rows) >= LEAST_TOGETHER:
        database.execute("INSERT INTO few VALUES (?, ?, ?)", (name, value, rows.serialize()))


def shared(snapshot: Snapshot, name: str, rows: BitMap) -> Iterator[tuple[Any, int]]:
    """Yield each value of a name whose few rows are written together, with how many of them are among some."""
    found = snapshot.rows("SELECT value, rows FROM few WHERE name = ? ORDER BY value LIMIT ?", (name, READ))
    while found:
        yield from ((value, rows.intersection_cardinality(BitMap.deserialize(written))) for value, written in found)
        following = "SELECT value, rows FROM few WHERE name = ? AND value > ? ORDER BY value LIMIT ?"
        found = snapshot.rows(following, (name, found[-1][0], READ))


def _remembered(snapshot: Snapshot, name: str, value: Any, written: bytes) -> BitMap:
    rows = BitMap.deserialize(written)
    snapshot.memory.keep((name, value), rows, len(written))
    return rows


def whole(snapshot: Snapshot, name: str) -> BitMap:
    """Return the one set of a name; the empty one where nothing stands in it."""
    return kept(snapshot, name, WHOLE) or BitMap()


def size_of(snapshot: Snapshot, name: str, value: Any) -> int | None:
    """Return how many rows the set of a name and a value holds, or None where none was written."""
    found = snapshot.rows("SELECT size FROM sets WHERE name = ? AND value = ?", (name, value))
    return found[0][0] if found else None


def several(snapshot: Snapshot, name: str, values: Sequence[Any]) -> dict[Any, BitMap]:
    """Return the rows of those of the values whose rows were written together."""
    return {value: rows for value in values if (rows := kept(snapshot, name, value)) is not None}


def by_size(snapshot: Snapshot, name: str, each: int) -> Iterator[tuple[Any, int, BitMap]]:
    """Yield value, size and rows of the sets of a name, the largest first, equal ones in order of value, read so many at a time."""
    for offset in range(0, MOST_ROWS, each):
        found = _some_by_size(snapshot, name, each, offset)
        for value, size, rows in found:
            yield value, size, rows if rows is not None else kept(snapshot, name, value) or BitMap()
        if len(found) < each:
            return


def _some_by_size(snapshot: Snapshot, name: str, each: int, offset: int) -> list[tuple[Any, int, BitMap | None]]:
    """Return value and size of some sets in order of size, and the rows of the smaller ones."""
    key = "by size", name, each, offset
    remembered: list[tuple[Any, int, BitMap | None]] | None = snapshot.memory.get(key)
    if remembered is not None:
        return remembered
    columns = f"value, size, CASE WHEN size < {SMALL} THEN rows END"
    found = snapshot.rows(f"SELECT {columns} FROM sets WHERE name = ? ORDER BY size DESC, value LIMIT ? OFFSET ?", (name, each, offset))
    made = [(value, size, BitMap.deserialize(rows) if rows else None) for value, size, rows in found]
    snapshot.memory.keep(key, made, sum(ENTRY_BYTES + len(rows or b"") for _, _, rows in found))
    return made


def rare(snapshot: Snapshot, name: str) -> tuple[int, BitMap]:
    """Return how many rows a value without a set of its own has less than, and the rows that have such a value."""
    ((least,),) = snapshot.rows("SELECT value FROM sets WHERE name = ?", (rare_name(name),))
    return least, kept(snapshot, rare_name(name), least) or BitMap()


def frequent(snapshot: Snapshot, name: str, limit: int) -> list[tuple[Any, int]]:
    """Return the most frequent values of a filter in the whole collection with their counts, equal ones in order of value."""
    return snapshot.rows("SELECT value, size FROM frequent WHERE name = ? ORDER BY size DESC, value LIMIT ?", (name, limit))


def more_than(snapshot: Snapshot, name: str, count: int) -> bool:
    """Say whether there are more sets of a name than so many."""
    return bool(snapshot.rows("SELECT 1 FROM sets WHERE name = ? LIMIT 1 OFFSET ?", (name, count)))
