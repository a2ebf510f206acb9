"""The lines of CSV of records, as the exports hold them: written once for each debate, compressed, in pieces of some rows."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import apsw
import zstandard

from api.formats import csv
from schemas import BY_COLLECTION, Resource
from schemas.canonical import Body

from .holding import UnusableSnapshot
from .records import Bodies

TABLE: Final = """
CREATE TABLE csv_lines (id INTEGER PRIMARY KEY, collection TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  size INTEGER NOT NULL, lines BLOB NOT NULL);
CREATE UNIQUE INDEX csv_lines_by_first ON csv_lines (collection, first, last, size);
"""
INSERT: Final = "INSERT INTO csv_lines (collection, first, last, size, lines) VALUES"
PIECE_BYTES: Final = 1 << 18  # of records whose lines are compressed together
LEVEL: Final = 1  # of zstd; higher ones take much longer and save little

Piece = tuple[int, int, int, bytes]  # the first and the last row, the length of their lines in bytes, and the lines, compressed


class _Coding(threading.local):
    """What compresses and decompresses in a thread: to make it takes longer than to use it."""

    def __init__(self) -> None:
        """Make it; what it compresses has a checksum."""
        self.compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        self.decompressor = zstandard.ZstdDecompressor()


_CODING: Final = _Coding()


def packed(lines: bytes) -> bytes:
    """Return lines as they are held."""
    return _CODING.compressor.compress(lines)


def unpacked(held: bytes, size: int) -> bytes:
    """Return lines, given how they are held and how many bytes they are.

    :raises UnusableSnapshot: they are damaged.
    """
    try:
        if zstandard.frame_content_size(held) == size:  # else it might be any number, and as much memory be asked for
            return _CODING.decompressor.decompress(held)
    except zstandard.ZstdError:
        pass
    raise UnusableSnapshot("lines of CSV are damaged; build the snapshot again")


def pieces(resource: Resource, records: Sequence[Mapping[str, Any]], bodies: Sequence[bytes]) -> Iterator[Piece]:
    """Yield the lines of records, given as they are and as bytes; the first has the row 0."""
    first = held = 0
    for row, body in enumerate(bodies):
        if row > first and held + len(body) > PIECE_BYTES:
            yield first, row - 1, *_compressed(resource, records[first:row])
            first, held = row, 0
        held += len(body)
    if bodies:
        yield first, len(bodies) - 1, *_compressed(resource, records[first:])


def _compressed(resource: Resource, records: Iterable[Mapping[str, Any]]) -> tuple[int, bytes]:
    lines = csv.lines_of(resource, records, None)
    return len(lines), packed(lines)


def write(database: apsw.Connection, collection: str, made: Iterable[Piece], first: int, step: int) -> None:
    """Write the lines of some records, of which one has the row `first`, and each of the others `step` more than the one before."""
    row = f"? * {step} + {first}"
    database.executemany(f"{INSERT} ('{collection}', {row}, {row}, ?, ?)", made)


def remove(database: apsw.Connection, collection: str, first: int, last: int) -> None:
    """Remove the lines of a debate, whose records have the rows from one to another."""
    database.execute("DELETE FROM csv_lines WHERE collection = ? AND first BETWEEN ? AND ?", (collection, first, last))


def renew(database: apsw.Connection, records: Bodies, collection: str, row: int, *, before: Body, body: bytes) -> None:
    """Write the lines of a row anew, whose record was another one before, in the piece that they are in."""
    resource = BY_COLLECTION[collection]
    statement = "SELECT id, first, last, size, lines FROM csv_lines WHERE collection = ? AND first <= ? ORDER BY first DESC LIMIT 1"
    ((number, first, last, size, held),) = database.execute(statement, (collection, row))
    lines, old = unpacked(held, size), csv.lines(resource, [before], None)
    if lines.count(old) == 1:
        lines = lines.replace(old, csv.lines(resource, [body], None))
    else:  # a text of another record holds the same lines
        lines = csv.lines(resource, [body for _, body in records.between(collection, first, last)], None)
    database.execute("UPDATE csv_lines SET size = ?, lines = ? WHERE id = ?", (len(lines), packed(lines), number))
