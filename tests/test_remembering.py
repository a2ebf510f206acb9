"""What is remembered changes nothing and is bounded, whatever clients send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import coding, words
from api.remembering import Memory, Remembered
from api.verify import tokens

MOST = 100
LONGEST = 9


def upper() -> Remembered[str]:
    return Remembered(str.upper, MOST, LONGEST)


@given(st.lists(st.text(max_size=2 * LONGEST)))
def test_what_is_remembered_is_what_was_made(asked: list[str]) -> None:
    remembered = upper()
    assert [remembered[text] for text in (*asked, *asked)] == [text.upper() for text in (*asked, *asked)]


def test_what_is_asked_for_again_is_not_made_again() -> None:
    made: list[str] = []
    remembered = Remembered(lambda text: made.append(text) or text, MOST, LONGEST)  # type: ignore[func-returns-value]
    assert [remembered[text] for text in ("tea", "milk", "tea")] == ["tea", "milk", "tea"]
    assert made == ["tea", "milk"]


def test_no_more_texts_are_remembered_than_there_is_room_for() -> None:
    remembered = upper()
    for number in range(MOST + 10):
        assert remembered[f"w{number}"] == f"W{number}"
    assert len(remembered) == 10


def test_neither_a_very_long_text_nor_what_becomes_very_long_is_remembered() -> None:
    remembered = Remembered(lambda text: text * 4, MOST, LONGEST)
    for text in ("t" * (LONGEST + 1), "tea"):
        assert remembered[text] == text * 4
    assert not remembered


@pytest.mark.parametrize(
    ("ask", "remembered", "text", "most", "longest"),
    [
        (words.fold, words.fold, "w{}", words.MOST_REMEMBERED, words.LONGEST_REMEMBERED),
        (words.stem, words.stem, "w{}", words.MOST_REMEMBERED, words.LONGEST_REMEMBERED),
        (tokens.key, tokens.key, "w{}", words.MOST_REMEMBERED, words.LONGEST_REMEMBERED),
        (coding.wanted, coding._wanted, "gzip, coding-{}", coding.MOST_REMEMBERED, coding.LONGEST_REMEMBERED),
    ],
    ids=["folded words", "stems", "compared words", "codings"],
)
def test_of_words_and_of_headers_no_more_and_no_longer_ones_are_remembered_than_is_said(
    ask: Callable[[str], object], remembered: Any, text: str, most: int, longest: int
) -> None:
    """What remembers is behind the function that it was made of."""
    held = remembered.__self__
    for number in range(most + 10):
        ask(text.format(number))
        assert len(held) <= most
    asked = text.format("x" * longest)
    ask(asked)
    assert asked not in held


def test_memory_keeps_what_was_used_last_and_no_more_bytes_than_it_may() -> None:
    memory = Memory(most=30)
    for name in "abc":
        memory.keep(name, name.upper(), 10)
    assert memory.get("a") == "A"
    memory.keep("d", "D", 10)
    assert [memory.get(name) for name in "abcd"] == ["A", None, "C", "D"]
    memory.keep("e", "E", 20)
    assert [memory.get(name) for name in "acde"] == [None, None, "D", "E"]


def test_memory_keeps_neither_what_is_small_nor_what_is_larger_than_all_of_it() -> None:
    memory = Memory(most=30, least=10)
    memory.keep("small", 1, 9)
    memory.keep("large", 2, 31)
    assert (memory.get("small"), memory.get("large")) == (None, None)


def test_what_is_kept_twice_takes_its_room_once() -> None:
    memory = Memory(most=30)
    for _ in range(4):
        memory.keep("a", "A", 10)
    memory.keep("b", "B", 20)
    assert [memory.get(name) for name in "ab"] == ["A", "B"]
