"""Sets of rows: what stands in so many rows that to count it, or to cross it with others, row by row would take too long.

A set is a Roaring bitmap (Lemire, Kai and Kaser 2016, https://arxiv.org/abs/1603.06549) under a name and a value. To read one of a
million rows takes microseconds, and so does to count what two of them share.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import apsw
from pyroaring import BitMap

from .read import Snapshot

TABLE: Final = """
CREATE TABLE sets (id INTEGER PRIMARY KEY, name TEXT NOT NULL, value NOT NULL, size INTEGER NOT NULL, rows BLOB NOT NULL);
CREATE UNIQUE INDEX sets_by_value ON sets (name, value);
"""
LEAST: Final = 256  # rows that a value stands in for a set of its own; fewer are found one by one


def keep(database: apsw.Connection, name: str, value: Any, rows: Iterable[int]) -> None:
    """Write a set, in the place of the one that has its name and value."""
    made = rows if isinstance(rows, BitMap) else BitMap(rows)
    made.run_optimize()
    statement = (
        "INSERT INTO sets (name, value, size, rows) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (name, value) DO UPDATE SET size = excluded.size, rows = excluded.rows"
    )
    database.execute(statement, (name, value, len(made), made.serialize()))


def kept(snapshot: Snapshot, name: str, value: Any) -> BitMap | None:
    """Return the set of a name and a value, or None where none was written."""
    found = snapshot.rows("SELECT rows FROM sets WHERE name = ? AND value = ?", (name, value))
    return BitMap.deserialize(found[0][0]) if found else None
