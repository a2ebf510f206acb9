"""How long the records are in the index of words, in tokens: the rows of each length, and the lengths of some rows."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

import apsw
from pyroaring import BitMap

from .layout import MOST_ROWS, packed
from .read import Snapshot

CHUNK: Final = 32768  # rows whose lengths are read at once
WIDTH: Final = 1.6  # how much longer the longest record of a class of lengths may be than the shortest
TABLES: Final = """
CREATE TABLE lengths (id INTEGER PRIMARY KEY, type INTEGER NOT NULL, length INTEGER NOT NULL, size INTEGER NOT NULL, rows BLOB NOT NULL);
CREATE UNIQUE INDEX lengths_by_length ON lengths (type, length);
CREATE TABLE length_chunks (id INTEGER PRIMARY KEY, type INTEGER NOT NULL, chunk INTEGER NOT NULL, lengths BLOB NOT NULL);
CREATE UNIQUE INDEX length_chunks_by_chunk ON length_chunks (type, chunk);
"""
OF_ROWS: Final = "SELECT id, sz FROM search_docsize ORDER BY id"


def write(database: apsw.Connection) -> None:
    """Write the lengths of all records from the index of words, which is complete; the sets of one type are in memory at a time."""
    database.execute(TABLES)
    for type_, rows in groupby(database.execute(OF_ROWS), lambda row: row[0] // MOST_ROWS):
        _write_type(database, type_, ((rowid % MOST_ROWS, tokens(sizes)) for rowid, sizes in rows))


def _write_type(database: apsw.Connection, type_: int, rows: Iterator[tuple[int, int]]) -> None:
    """Write the lengths of all rows of a type, which come in order."""
    gathered: dict[int, list[int]] = {}
    for number, part in groupby(rows, lambda row: row[0] // CHUNK):
        chunk = array("I", [0]) * CHUNK
        for row, length in part:
            chunk[row % CHUNK] = length
            gathered.setdefault(length, []).append(row)
        _keep_chunk(database, type_, number, chunk)
    for length in sorted(gathered):
        _keep(database, type_, length, BitMap(gathered.pop(length)))


def replace(database: apsw.Connection, type_: int, blocks: Sequence[tuple[int, int]], lengths: Mapping[int, int]) -> None:
    """Write the lengths of the rows of some blocks, in the place of those that they had; a block is its first and its last row."""
    gathered: dict[int, BitMap] = {}
    for row, length in lengths.items():
        gathered.setdefault(length, BitMap()).add(row)
    found: list[Any] = database.execute("SELECT length, rows FROM lengths WHERE type = ?", (type_,)).fetchall()
    kept: dict[int, BitMap] = {length: BitMap.deserialize(rows) for length, rows in found}
    for length in kept.keys() | gathered.keys():
        rows = kept.get(length, BitMap())
        for first, last in blocks:
            rows.remove_range(first, last + 1)
        _keep(database, type_, length, rows | gathered.get(length, BitMap()))
    for number in sorted({row // CHUNK for block in blocks for row in range(block[0] - block[0] % CHUNK, block[1] + 1, CHUNK)}):
        _replace_in_chunk(database, type_, number, blocks, lengths)


def _replace_in_chunk(
    database: apsw.Connection, type_: int, number: int, blocks: Sequence[tuple[int, int]], lengths: Mapping[int, int]
) -> None:
    statement = "SELECT lengths FROM length_chunks WHERE type = ? AND chunk = ?"
    found: list[Any] = database.execute(statement, (type_, number)).fetchall()
    chunk = array("I", found[0][0] if found else bytes(4 * CHUNK))
    start = number * CHUNK
    for first, last in blocks:
        for row in range(max(first, start), min(last + 1, start + CHUNK)):
            chunk[row - start] = lengths.get(row, 0)
    _keep_chunk(database, type_, number, chunk)


def _keep_chunk(database: apsw.Connection, type_: int, number: int, chunk: array[int]) -> None:
    database.execute("DELETE FROM length_chunks WHERE type = ? AND chunk = ?", (type_, number))
    statement = "INSERT INTO length_chunks (type, chunk, lengths) VALUES (?, ?, ?)"
    database.execute(statement, (type_, number, chunk.tobytes()))


def _keep(database: apsw.Connection, type_: int, length: int, rows: BitMap) -> None:
    """Write the rows of a length, in the place of those that are there."""
    database.execute("DELETE FROM lengths WHERE type = ? AND length = ?", (type_, length))
    if rows:
        statement = "INSERT INTO lengths (type, length, size, rows) VALUES (?, ?, ?, ?)"
        database.execute(statement, (type_, length, len(rows), packed(rows)))


def tokens(sizes: bytes) -> int:
    """Return how many tokens a record has in all columns: SQLite's variable-length integers, one a column, added up."""
    total = value = 0
    for byte in sizes:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            total, value = total + value, 0
    return total


