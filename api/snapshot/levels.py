"""How often a term stands in each record, as sets: the rows where it stands at least once, at least twice, and so on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, groupby, pairwise, zip_longest
from typing import Final

from pyroaring import BitMap

NOWHERE: Final = BitMap()
DEEP: Final = 16  # levels; in the few rows where a term stands more often, it is counted row by row
Levels = list[BitMap]  # the set at place n holds the rows where the term stands more than n times


def levels_of(rows: Sequence[int]) -> Levels:
    """Return the levels of a term that stands in these rows, in order; a row comes as often as the term stands there."""
    levels: Levels = []
    while rows and len(levels) < DEEP:
        level = BitMap(rows)
        levels.append(level)
        rows = [row for before, row in pairwise(rows) if before == row] if len(level) < len(rows) else ()
    return levels + counted((row, sum(1 for _ in same)) for row, same in groupby(rows))


def counted(pairs: Iterable[tuple[int, int]]) -> Levels:
    """Return the levels of a term of which each pair says a row and how often it stands there."""
    levels: list[list[int]] = []
    for row, count in pairs:
        while len(levels) < count:
            levels.append([])
        for rows in levels[:count]:
            rows.append(row)
    return [BitMap(rows) for rows in levels]


def added(levels: Levels, more: Levels) -> Levels:
    """Return how often one term or another stands in each row."""
    if not levels or not more:
        return levels or more
    deep = NOWHERE.union(*levels[DEEP : DEEP + 1], *more[DEEP : DEEP + 1])
    if not deep:
        return _carried(levels, more)
    summed = _carried([level - deep for level in levels[:DEEP]], [level - deep for level in more[:DEEP]])
    often = counted(sorted(Counter(chain.from_iterable(level & deep for level in chain(levels, more))).items()))
    return [one | other for one, other in zip_longest(summed, often, fillvalue=NOWHERE) if one or other]


def _carried(levels: Levels, more: Levels) -> Levels:
    """Return the sum of levels, one of `more` after the other: in as many steps as there are pairs of them."""
    summed = [*map(BitMap, levels)]
    for level in more:
        carried = level
        for place, standing in enumerate(summed):
            summed[place], carried = standing | carried, standing & carried
            if not carried:
                break
        else:
            summed.append(carried)
    return summed
