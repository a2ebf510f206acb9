"""Cursors: where a walk through a query goes on, as an opaque text that belongs to that query and that dataset."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final

START: Final = "*"
MOST_CHARACTERS: Final = 2048
CHECK_BYTES: Final = 6


class BadCursor(ValueError):
    """The text is no cursor of this query; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Position:
    """Behind which sort keys a walk goes on, and how many records the whole walk finds."""

    keys: tuple[Any, ...]
    total: int


def write(position: Position, query: str, digest: str) -> str:
    """Return the cursor for a position in a query of a dataset."""
    payload = json.dumps([_short(digest), _short(query), position.total, *position.keys], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_check(payload) + payload).decode().rstrip("=")


def read(cursor: str, query: str, digest: str) -> Position:
    """Return the position that a cursor holds.

    :raises BadCursor: it was changed, belongs to another query, or to another dataset.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        check, payload = raw[:CHECK_BYTES], raw[CHECK_BYTES:]
        if check != _check(payload):
            raise BadCursor("is no cursor that was given out; begin again with cursor=*")
        of_dataset, of_query, total, *keys = json.loads(payload)
    except (UnicodeError, binascii.Error) as error:
        raise BadCursor("is no cursor; begin with cursor=* and follow links.next") from error
    if of_dataset != _short(digest):
        raise BadCursor("is from another version of the dataset; begin again with cursor=*")
    if of_query != _short(query):
        raise BadCursor("belongs to another query; send it with the parameters it was given for, or begin again with cursor=*")
    return Position(tuple(keys), total)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _check(payload: bytes) -> bytes:
    """Return what tells a cursor that was given out from one that was made up or cut."""
    return hashlib.sha256(b"rostrum cursor\n" + payload).digest()[:CHECK_BYTES]
