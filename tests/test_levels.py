"""How often a term stands in each record is held as sets, whatever the numbers, and in no more steps than it stands there."""

from __future__ import annotations

import sys
from collections import Counter
from types import FrameType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pyroaring import BitMap

from api.snapshot.levels import DEEP, Levels, added, counted, levels_of

OFTEN = st.dictionaries(st.integers(0, 9), st.one_of(st.integers(1, 3), st.integers(DEEP - 1, 3 * DEEP)))  # how often, by row


def in_levels(counts: dict[int, int]) -> Levels:
    """Return the levels of counts, by what they are."""
    return [BitMap(row for row, count in counts.items() if count > level) for level in range(max(counts.values(), default=0))]


@examples(300)
@given(counts=OFTEN)
def test_rows_make_the_levels_that_they_are_in(counts: dict[int, int]) -> None:
    assert levels_of(sorted(Counter(counts).elements())) == in_levels(counts)
    assert counted(sorted(counts.items())) == in_levels(counts)


@examples(300)
@given(one=OFTEN, other=OFTEN)
def test_levels_that_are_added_are_those_of_the_sums(one: dict[int, int], other: dict[int, int]) -> None:
    before = in_levels(one), in_levels(other)
    assert added(*before) == in_levels(Counter(one) + Counter(other))
    assert before == (in_levels(one), in_levels(other)), "what is added stays as it is"


def test_a_term_that_fills_a_record_is_taken_in_steps_as_many_as_it_stands_there() -> None:
    """By steps of the interpreter, of twice as many at most three times as many."""
    few, many = ({1: times, 2: 1} for times in (1000, 2000))
    for make in (lambda counts: levels_of(sorted(Counter(counts).elements())), lambda counts: added(in_levels(counts), in_levels(counts))):
        assert steps_of(make, many) < 3 * steps_of(make, few)


def steps_of(function: Any, *arguments: Any) -> int:
    """Return how many lines a call goes through."""
    seen = 0

    def look(frame: FrameType, event: str, _: object) -> Any:
        nonlocal seen
        seen += event == "line"
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        function(*arguments)
    finally:
        sys.settrace(before)
    return seen
