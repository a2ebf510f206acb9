"""Fidelity says which share of a claim's content words stand in its evidence, and grades it at the stated bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from api.snapshot.wording import FUNCTION_WORDS, content_stems, fidelity

TEN = "kettle saucer teapot spoon biscuit sugar lemon honey garden window".split()
TEXTS = st.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip()))


@pytest.mark.parametrize(
    ("held", "grade"),
    [(10, "quotation"), (9, "quotation"), (8, "close"), (5, "close"), (4, "paraphrase"), (0, "paraphrase")],
)
def test_the_grade_follows_from_the_share_of_words_that_are_held(held: int, grade: str) -> None:
    assert fidelity(" ".join(TEN), [" ".join(TEN[:held]), "and a cup"], "en") == {"grade": grade, "overlap": held / 10}


def test_the_share_is_of_different_words_in_two_decimals() -> None:
    assert fidelity("The kettle, the kettle and a spoon sing.", ["A kettle and a spoon."], "en") == {"grade": "close", "overlap": 0.67}


def test_words_are_compared_by_their_stem_whatever_their_case_and_apostrophes() -> None:
    assert content_stems("Spilling the AUNT’S teapots", "en") == content_stems("the aunt's teapot spilled", "en")


def test_words_that_carry_no_content_are_left_out_in_english() -> None:
    assert content_stems("It is what they would have been", "en") == frozenset()
    assert fidelity("It is the kettle", ["Kettle!"], "en-GB")["overlap"] == 1.0


def test_function_words_are_such_as_a_text_is_cut_into() -> None:
    assert {word for word in FUNCTION_WORDS if content_stems(word, "xx") != {word}} == set()


def test_a_wording_of_function_words_alone_is_measured_by_them() -> None:
    assert fidelity("To be or not to be", ["Whether it is to be or not"], "en")["overlap"] == 1.0
    assert fidelity("To be or not", ["They said so"], "en")["overlap"] == 0.0


def test_a_language_has_its_own_stems_and_one_without_a_stemmer_its_words() -> None:
    assert fidelity("Häuser", ["Haus"], "de") == {"grade": "quotation", "overlap": 1.0}
    assert fidelity("Häuser", ["Haus"], "xx") == {"grade": "paraphrase", "overlap": 0.0}


@given(TEXTS, st.sampled_from(["en", "de", "ru", "zh", "pt-BR"]))
@examples(150)
def test_a_claim_that_copies_its_evidence_is_a_quotation(text: str, language: str) -> None:
    assert fidelity(text, [text], language) == {"grade": "quotation", "overlap": 1.0}


@given(TEXTS, TEXTS)
@examples(150)
def test_grade_and_share_never_contradict_each_other(wording: str, evidence: str) -> None:
    found = fidelity(wording, [evidence], "en")
    assert 0 <= found["overlap"] <= 1
    assert found["grade"] == ("quotation" if found["overlap"] >= 0.9 else "close" if found["overlap"] >= 0.5 else "paraphrase")
