"""How rows of a snapshot become pieces of its exports, whether it is whole or a draft: one rendering for each form of each content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from api.formats import jsonl
from schemas import Resource
from schemas.canonical import Body, compact

from . import csv_lines
from .holding import UnusableSnapshot
from .records import Bodies

Row = tuple[int, Any, int]  # its number, what an export is to hold of it, and about how many bytes that is
Encode = Callable[[Resource, Sequence[Any]], bytes]


class Held(Protocol):
    """What holds records and texts: a whole snapshot, or the draft of one."""

    @property
    def records(self) -> Bodies:
        """The bodies of its records."""

    def rows(self, statement: str, bindings: Sequence[Any] = ()) -> Iterable[Any]:
        """Yield what a statement finds."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """How rows become bytes: ``read`` yields those of a collection from one to another, ``encode`` takes what some of them hold."""

    read: Callable[[Held, str, int, int], Iterable[Row]]
    encode: Encode


def _csv(_: Resource, lines: Sequence[tuple[bytes, int]]) -> bytes:
    return b"".join(csv_lines.unpacked(held, size) for held, size in lines)


def _jsonl(resource: Resource, bodies: Sequence[Body]) -> bytes:
    return jsonl.encode(resource, bodies, None)


def _items(_: Resource, bodies: Sequence[Body]) -> bytes:
    """Return records as the items of a JSON array, one a line."""
    return b",\n" + b",\n".join(bodies)


def _members(_: Resource, texts: Sequence[tuple[str, bytes]]) -> bytes:
    """Return texts, each with the source that it is of, as the members of a JSON object, one a line."""
    return b"".join(b",\n%b:%b" % (compact(source), compact(text.decode())) for source, text in texts)


def _first(encode: Encode) -> Encode:
    """Return the rendering of the first rows, which have no comma before them."""
    return lambda resource, rows: encode(resource, rows)[1:]


def _bodies(held: Held, collection: str, first: int, last: int) -> Iterator[Row]:
    """Yield records.

    :raises UnusableSnapshot: one is damaged.
    """
    for row, body in held.records.between(collection, first, last):
        if body[:1] != b"{" or body[-1:] != b"}":
            raise UnusableSnapshot(f"the record {row} of {collection} is damaged; build the snapshot again")
        yield row, body, len(body)


def _lines(held: Held, collection: str, first: int, last: int) -> Iterable[Row]:
    """Yield the lines of CSV of debates."""
    statement = "SELECT first, lines, size FROM csv_lines WHERE collection = ? AND first BETWEEN ? AND ? ORDER BY first"
    return ((row, (lines, size), size) for row, lines, size in held.rows(statement, (collection, first, last)))


def _texts(held: Held, collection: str, first: int, last: int) -> Iterable[Row]:
    """Yield the texts of sources."""
    statement = f"SELECT row, id, text FROM {collection} JOIN texts ON texts.source = id WHERE row BETWEEN ? AND ? ORDER BY row"
    return ((row, (source, text), len(text)) for row, source, text in held.rows(statement, (first, last)))


RENDERINGS: Final[Mapping[str, Rendering]] = {
    "csv": Rendering(_lines, _csv),
    "jsonl": Rendering(_bodies, _jsonl),
    "items": Rendering(_bodies, _items),
    "items-first": Rendering(_bodies, _first(_items)),
    "texts": Rendering(_texts, _members),
    "texts-first": Rendering(_texts, _first(_members)),
}
