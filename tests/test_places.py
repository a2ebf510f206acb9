"""Each quote is found where it stands in its source, to the character; what is not found is shown beside what is nearest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from tiny import TEA_TEXT, edit, tiny, write

from schemas.fix import fix
from schemas.load import load, survey
from schemas.places import places
from schemas.text import Lines, SourceText, differences, folded

WORDS = st.lists(
    st.sampled_from(["tea", "milk", "Tea", "te", "a", "é", "🫖", "first!", "“so”", "x_y", "1904", "cup,", "-"]), min_size=1, max_size=30
)
SPACES = st.sampled_from([" ", "  ", "\n", "\n\n ", "\u00a0", "\t"])


def text_of(words: list[str], spaces: list[str]) -> str:
    """Join words by spaces of all kinds."""
    return "".join(word + spaces[index % len(spaces)] for index, word in enumerate(words))


def test_a_quote_is_the_stretch_of_its_source_that_reads_the_same(tmp_path: Path):
    """Offsets count the code points of the file as it stands, line breaks and all."""
    dataset = load(tiny(tmp_path))
    found = places(dataset).found
    assert len(found) == 6
    for entry in dataset.all("quote"):
        place = found[entry.served_id]
        assert folded(dataset.texts[place.source].text[place.start : place.end]) == entry.data["text"]
    assert found["tea.milk-first-opens"].start == TEA_TEXT.index("Milk first!")
    assert found["tea.milk-first-again"].start == TEA_TEXT.rindex("Milk first!")


def test_each_quote_of_a_chain_is_looked_for_behind_the_one_it_follows(tmp_path: Path):
    """Words that are said over and over are told apart one by one, in whatever order the file has them."""
    folder = tiny(tmp_path)
    write(folder, "biscuits/sources/crumbs.txt", "Well. " + "No. " * 200)
    chain = ["well", *(f"no-{number:03}" for number in range(200))]
    quotes = [
        {"id": id_, "source": "crumbs", "speaker": "tea-society", "text": "No." if before else "Well.", "attribution": {"basis": "stated"}}
        | ({"after": before} if before else {})
        for id_, before in zip(chain, ["", *chain], strict=False)
    ]
    write(folder, "biscuits/quotes.json", quotes[::-1])
    write(folder, "biscuits/claims.json", [])
    assert {problem.rule for problem in survey(folder)[1]} == {"files_are_canonical"}
    assert fix(folder) == ["biscuits/quotes.json"]
    found = places(load(folder)).found
    assert [found[f"biscuits.{id_}"].start for id_ in chain] == [0, *range(6, 6 + 200 * 4, 4)]


def test_quotes_of_an_unnormalized_spelling_are_found_all_the_same(tmp_path: Path):
    """The curator is told once, that the spelling is not in form C."""
    folder = tiny(tmp_path)
    edit(folder, "tea/quotes.json", lambda quotes: quotes[1].update(text=quotes[1]["text"].replace("è", "e\u0300")))
    assert {problem.rule for problem in survey(folder)[1]} == {"text_is_clean", "files_are_canonical"}


@examples(200)
@given(words=WORDS, spaces=st.lists(SPACES, min_size=1, max_size=4), wanted=st.lists(WORDS.map(" ".join), min_size=1, max_size=6))
def test_looking_for_many_finds_what_looking_for_each_finds(words: list[str], spaces: list[str], wanted: list[str]):
    """The walk through the text for all is the slow search for one, only faster."""
    source = SourceText(text_of(words, spaces))
    wanted = [*wanted, " ".join(words[1:3]) or "tea"]
    for asked, stretches in source.find_all(set(wanted)).items():
        assert stretches[:2] == source.find(asked)
        assert all(folded(source.text[start:end]) == asked for start, end in stretches)


@examples(100)
@given(
    words=WORDS, spaces=st.lists(SPACES, min_size=1, max_size=4), asked=WORDS.map(lambda some: " ".join(some[:2])), begin=st.integers(0, 40)
)
def test_a_place_is_one_that_a_plain_reading_finds(words: list[str], spaces: list[str], asked: str, begin: int):
    """A regular expression says the same: white space is white space, and no word is cut."""
    source = SourceText(text_of(words, spaces))
    pattern = r"\s+".join(map(re.escape, asked.split()))
    hits = (re.compile(pattern).match(source.text, at) for at in range(begin, len(source.text)))
    plain = [hit.span() for hit in hits if hit and not cuts(source.text, *hit.span())]
    assert source.find(asked, begin) == plain[:2]


def cuts(text: str, start: int, end: int) -> bool:
    """Say whether a stretch begins or ends within a word."""
    return any(0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum() for at in (start, end))


@examples(60)
@given(text=st.text(alphabet="ab\n🫖", max_size=40), data=st.data())
def test_a_line_and_a_column_lead_back_to_the_offset(text: str, data: st.DataObject):
    """They count from 1, and a line ends with its line feed."""
    offset = data.draw(st.integers(0, len(text)))
    line, column = Lines(text).at(offset)
    assert sum(len(one) for one in text.split("\n")[: line - 1]) + line - 1 + column - 1 == offset


def test_the_lines_of_a_stretch_are_those_of_its_first_and_last_character():
    """A stretch that ends with a line does not reach into the next."""
    source = SourceText("one\ntwo three\nfour")
    assert source.lines(0, 3) == (1, 1)
    assert source.lines(0, 7) == (1, 2)
    assert source.lines(8, 18) == (2, 3)


@pytest.mark.parametrize("length", [1, 400], ids=["short text", "long text"])
def test_the_nearest_passage_is_the_one_with_most_of_the_words(length: int):
    """In a long text it is looked for where the longest words point."""
    hay = "Somebody poured something into a cup that nobody had seen before. " * length
    passage = "The Tea Society was founded in 1904, and it spilled nothing."
    source = SourceText(f"{hay}{passage} {hay}")
    assert source.nearest("The Tea Society was founded in 1905, and spilled nothing.") == passage


def test_the_nearest_passage_to_anything_is_found_without_an_error():
    """Nothing, noise and a text longer than the source are all answered."""
    source = SourceText("Milk first!")
    assert source.nearest("first! milk " * 1_000)
    assert SourceText("").nearest("tea") == ""
    assert isinstance(SourceText("tea " * 10_000).nearest("\ud800 \0"), str)


def test_differences_are_told_word_by_word():
    """At most three places, each with both readings."""
    assert differences("the mug is hot", "the cup is hot now") == "“mug” where the text says “cup”; nothing where the text says “now”"
    assert differences("a x b x c x d x", "a b c d").count("where the text says nothing") == 3
    assert differences("the same", "the  same") == "white space or the cut of a word"
