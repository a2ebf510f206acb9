"""What a search text matches, as sets of rows, and those rows best first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pyroaring import BitMap

from api.search_text import Term
from schemas import RESOURCES, Resource

from .layout import MOST_ROWS
from .ranking import LEAST_IDF, UNRANKED, Formula, Ranking
from .read import Snapshot
from .terms import BEGINNING_WEIGHT, STEM_WEIGHT, Terms, rows_with, terms_of


def matching(snapshot: Snapshot, resource: Resource, terms: Sequence[Term]) -> BitMap:
    """Return the rows of a collection that hold all terms which are wanted and none that is excluded."""
    return Matches(snapshot, terms).rows(RESOURCES.index(resource))


@dataclass(frozen=True, slots=True)
class Page:
    """Part of what matches, best first: for each the number of its type, its row, and its score."""

    total: int
    rows: list[tuple[int, int, float]]


class Matches:
    """What the terms of a search match in a snapshot."""

    def __init__(self, snapshot: Snapshot, terms: Sequence[Term]) -> None:
        """Find where each term stands."""
        self._known: Terms = terms_of(snapshot)
        self._terms = [term for term in terms if not term.excluded]
        self._wanted = [self._known.standing(term) for term in self._terms]
        self._unwanted = [self._known.standing(term) for term in terms if term.excluded]

    def rows(self, type_: int) -> BitMap:
        """Return the rows of a type that match."""
        return rows_with([one.rows(type_) for one in self._wanted], [one.rows(type_) for one in self._unwanted])

    def page(self, among: Mapping[int, BitMap | None], limit: int, offset: int) -> Page:
        """Return a page of what matches among the rows of some types, all of a type where None stands."""
        found = {type_: self.rows(type_) if rows is None else self.rows(type_) & rows for type_, rows in among.items()}
        total = sum(map(len, found.values()))
        if limit == 0 or offset >= total:
            return Page(total, [])
        rows = _part(self._ranking(found), limit, offset)
        late: dict[int, BitMap] = {}
        for type_, row, score in rows:
            if score == UNRANKED:
                late.setdefault(type_, BitMap()).add(row)
        if not late:
            return Page(total, rows)
        scores = self._scores(late)
        return Page(total, [(type_, row, scores.get((type_, row), score)) for type_, row, score in rows])

    def behind(self, type_: int, among: BitMap | None, row: int, limit: int) -> list[int] | None:
        """Return the rows of a type that follow one in the order of relevance, or None where that one does not match."""
        found = self.rows(type_) if among is None else self.rows(type_) & among
        if row >= MOST_ROWS or row not in found:
            return None
        score = self._scores({type_: BitMap([row])})[type_, row]
        following: list[int] = []
        met = False
        for _, _, rows in self._ranking({type_: found}, score).groups():
            here = row in rows
            met = met or here
            if met:
                following += (other for other in rows if not here or other > row)
            if len(following) >= limit:
                break
        return following[:limit]

    def _scores(self, rows: dict[int, BitMap]) -> dict[tuple[int, int], float]:
        """Return the scores of a few rows, by type and row."""
        return {(type_, row): score for score, type_, equal in self._ranking(rows).one_by_one() for row in equal}

    def _ranking(self, found: dict[int, BitMap], most: float = float("inf")) -> Ranking:
        lengths = self._known.lengths
        idfs = [_idf(lengths.records, one.hits) for one in self._wanted]
        weights = [BEGINNING_WEIGHT if term.prefix else STEM_WEIGHT for term in self._terms]
        return Ranking(found, self._wanted, Formula(idfs, weights, lengths.mean), lengths, most)


def _idf(records: int, hits: int) -> float:
    """Return how much a term tells, as FTS5 computes it."""
    idf = math.log((records - hits + 0.5) / (hits + 0.5))
    return idf if idf > 0 else LEAST_IDF


def _part(ranking: Ranking, limit: int, offset: int) -> list[tuple[int, int, float]]:
    """Return a part of what is ranked."""
    found: list[tuple[int, int, float]] = []
    for score, type_, rows in ranking.groups():
        if offset >= len(rows):
            offset -= len(rows)
            continue
        wanted = limit - len(found)
        found += [(type_, row, score) for row in islice(rows[offset : offset + wanted] if offset else rows, wanted)]
        offset = 0
        if len(found) >= limit:
            break
    return found
