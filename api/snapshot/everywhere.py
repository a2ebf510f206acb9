"""What words find in a snapshot among the records of all types: hits by relevance, and labels for completion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pyroaring import BitMap

from api.filters import filter_named
from api.search_text import Term
from schemas import RESOURCES, Resource
from schemas.canonical import Body

from .matching import Matches
from .read import Snapshot
from .selection import with_value
from .terms import rows_with, terms_of


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records are looked at: those of some types, and of some debates, all without any."""

    types: Sequence[Resource]
    debates: Sequence[str] = ()

    def rows(self, snapshot: Snapshot, resource: Resource) -> BitMap | None:
        """Return the rows of a type that are looked at, or None where all are."""
        if not self.debates:
            return None
        one = filter_named(resource, "debate")
        return BitMap.union(*(with_value(snapshot, resource, one, debate) for debate in self.debates))


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that a search over all types found; the higher the score, the better."""

    resource: Resource
    reference: bytes
    body: Body
    score: float


def search(snapshot: Snapshot, terms: Sequence[Term], scope: Scope, limit: int, offset: int) -> tuple[int, list[Hit]]:
    """Return how many records match, and a page of them, best first."""
    among = {RESOURCES.index(resource): scope.rows(snapshot, resource) for resource in scope.types}
    page = Matches(snapshot, terms).page(dict(sorted(among.items())), limit, offset)
    numbers: dict[int, list[int]] = {}
    for type_, row, _ in page.rows:
        numbers.setdefault(type_, []).append(row)
    records = {type_: _records(snapshot, RESOURCES[type_], rows) for type_, rows in numbers.items()}
    return page.total, [Hit(RESOURCES[type_], *records[type_][row], score) for type_, row, score in page.rows]


def _records(snapshot: Snapshot, resource: Resource, rows: Sequence[int]) -> dict[int, tuple[bytes, Body]]:
    """Return reference and body at some rows of a type, at most a page of them."""
    references = dict(snapshot.rows(f"SELECT row, reference FROM {resource.collection} WHERE row IN ({','.join('?' * len(rows))})", rows))
    return {row: (references[row], body) for row, body in zip(rows, snapshot.bodies_at(resource, rows), strict=True)}


def labelled(snapshot: Snapshot, typed: Sequence[str], scope: Scope, most: int) -> Iterator[tuple[Resource, list[tuple[bytes, int]]]]:
    """Yield, for each type, references to records whose labels hold the words typed so far, with their rows.

    They are at most so many of each type, in the order of rows.
    """
    terms = terms_of(snapshot)
    *whole, last = typed
    standing = [*map(terms.label, whole), terms.label(last, goes_on=True)]
    for resource in scope.types:
        among = scope.rows(snapshot, resource)
        type_ = RESOURCES.index(resource)
        rows = rows_with([*(one.rows(type_) for one in standing), *([] if among is None else [among])], ())
        first = list(islice(rows, most))
        marks = ",".join("?" * len(first))
        statement = f"SELECT reference, row FROM {resource.collection} WHERE row IN ({marks}) ORDER BY row"
        yield resource, snapshot.rows(statement, first) if first else []