class Lengths:
    """The lengths of the records of a snapshot, read as they are asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Read how many records of each length there are."""
        self._snapshot = snapshot
        self._sets: dict[tuple[int, int], BitMap] = {}
        self._chunks: dict[tuple[int, int], memoryview] = {}
        self._of: dict[int, list[int]] = {}
        self.records = tokens_ = 0
        for type_, length, size in snapshot.rows("SELECT type, length, size FROM lengths ORDER BY type, length"):
            self._of.setdefault(type_, []).append(length)
            self.records += size
            tokens_ += size * length
        self.mean = tokens_ / max(1, self.records)
        self._classes = {type_: _classes(lengths) for type_, lengths in self._of.items()}
        self._of_class: dict[tuple[int, int], BitMap] = {}
        self._within: dict[tuple[int, int], list[tuple[int, BitMap]]] = {}

    def rows(self, type_: int, length: int) -> BitMap:
        """Return the rows of a type that have a length."""
        found = self._sets.get((type_, length))
        if found is None:
            statement = "SELECT rows FROM lengths WHERE type = ? AND length = ?"
            found = BitMap.deserialize(self._snapshot.rows(statement, (type_, length))[0][0])
            self._sets[type_, length] = found
        return found

    def classes(self, type_: int) -> Sequence[tuple[int, int]]:
        """Return the classes that the lengths of a type fall into: the first length of each, and the first behind it."""
        return self._classes[type_]

    def within(self, type_: int, number: int) -> Sequence[tuple[int, BitMap]]:
        """Return the lengths in a class of a type, in order, each with the rows that have it."""
        found = self._within.get((type_, number))
        if found is None:
            first, behind = self._classes[type_][number]
            found = [(length, self.rows(type_, length)) for length in self._of[type_] if first <= length < behind]
            self._within[type_, number] = found
        return found

    def of_class(self, type_: int, number: int) -> BitMap:
        """Return the rows of a class of lengths of a type."""
        found = self._of_class.get((type_, number))
        if found is None:
            found = BitMap.union(*(rows for _, rows in self.within(type_, number)))
            self._of_class[type_, number] = found
        return found

    def at(self, type_: int, rows: Sequence[int]) -> list[int]:
        """Return the lengths of a few rows of a type."""
        return [self._chunk(type_, row // CHUNK)[row % CHUNK] for row in rows]

    def _chunk(self, type_: int, number: int) -> memoryview:
        found = self._chunks.get((type_, number))
        if found is None:
            statement = "SELECT lengths FROM length_chunks WHERE type = ? AND chunk = ?"
            found = memoryview(self._snapshot.rows(statement, (type_, number))[0][0]).cast("I")
            self._chunks[type_, number] = found
        return found


def _classes(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Return lengths in classes, each from one length to below another."""
    classes: list[tuple[int, int]] = []
    for length in lengths:
        if classes and length <= classes[-1][0] * WIDTH:
            classes[-1] = classes[-1][0], length + 1
        else:
            classes.append((length, length + 1))
    return classes
