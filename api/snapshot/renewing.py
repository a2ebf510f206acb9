"""The sets of words brought up to date where some blocks of rows of a collection were written anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

import apsw
import orjson
from pyroaring import BitMap

from schemas import BY_COLLECTION, RESOURCES, Resource

from . import lengths
from .levels import Levels, counted
from .postings import BEGINNING, LABEL, LABEL_BEGINNING, STEM, Postings, hits_of, keep_list
from .search import BETWEEN_FIELDS, document

Token = tuple[str, str]  # its kind, and what it is
Block = tuple[int, int]  # the first and the last row


def touched(database: apsw.Connection, collection: str, first: int, last: int) -> frozenset[Token]:
    """Return the tokens of the records in a block of rows: asked before these rows go, and again when others have come."""
    resource = BY_COLLECTION[collection]
    return frozenset(token for _, record in _records(database, resource, first, last) for token in _tokens(resource, record)[0])


def refresh(database: apsw.Connection, collection: str, blocks: Sequence[Block], notes: Iterable[frozenset[Token]]) -> None:
    """Bring the sets of words up to date for blocks of a collection that hold other records now.

    `notes` holds what `touched` returned for each block before; what it returned since may be among it and changes nothing.
    A token that is common by now and was not is found hit by hit as before.
    """
    resource = BY_COLLECTION[collection]
    standing: dict[Token, list[tuple[int, int]]] = {}
    sizes: dict[int, int] = {}
    for first, last in blocks:
        for row, record in _records(database, resource, first, last):
            counts, sizes[row] = _tokens(resource, record)
            for token, count in counts.items():
                standing.setdefault(token, []).append((row, count))
    type_ = RESOURCES.index(resource)
    lengths.replace(database, type_, blocks, sizes)
    for token in sorted(standing.keys() | frozenset[Token]().union(*notes)):
        _renew(database, type_, blocks, token, counted(standing.get(token, ())))


def _records(database: apsw.Connection, resource: Resource, first: int, last: int) -> Iterator[tuple[int, Any]]:
    statement = f"SELECT row, body FROM {resource.collection} WHERE row BETWEEN ? AND ? ORDER BY row"
    for row, body in database.execute(statement, (first, last)):
        yield row, orjson.loads(body)


def _tokens(resource: Resource, record: Any) -> tuple[Counter[Token], int]:
    """Return how often each token stands in a record, and the length of the record."""
    stems, words, label = (text.split() for text in document(resource, record))
    counts: Counter[Token] = Counter((STEM, token) for token in stems if token != BETWEEN_FIELDS)
    counts.update((BEGINNING, token[: size + 1]) for token in words if token != BETWEEN_FIELDS for size in range(len(token)))
    counts.update({(LABEL, token) for token in label})
    counts.update({(LABEL_BEGINNING, token[: size + 1]) for token in label for size in range(len(token))})
    return counts, len(stems) + len(words) + len(label)


def _renew(database: apsw.Connection, type_: int, blocks: Sequence[Block], token: Token, more: Levels) -> None:
    """Write the sets of a token for a type, if they are kept, with what stands in some blocks in the place of what stood there."""
    found: list[Any] = database.execute("SELECT list FROM common WHERE kind = ? AND token = ?", token).fetchall()
    for (number,) in found:
        postings: Postings = {}
        for one, rows in database.execute("SELECT type, rows FROM postings WHERE list = ? ORDER BY type, level", (number,)):
            postings.setdefault(one, []).append(BitMap.deserialize(rows))
        postings[type_] = _replaced(postings.get(type_, []), blocks, more)
        own = _own_list(database, number)
        keep_list(database, own, postings)
        database.execute("UPDATE common SET list = ?, hits = ? WHERE kind = ? AND token = ?", (own, hits_of(postings), *token))


def _replaced(levels: Levels, blocks: Sequence[Block], more: Levels) -> Levels:
    """Return levels with others in some blocks."""
    made = []
    for rows, added in zip_longest(levels, more, fillvalue=BitMap()):
        kept = BitMap(rows)
        for first, last in blocks:
            kept.remove_range(first, last + 1)
        made.append(kept | added)
    return [rows for rows in made if rows]


def _own_list(database: apsw.Connection, number: int) -> int:
    """Return the number of a list that no other token has: this one, or a new one where others have it too."""
    sharing: Any
    most: Any
    ((sharing,),) = database.execute("SELECT count(*) FROM common WHERE list = ?", (number,)).fetchall()
    if sharing == 1:
        return number
    ((most,),) = database.execute("SELECT max(list) FROM common").fetchall()
    return int(most) + 1
