"""The best of many rows by BM25, found without looking at each: rows are told apart by what their score depends on.

The score of a row depends on how often each term stands in it and on its length. Rows that share these are one set, and have one score.
Sets are made from the best on: what a set can score at most is known before it is made, and none is made that a page does not need. What
is found is exact. Where so many terms stand in so many rows that it would take more than MOST_STEPS sets, the rows of the sets that were
not made come last, in their order.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from pyroaring import BitMap

from .lengths import WIDTH, Lengths
from .levels import Levels
from .terms import Standing

K1, B = 1.2, 0.75
ABOVE_K1: Final = K1 + 1.0
LEAST_IDF: Final = 1e-6  # of a term that stands in half of the records or more
UNRANKED: Final = -1.0  # instead of a score, for rows that come last
FEW: Final = 8  # rows that are scored one by one
ONE_BY_ONE: Final = 50  # rows scored one by one that take as long as a set
MOST_STEPS: Final = 5000
ABOVE: Final = 1 + 1e-12  # what a bound is lifted by, above all rounding
CLASS, INNER, RANKED = range(3)  # what stands in the queue; of equal bounds the first to be looked into comes first


class Formula:
    """BM25 (Robertson and Zaragoza 2009) as SQLite's FTS5 computes it, in the order of its operations."""

    def __init__(self, idfs: Sequence[float], weights: Sequence[float], mean: float) -> None:
        """Take what each term tells and weighs, and the mean length of all records."""
        self._terms = list(zip(idfs, weights, strict=True))
        self._mean = mean
        self._parts: dict[int, float] = {}  # what the length of a record contributes
        # The places of the terms, those that can make most of a score first.
        self.foremost = sorted(range(len(self._terms)), key=lambda place: -idfs[place] * weights[place])

    def score(self, counts: Sequence[int], length: int) -> float:
        """Return the score of a record of this length in which each term stands so often."""
        part = self._parts.get(length)
        if part is None:
            part = self._parts[length] = K1 * (1 - B + B * length / self._mean)
        score = 0.0
        for (idf, weight), times in zip(self._terms, counts):  # noqa: B905 - to ask for the same length takes as long as a term
            frequency = weight * times
            score += idf * (frequency * ABOVE_K1 / (frequency + part))
        return score


Equal = Sequence[int] | BitMap  # rows of one score, in order
Group = tuple[float, int, Equal]  # a score, a type, and the rows of it that have the score
Classes = Iterator[tuple[int, tuple[int, int]]]  # of lengths: the number of each, its first length, and the first behind it
Scored = Iterator[tuple[float, Equal]]  # rows by their score, best first


