"""How often a term stands in each record, as sets: the rows where it stands at least once, at least twice, and so on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from pyroaring import BitMap

NOWHERE: Final = BitMap()
Levels = list[BitMap]  # the set at place n holds the rows where the term stands more than n times


def levels_of(rows: Sequence[int]) -> Levels:
    """Return the levels of a term that stands in these rows, in order; a row comes as often as the term stands there."""
    levels = []
    while rows:
        level = BitMap(rows)
        levels.append(level)
        rows = [row for before, row in pairwise(rows) if before == row] if len(level) < len(rows) else ()
    return levels


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
