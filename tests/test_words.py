"""What is remembered of words changes nothing and is bounded, whatever clients send."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.words import LONGEST_REMEMBERED, MOST_REMEMBERED, Remembered


@given(st.lists(st.text(max_size=2 * LONGEST_REMEMBERED)))
def test_what_is_remembered_is_what_was_made(asked: list[str]) -> None:
    upper = Remembered(str.upper)
    assert [upper[word] for word in (*asked, *asked)] == [word.upper() for word in (*asked, *asked)]


def test_a_word_that_is_asked_for_again_is_not_made_again() -> None:
    made: list[str] = []
    remembered = Remembered(lambda word: made.append(word) or word)  # type: ignore[func-returns-value]
    assert [remembered[word] for word in ("tea", "milk", "tea")] == ["tea", "milk", "tea"]
    assert made == ["tea", "milk"]


def test_no_more_words_are_remembered_than_there_is_room_for() -> None:
    remembered = Remembered(str.upper)
    for number in range(MOST_REMEMBERED + 100):
        assert remembered[f"w{number}"] == f"W{number}"
    assert len(remembered) == 100


def test_neither_a_very_long_word_nor_what_becomes_very_long_is_remembered() -> None:
    remembered = Remembered(lambda word: word * 9)
    for word in ("t" * (LONGEST_REMEMBERED + 1), "tea"):
        assert remembered[word] == word * 9
    assert not remembered