@dataclass
class Ranking:
    """The rows of some types that match, best first; `matching` gives them by the number of the type."""

    matching: dict[int, BitMap]
    terms: Sequence[Standing]
    formula: Formula
    lengths: Lengths
    most: float = float("inf")  # rows that score more need not be found
    _queue: list[tuple[float, int, int, int, Any]] = field(default_factory=list)
    _scored: dict[tuple[int, tuple[int, ...]], float] = field(default_factory=dict)
    _order: Iterator[int] = field(default_factory=count)

    def groups(self) -> Iterator[Group]:
        """Yield the rows by their score, those of equal score by type and row."""
        for type_, rows in self.matching.items():
            if rows:
                self._start(type_, rows)
        steps = 0
        unranked: list[tuple[int, BitMap]] = []
        while self._queue:
            bound, what, type_, _, payload = heapq.heappop(self._queue)
            if what == CLASS:
                rows, _, _, classes = payload
                self._next_classes(type_, rows, classes)
            if what == RANKED:
                rows, others = payload
                self._next(type_, others)
                yield from self._equal(-bound, type_, rows) if self._holds(bound) else ((-bound, type_, rows),)
            elif steps < MOST_STEPS:
                steps += self._look_into(what, type_, payload)
            else:
                unranked.append((type_, self._left(what, type_, payload)))
        if unranked:
            yield from self._last(unranked)

    def one_by_one(self) -> Iterator[Group]:
        """Yield the rows by their score, each of which was looked at."""
        for type_, rows in self.matching.items():
            self._each(type_, rows)
        while self._queue:
            bound, _, type_, _, (rows, others) = heapq.heappop(self._queue)
            self._next(type_, others)
            yield -bound, type_, rows

    def _push(self, bound: float, what: int, type_: int, payload: Any) -> None:
        heapq.heappush(self._queue, (-bound, what, type_, next(self._order), payload))

    def _next(self, type_: int, scored: Scored) -> None:
        """Take the next rows of one score; those behind them wait until these are found."""
        for score, rows in scored:
            if score <= self.most:
                self._push(score, RANKED, type_, (rows, scored))
                return

    def _start(self, type_: int, rows: BitMap) -> None:
        """Take the rows of a type, few at once or many by their lengths."""
        if len(rows) <= FEW:
            self._each(type_, rows)
            return
        self._next_classes(type_, rows, enumerate(self.lengths.classes(type_)))

    def _next_classes(self, type_: int, rows: BitMap, classes: Classes) -> None:
        """Take the next classes of lengths, up to one in which the terms can stand as often as anywhere: what is longer scores less."""
        levels = tuple([len(term.levels(type_)) for term in self.terms])
        for number, (least, _) in classes:
            most = max(1, int(least * WIDTH) // 2)
            highest = levels if most >= max(levels) else tuple([min(level, most) for level in levels])
            self._push(self._bound(highest, least), CLASS, type_, (rows, number, highest, classes))
            if highest is levels:
                return

    def _bound(self, highest: Sequence[int], least: int) -> float:
        """Return what records score at most that are at least so long, and in which the terms stand at most so often."""
        return self.formula.score(highest, least) * ABOVE

    def _holds(self, bound: float) -> bool:
        """Say whether rows of this score, which is negative here, come next in the queue."""
        return bool(self._queue) and self._queue[0][0] == bound and self._queue[0][1] == RANKED

    def _equal(self, score: float, type_: int, rows: Equal) -> Iterator[Group]:
        """Yield rows that have a score together with all that stand in the queue with it."""
        same = {type_: [rows]}
        while self._holds(-score):
            _, _, other, _, (more, others) = heapq.heappop(self._queue)
            self._next(other, others)
            same.setdefault(other, []).append(more)
        for number, parts in sorted(same.items()):
            yield score, number, parts[0] if len(parts) == 1 else sorted(row for part in parts for row in part)

    def _look_into(self, what: int, type_: int, payload: Any) -> int:
        """Make the next sets of one that stands in the queue; return how many steps it took."""
        if what == CLASS:
            rows, number, highest, _ = payload
            return self._of_class(type_, rows, number, highest)
        rows, narrowed, number, counts, depth = payload
        rows = rows if narrowed is None else rows & narrowed
        if not rows:
            return 1
        while depth < len(counts) and counts[self.formula.foremost[depth]] == 1:
            depth += 1  # it stands once in all of them
        if len(rows) <= FEW:
            self._each(type_, rows, counts if depth == len(counts) else None)
            return 1 + len(rows) * len(self.terms) // ONE_BY_ONE
        if depth == len(counts):
            self._next(type_, self._by_length(type_, rows, number, counts))
            return 1
        return self._split(type_, rows, number, counts, depth)

    def _of_class(self, type_: int, rows: BitMap, number: int, highest: tuple[int, ...]) -> int:
        """Take the rows of one class of lengths, with how often each term stands in any of them."""
        rows = rows & self.lengths.of_class(type_, number)
        if not rows:
            return 1
        found = tuple(_highest(term.levels(type_), most, rows) for term, most in zip(self.terms, highest, strict=True))
        least, _ = self.lengths.classes(type_)[number]
        self._push(self._bound(found, least), INNER, type_, (rows, None, number, found, 0))
        return 1 + len(found)

    def _split(self, type_: int, rows: BitMap, number: int, counts: tuple[int, ...], depth: int) -> int:
        """Tell rows apart by how often the next term stands in them."""
        place = self.formula.foremost[depth]
        least, _ = self.lengths.classes(type_)[number]
        exactly = self.terms[place].exactly(type_)[: counts[place]]
        for times, narrowed in enumerate(exactly, 1):
            if narrowed:
                more = (*counts[:place], times, *counts[place + 1 :])
                self._push(self._bound(more, least), INNER, type_, (rows, narrowed, number, more, depth + 1))
        return 1

    def _by_length(self, type_: int, rows: BitMap, number: int, counts: tuple[int, ...]) -> Scored:
        """Yield rows in which each term stands equally often, the shortest first, which score most."""
        for length, standing in self.lengths.within(type_, number):
            if rows.intersect(standing):
                yield self.formula.score(counts, length), rows & standing

    def _each(self, type_: int, rows: BitMap, known: tuple[int, ...] | None = None) -> None:
        """Score rows one by one, in which each term stands as often as is known, or as often as is looked up."""
        ordered = rows.to_array()
        levels = [term.levels(type_) for term in self.terms]
        equal: dict[float, list[int]] = {}
        for row, length in zip(ordered, self.lengths.at(type_, ordered), strict=True):
            counts = known or tuple([_times(one, row) for one in levels])
            score = self._scored.get((length, counts))
            if score is None:
                score = self._scored[length, counts] = self.formula.score(counts, length)
            equal.setdefault(score, []).append(row)
        self._next(type_, iter(sorted(equal.items(), reverse=True)))

    def _left(self, what: int, type_: int, payload: Any) -> BitMap:
        """Return the rows of what was not looked into."""
        rows: BitMap
        rows, place, *_ = payload
        if what == CLASS:
            return rows & self.lengths.of_class(type_, place)
        return rows if place is None else rows & place

    def _last(self, unranked: list[tuple[int, BitMap]]) -> Iterator[Group]:
        """Yield the rows that were not ranked, by type and row."""
        for type_ in sorted({type_ for type_, _ in unranked}):
            rows = BitMap()
            for other, part in unranked:
                if other == type_:
                    rows |= part
            if rows:
                yield UNRANKED, type_, rows


def _times(levels: Levels, row: int) -> int:
    """Return how often a term stands in a row."""
    times = 0
    for level in levels:
        if row not in level:
            break
        times += 1
    return times


def _highest(levels: Levels, most: int, rows: BitMap) -> int:
    """Return how often a term stands at most in any of some rows, in each of which it stands."""
    while most > 1 and not rows.intersect(levels[most - 1]):
        most -= 1
    return most
