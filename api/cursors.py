"""Cursors: where a walk through a query goes on, as an opaque text that belongs to that query and that dataset.

A cursor holds the row of the last record and not the keys that it is sorted by: a snapshot never changes, so they can be looked up.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from typing import Final

START: Final = "*"
SHORT: Final = 6
LAYOUT: Final = struct.Struct(f">{SHORT}s{SHORT}s{SHORT}sqq")  # check, dataset, query, total, row
AGAIN: Final = "begin again with cursor=*"
NOT_GIVEN_OUT: Final = f"is no cursor that was given out; {AGAIN}"


class BadCursor(ValueError):
    """The text is no cursor of this query; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Position:
    """The row behind which a walk goes on, and how many records the whole walk finds."""

    row: int
    total: int


def write(position: Position, query: str, digest: str) -> str:
    """Return the cursor for a position in a query of a dataset."""
    dataset, of = _short(digest), _short(query)
    checked = LAYOUT.pack(_check(dataset, of, position), dataset, of, position.total, position.row)
    return base64.urlsafe_b64encode(checked).decode().rstrip("=")


def read(cursor: str, query: str, digest: str) -> Position:
    """Return the position that a cursor holds. Its check is no secret: whether there is such a row is for the snapshot to say.

    :raises BadCursor: it was changed, belongs to another query, or to another dataset.
    """
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        check, dataset, of, total, row = LAYOUT.unpack(raw)
    except (UnicodeError, binascii.Error, struct.error) as error:
        raise BadCursor("is no cursor; begin with cursor=* and follow links.next") from error
    if check != _check(dataset, of, Position(row, total)):
        raise BadCursor(NOT_GIVEN_OUT)
    if dataset != _short(digest):
        raise BadCursor(f"is from another version of the dataset; {AGAIN}")
    if of != _short(query):
        raise BadCursor(f"belongs to another query; send it with the parameters it was given for, or {AGAIN}")
    return Position(row, total)


def _short(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:SHORT]


def _check(dataset: bytes, query: bytes, position: Position) -> bytes:
    """Return what tells a cursor that was given out from one that was cut or miscopied."""
    seen = b"%b %b %d %d" % (dataset, query, position.total, position.row)
    return hashlib.sha256(b"rostrum cursor\n" + seen).digest()[:SHORT]
