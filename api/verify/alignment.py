"""Fitting a row of words into a longer one: the stretch that is most like it, which words they share, and which differ.

The place is found by rapidfuzz (Indel distance of the words within a sliding window). The words that are shared are found as by
Ratcliff and Obershelp: the longest common run first, then what lies on either side of it, nearest first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from rapidfuzz import fuzz

LEAST_SCORE: Final = 40.0  # of 100; half of a quotation whose middle was cut out still scores 50
SKIPPED: Final = 0.2  # what a skipped word of the source costs, where a shared one earns 1

Keys = Sequence[str]
Starts = Callable[[], Sequence[int]]
Run = tuple[int, int, int]  # where it begins among the words asked for and among those of the source, and how long it is


@dataclass(frozen=True, slots=True)
class Fit:
    """How words fit a stretch of others, from `first` to before `last`: the runs of words that both share, in order."""

    asked: int
    first: int
    last: int
    runs: tuple[Run, ...]

    @property
    def similarity(self) -> float:
        """Twice the number of words that both share in the same order, divided by the number of words of both (Dice 1945)."""
        shared = sum(size for _, _, size in self.runs)
        return 2 * shared / (self.asked + self.last - self.first)

    @property
    def ops(self) -> list[tuple[int, int, int, int]]:
        """The stretches that differ: of the words asked for from … to …, of those that stand in their place from … to …."""
        at, place, found = 0, self.first, []
        for begin, start, size in (*self.runs, (self.asked, self.last, 0)):
            if begin > at or start > place:
                found.append((at, begin, place, start))
            at, place = begin + size, start + size
        return found


def fits(asked: Keys, said: Keys, starts: Starts, least: float, most: int) -> Iterator[Fit]:
    """Yield the stretches of `said` that are most like `asked`, at most so many, none overlapping another, each at least so similar.

    `starts` returns the places in `said` where a sentence begins, in order; it is called only where it matters.
    """
    rest, found = [(0, len(said))], 0
    while rest and found < most:
        first, last = rest.pop()
        fit = _best(asked, said, starts, least, (first, last))
        if fit:
            found += 1
            rest += [(first, fit.first), (fit.last, last)]
            yield fit


def _best(asked: Keys, said: Keys, starts: Starts, least: float, bounds: tuple[int, int]) -> Fit | None:
    """Return how the words fit best into a stretch, or None where none is similar enough."""
    made = (_worth(_runs(asked, said[slice(*window)]), window[0]) for window in _windows(asked, said, bounds))
    # What is left over at the ends can only make a fit less similar.
    promising = [runs for runs in made if runs and Fit(len(asked), *_ends(runs), tuple(runs)).similarity >= least]
    made_fits = [_fit(asked, runs, starts, bounds) for runs in promising]
    best = max(made_fits, key=lambda fit: fit.similarity, default=None)
    return best if best and best.similarity >= least else None


def _windows(asked: Keys, said: Keys, bounds: tuple[int, int]) -> list[tuple[int, int]]:
    """Return where to look: a narrow window keeps apart what is said twice, a wide one sees what was left out of the middle."""
    begin, end = bounds
    size = len(asked)
    if end - begin <= size:
        return [bounds]
    found = fuzz.partial_ratio_alignment(asked, said[begin:end], score_cutoff=LEAST_SCORE)
    if found is None:
        return []
    first, last = begin + found.dest_start, begin + found.dest_end
    return [(max(first - slack, begin), min(last + slack, end)) for slack in (0, size // 4 + 2, size)]


def _runs(asked: Keys, said: Keys) -> Iterator[Run]:
    """Yield the runs of words that both share, in order: the longest, and on either side of it the nearest ones."""
    core = SequenceMatcher(None, asked, said, autojunk=False).find_longest_match()
    if core.size:
        before = list(_runs(asked[: core.a][::-1], said[: core.b][::-1]))
        yield from ((core.a - at - size, core.b - place - size, size) for at, place, size in reversed(before))
        yield core.a, core.b, core.size
        at, place = core.a + core.size, core.b + core.size
        yield from ((at + a, place + b, size) for a, b, size in _runs(asked[at:], said[place:]))


def _worth(runs: Iterable[Run], offset: int) -> list[Run]:
    """Return the runs that earn more than the words skipped between them cost (the largest sum of a range; Kadane), moved by an offset."""
    moved = [(at, offset + place, size) for at, place, size in runs]
    best, best_sum, begin, total, behind = (0, 0), 0.0, 0, 0.0, 0
    for index, (_, place, size) in enumerate(moved):
        total -= SKIPPED * (place - behind) if index > begin else total
        if total <= 0:
            begin, total = index, 0.0
        total, behind = total + size, place + size
        if total > best_sum:
            best, best_sum = (begin, index + 1), total
    return moved[slice(*best)]


def _ends(runs: Sequence[Run]) -> tuple[int, int]:
    """Return where the first run begins and the last one ends, in the source."""
    return runs[0][1], runs[-1][1] + runs[-1][2]


def _fit(asked: Keys, runs: Sequence[Run], starts: Starts, bounds: tuple[int, int]) -> Fit:
    """Return the fit of runs; what is left over at either end is set against as many words of the source, of the same sentence."""
    first, last = _ends(runs)
    head, left_over = runs[0][0], len(asked) - runs[-1][0] - runs[-1][2]
    if not head and not left_over:
        return Fit(len(asked), first, last, tuple(runs))
    sentences = starts()
    sentence, following = bisect_right(sentences, first), bisect_left(sentences, last)
    least = max(bounds[0], sentences[sentence - 1] if sentence else 0)
    most = min(bounds[1], sentences[following] if following < len(sentences) else bounds[1])
    return Fit(len(asked), max(first - head, least), min(last + left_over, most), tuple(runs))
