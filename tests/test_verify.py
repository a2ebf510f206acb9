"""Was this said? Every text gets the verdict that is right, with the place, the speaker, the words that differ and what they change."""

from __future__ import annotations

import importlib.util
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import apsw
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from api.snapshot import passages
from api.snapshot.lookup import Passages, Scope
from api.snapshot.read import Snapshot
from api.verify.numerals import numbers
from api.verify.tokens import index_words, tokens
from api.verify.verdict import CLOSE, MOST_MATCHES, Stretch, Verdict, verify

ROOT = Path(__file__).parents[1]
KETTLE = "tea.kettle-hour"
INTRICATE = "ab'’.,19 -–_U\u0301\u00ad½é%€`´\"“…"  # noqa: RUF001 - apostrophes of many kinds


def ask(client: FlaskClient, text: str, **more: str) -> dict[str, Any]:
    """Return the data of the answer on a text."""
    answer = client.get("/v1/verify", query_string={"text": text, **more})
    assert answer.status_code == 200, answer.get_json()
    data: dict[str, Any] = answer.get_json()["data"]
    return data


def refusal(client: FlaskClient, **parameters: str) -> list[tuple[str, str]]:
    """Return parameter and code of each fault of a request that is refused."""
    answer = client.get("/v1/verify", query_string=parameters)
    assert answer.status_code == 400
    return [(fault["parameter"], fault["code"]) for fault in answer.get_json()["errors"]]


class OneText:
    """A library of a single source, with actors by their names."""

    def __init__(self, text: str, names: Mapping[str, str], language: str) -> None:
        self.stretch, self.actors = Stretch("one", language, 0, 1, text, (1, 1)), names

    def holding(self, words: Sequence[str]) -> tuple[Sequence[Stretch], bool]:
        """Return all of it."""
        return [self.stretch], True

    def alike(self, words: Sequence[str]) -> Sequence[Stretch]:
        """Return all of it."""
        return [self.stretch]

    def takes(self, rows: tuple[int, int], start: int, end: int) -> bool:
        """Return all of it."""
        return True

    def names(self, texts: set[str]) -> Mapping[str, str]:
        """Return the actors that are named."""
        return {text: self.actors[text] for text in texts if text in self.actors}


NAMES = {"us": "united-states", "united states": "united-states", "usa": "united-states", "russia": "russia", "nato": "nato"}


def verdict_on(said: str, asked: str, language: str = "en") -> Verdict:
    """Return the verdict on a text where a source says another."""
    return verify(asked, OneText(said, NAMES, language))


# The verdicts


def test_the_very_characters_are_exact(client: FlaskClient) -> None:
    data = ask(client, "We do not consider Russia an enemy.")
    (match,) = data["matches"]
    assert (data["verdict"], data["changes_meaning"], data["complete"]) == ("exact", False, True)
    assert match["text"] == "We do not consider Russia an enemy."
    assert (match["verdict"], match["similarity"], match["differences"], match["reason"]) == ("exact", 1, [], None)
    assert match["source"]["id"] == "missile-defence.nato-review-video"
    assert [quote["type"] for quote in match["quotes"]] == ["quote"]
    assert match["speaker"]["type"] == "actor"


def test_a_match_says_where_it_stands_and_what_stands_around_it(tiny_client: FlaskClient) -> None:
    (match,) = ask(tiny_client, "nobody can see how strong it is")["matches"]
    text = tiny_client.get(f"/v1/sources/{KETTLE}/text").get_data(as_text=True)
    position = match["position"]
    assert text[position["start"] : position["end"]] == "nobody\ncan see how strong it is"
    assert (position["line_start"], position["line_end"]) == (6, 7)
    assert match["prefix"] == text[position["start"] - 32 : position["start"]]
    assert match["suffix"] == text[position["end"] : position["end"] + 32]
    assert match["quotes"][0]["id"] == "tea.tea-first-replies"
    assert match["speaker"]["id"] == "tea-society"


@pytest.mark.parametrize(
    "text", ["it spilled nothing at the Café", "it  spilled\n\tnothing at the Café", " it spilled nothing at the Café "]
)
def test_any_run_of_white_space_is_one_space(tiny_client: FlaskClient, text: str) -> None:
    data = ask(tiny_client, text)
    assert (data["verdict"], data["matches"][0]["text"]) == ("exact", "it spilled nothing at the Café")


@pytest.mark.parametrize(
    "text",
    [
        "tea first if the milk goes in before the tea",
        "TEA FIRST! IF THE MILK GOES IN BEFORE THE TEA",
        "“Tea first! If the milk goes in before the tea”",
        "Tea first – if the milk … goes in, before the tea…",
        "Tea first! If the milk goes in before the tea?",
        "Tea-first; if the milk goes in before the tea",
    ],
)
def test_case_marks_quotation_marks_dashes_and_ellipses_make_it_normalised(tiny_client: FlaskClient, text: str) -> None:
    data = ask(tiny_client, text)
    assert (data["verdict"], data["matches"][0]["differences"]) == ("normalised", [])
    assert data["matches"][0]["text"] == "Tea first! If the milk goes in before the tea"


@pytest.mark.parametrize(
    ("said", "asked", "verdict"),
    [
        ("There’s one issue here now", "there's one issue here now", "normalised"),
        ("the US-NATO plan of today", "the US–NATO plan of today", "normalised"),
        ("the U.S. plan of today here", "the US plan of today here", "normalised"),
        ("a cafe\u0301 in the town of", "a café in the town of", "normalised"),
        ("we co\u00adoperate with all of them", "we cooperate with all of them", "normalised"),
        ("at the Café Crème in town", "at the Cafe Creme in town", "absent"),
        ("we were ready for this then", "we're ready for this then", "close"),
        ("it cost 1,000 in that year", "it cost 1000 in that year", "normalised"),
        ("it grew 1.5 in that year", "it grew 15 in that year", "close"),
        ("it grew 5% in that year", "it grew 5 in that year", "close"),
        ("it is -5 degrees in there", "it is 5 degrees in there", "close"),
        ("they have 1.5 million of them", "5 million of them", "close"),
        ("the rat sat on the mat there", "the rat sat on the ma", "close"),
    ],
)
def test_spelling_is_folded_and_what_is_said_is_not(said: str, asked: str, verdict: str) -> None:
    assert verdict_on(said, asked).verdict == verdict


def test_a_passage_with_other_words_is_close_and_says_which(tiny_client: FlaskClient) -> None:
    data = ask(tiny_client, "The cup must never see tea without lemon, or the china will complain.")
    (match,) = data["matches"]
    assert (data["verdict"], data["changes_meaning"]) == ("close", False)
    assert match["differences"] == [{"asked": "lemon", "said": "milk"}, {"asked": "complain", "said": "sulk"}]
    assert match["text"] == "The cup must never see tea without milk, or the china will sulk"
    assert match["similarity"] == round(2 * 11 / 26, 3) >= CLOSE


@pytest.mark.parametrize("text", ["bananas ripen slowly in the cold", "xyzzy plugh", "tea the before in goes milk the", "日本語の文章です"])
def test_what_nobody_said_is_absent(tiny_client: FlaskClient, text: str) -> None:
    data = ask(tiny_client, text)
    assert data == {"verdict": "absent", "changes_meaning": None, "complete": True, "matches": []}


def test_what_was_said_twice_is_found_twice(tiny_client: FlaskClient) -> None:
    data = ask(tiny_client, "Milk first!")
    assert [match["quotes"][0]["id"] for match in data["matches"]] == ["tea.milk-first-opens", "tea.milk-first-again"]
    assert {match["speaker"]["id"] for match in data["matches"]} == {"aunt-agatha"}


def test_a_match_across_quotes_names_each_of_them_and_a_speaker_only_if_it_is_one(tiny_client: FlaskClient) -> None:
    (match,) = ask(tiny_client, "at the Café Crème. Milk first! If you warm the pot")["matches"]
    assert [quote["id"] for quote in match["quotes"]] == ["tea.tea-first-replies", "tea.milk-first-again", "tea.terms"]
    assert match["speaker"] is None


def test_words_that_no_quote_holds_are_found_without_a_speaker(tiny_client: FlaskClient) -> None:
    (match,) = ask(tiny_client, "A Kettle Hour broadcast")["matches"]
    assert (match["quotes"], match["speaker"]) == ([], None)


def test_marks_at_the_ends_belong_to_what_was_asked(tiny_client: FlaskClient) -> None:
    (match,) = ask(tiny_client, "! The cup must never see tea without milk,")["matches"]
    assert (match["verdict"], match["text"]) == ("exact", "! The cup must never see tea without milk,")


def test_the_best_match_comes_first_and_overlapping_ones_are_one() -> None:
    found = verdict_on("We met them then. we met them then! We meet them then.", "We met them then.")
    assert [match.verdict for match in found.matches] == ["exact", "normalised"]
    assert len(verdict_on("tick tock tick tock tick", "tick tock tick").matches) == 1


# What changes the meaning


def test_a_dropped_negation_cannot_be_overlooked(client: FlaskClient) -> None:
    data = ask(client, "We consider Russia an enemy")
    match = data["matches"][0]
    assert (data["verdict"], data["changes_meaning"]) == ("close", True)
    assert match["text"] == "We do not consider Russia an enemy"
    assert match["differences"] == [{"asked": "", "said": "do not"}]
    assert match["reason"] == "The source has the negation “not”, which the text asked for leaves out."


@pytest.mark.parametrize("text", ["consider Russia an enemy", "CONSIDER RUSSIA AN ENEMY!", "Russia an enemy"])
def test_a_negation_that_was_cut_off_cannot_be_overlooked(client: FlaskClient, text: str) -> None:
    data = ask(client, text)
    assert data["verdict"] in {"exact", "normalised"}
    assert data["changes_meaning"] is True
    assert data["matches"][0]["reason"].startswith("The words before it are left out, with a negation that governs it: “not")


@pytest.mark.parametrize(
    ("said", "asked", "kind"),
    [
        ("We will use force against them", "We will not use force against them", "negation"),
        ("We will never use force against them", "We will always use force against them", "negation"),
        ("We can’t use force against them now", "We can use force against them now", "negation"),
        ("Nobody can use force against them now", "We can use force against them now", "negation"),
        ("They are able to use force against them", "They are unable to use force against them", "negation"),
        ("Such a plan is harmless for all of us", "Such a plan is harmful for all of us", "negation"),
        ("We do not say that Russia is an enemy", "We say that Russia is not an enemy", "negation"),
        ("around thirty nations have got such arms", "around forty nations have got such arms", "number"),
        ("around thirty nations have got such arms", "around 300 nations have got such arms", "number"),
        ("some of the nations have got such arms", "two of the nations have got such arms", "number"),
        ("it grew by 5% in the last months", "it grew by 5 in the last months", "number"),
        ("the second element of the plan is this", "the third element of the plan is this", "number"),
        ("in ’97 we declared that we will do it", "in 1998 we declared that we will do it", "date"),
        ("it will be held on 1 April in the town", "it will be held on 1 May in the town", "date"),
        ("it will be held on Monday in the town", "it will be held on Friday in the town", "date"),
        ("So far Russia has refused the proposal", "So far China has refused the proposal", "name"),
        ("So far russia has refused the proposal", "So far it has refused the proposal", "name"),
        ("NATO has offered a deal to Russia now", "Russia has offered a deal to NATO now", "name"),
        ("we met with Smith in the town hall", "we met with Jones in the town hall", "name"),
        ("protection for all of us in here now", "protection for all of US in here now NATO", "name"),
    ],
)
def test_a_negation_number_date_or_name_changes_the_meaning(said: str, asked: str, kind: str) -> None:
    found = verdict_on(said, asked)
    assert (found.verdict, found.changes_meaning) == ("close", True)
    assert f"{kind} " in str(found.matches[0].reason)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("We cannot accept the whole of this plan", "We can not accept the whole of this plan"),
        ("We can’t accept the whole of this plan", "We cannot accept the whole of this plan"),
        ("We do not accept the whole of this plan", "We don't accept the whole of this plan"),
        ("around thirty nations have got such arms", "around 30 nations have got such arms"),
        ("it cost two and a half million of them", "it cost two and a half millions of them"),
        ("it cost $5 in all of those years", "it cost 5 dollars in all of those years"),
        ("in ’97 we declared that we will do it", "in 1997 we declared that we will do it"),
        ("it was 2.5 million in all these years", "it was 2,500,000 in all these years"),
        ("it grew by 5% in the last months", "it grew by five per cent in the last months"),
        ("the United States do it in the end", "the US do it in the end"),
        ("the plan of Russia was never made public", "the plan of the Russian was never made public"),
        ("We consider them a partner in all this", "We consider them an enemy in all this"),
    ],
)
def test_the_same_in_other_words_does_not_change_the_meaning(said: str, asked: str) -> None:
    found = verdict_on(said, asked)
    assert (found.verdict, found.changes_meaning) == ("close", False), found.matches[0].reason


@pytest.mark.parametrize(
    ("said", "asked", "language"),
    [
        ("Wir halten das nicht für einen Feind", "Wir halten das für einen Feind", "de"),
        ("мы не считаем их нашим врагом", "мы считаем их нашим врагом", "ru"),
    ],
)
def test_negations_are_known_in_the_language_of_the_source(said: str, asked: str, language: str) -> None:
    assert verdict_on(said, asked, language).changes_meaning is True


def test_a_german_noun_is_no_name() -> None:
    assert verdict_on("Wir halten das für einen Feind", "Wir halten das für einen Freund", "de").changes_meaning is False


@pytest.mark.parametrize(
    ("said", "asked", "cut"),
    [
        ("We do not, at this time, consider them a threat.", "consider them a threat", True),
        ("If no agreement is reached, we will act.", "we will act", False),
        ("We would really not allow them even theoretically to become hostile.", "to become hostile", True),
        ("That is not so. We will act.", "We will act", False),
        ("It is not the money but the time that counts.", "the time that counts", False),
        ("It is not only a plan.", "a plan", False),
        ("We think the plan is not good.", "We think the plan is", True),
        ("We want peace and no war.", "We want peace", False),
        ("It was caused by... not by the assessment of them.", "the assessment of them", True),
        ("Nobody in the alliance would ever consider them a threat.", "consider them a threat", True),
        ("He denied that the plan was ready.", "the plan was ready", True),
        ("There is no reason for Europe to be engaged.", "Europe to be engaged", True),
        ("He says that it is not meant for one and that there are many.", "there are many", False),
        ("He does not say that it is meant for one and that there are many.", "there are many", True),
    ],
)
def test_a_cut_changes_the_meaning_where_it_leaves_out_a_negation_that_governs_it(said: str, asked: str, cut: bool) -> None:
    found = verdict_on(said, asked)
    assert (found.verdict, found.changes_meaning) == ("exact", cut), found.matches[0].reason


def test_words_that_stand_uncut_elsewhere_are_not_blamed_for_a_cut() -> None:
    found = verdict_on("We do not trust them. We trust them! trust them", "trust them")
    assert (found.verdict, found.changes_meaning) == ("exact", False)
    assert [match.changes_meaning for match in found.matches] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("nineteen ninety-seven", ["1997"]),
        ("two hundred and five thousand", ["205000"]),
        ("twenty-first 21st", ["21th", "21th"]),
        ("2.5 million 2,500,000", ["2500000", "2500000"]),
        ("one two three", ["1", "2", "3"]),
        ("a dozen and half of them twice", ["12", "1/2", "2 times"]),
    ],
)
def test_numbers_are_read_from_words_and_digits(text: str, values: list[str]) -> None:
    assert [piece.value for piece in numbers([token.key for token in tokens(text)])] == values


# Where is looked


def test_a_debate_a_source_or_a_side_narrows_where_is_looked(tiny_client: FlaskClient) -> None:
    assert ask(tiny_client, "Strong tea holds", debate="biscuits")["verdict"] == "exact"
    assert ask(tiny_client, "Strong tea holds", debate="tea")["verdict"] == "absent"
    assert ask(tiny_client, "Strong tea holds", debate="tea,biscuits")["verdict"] == "exact"
    assert ask(tiny_client, "Strong tea holds", source="biscuits.crumbs")["verdict"] == "exact"
    assert ask(tiny_client, "Strong tea holds", source=KETTLE)["verdict"] == "absent"
    assert ask(tiny_client, "Strong tea holds", source="biscuits.crumbs", debate="tea")["verdict"] == "absent"
    assert ask(tiny_client, "Milk first!", speaks_for="milk-first")["verdict"] == "exact"
    assert ask(tiny_client, "Milk first!", speaks_for="tea-first")["verdict"] == "absent"
    assert ask(tiny_client, "If the milk went in before the tea", speaks_for="milk-first")["verdict"] == "absent"
    assert ask(tiny_client, "If the milk went in before the tea", speaks_for="milk-first,tea-first")["verdict"] == "close"


def test_an_id_that_names_no_record_is_refused_with_a_suggestion(tiny_client: FlaskClient) -> None:
    answer = tiny_client.get("/v1/verify?text=Milk+first&debate=teas&source=tea.kettle-our&speaks_for=milk-firts")
    faults = {fault["parameter"]: fault.get("did_you_mean") for fault in answer.get_json()["errors"]}
    assert (answer.status_code, faults) == (400, {"debate": "tea", "source": KETTLE, "speaks_for": "milk-first"})


@pytest.mark.parametrize(
    ("parameters", "faults"),
    [
        ({}, [("text", "empty")]),
        ({"text": ""}, [("text", "empty")]),
        ({"text": "ab"}, [("text", "out_of_range")]),
        ({"text": " a b" * 251 + "c"}, [("text", "out_of_range")]),
        ({"text": "   \n "}, [("text", "out_of_range")]),
        ({"text": "a" * 1001}, [("text", "out_of_range")]),
        ({"text": "?!…"}, [("text", "invalid_value")]),
        ({"text": "🫖🫖🫖"}, [("text", "invalid_value")]),
        ({"text": "." * 1000}, [("text", "invalid_value")]),
        ({"text": "a\0b"}, [("text", "invalid_value")]),
        ({"text": "Milk first!", "speaker": "aunt-agatha"}, [("speaker", "unknown")]),
    ],
)
def test_a_text_that_cannot_be_looked_up_is_refused(
    tiny_client: FlaskClient, parameters: dict[str, str], faults: list[tuple[str, str]]
) -> None:
    assert refusal(tiny_client, **parameters) == faults


@pytest.mark.parametrize("text", ["the", "a b", "x" * 1000, "tea " * 250, "a b " * 250, "   tea   " + " " * 900])
def test_three_to_a_thousand_characters_are_taken(tiny_client: FlaskClient, text: str) -> None:
    assert ask(tiny_client, text)["verdict"] in {"exact", "normalised", "close", "absent"}


@pytest.mark.parametrize(
    "text",
    [
        '" OR NEAR(a b) * ^ :',
        "tea* AND NOT milk",
        "{words} : tea",
        '"tea" OR "milk',
        "tea'; DROP TABLE passages; --",
        "NEAR(milk first, 10)",
        "rowid:1 milk",
        "%2525 %s {0} \\d+",
        "مرحبا بالعالم هنا",
        "\u202emilk first\u202c",
        "e\u0301\u0301\u0301 milk",
        "\u0301\u0302 first",
        "👩‍👩‍👧‍👦 family first",
        "हिन्दी में एक वाक्य",
        "\ufeffMilk first!",
    ],
)
def test_no_text_is_read_as_anything_but_words(tiny_client: FlaskClient, text: str) -> None:
    assert ask(tiny_client, text)["verdict"] in {"exact", "normalised", "close", "absent"}


def test_invisible_characters_of_a_copied_text_do_not_hide_what_was_said(tiny_client: FlaskClient) -> None:
    assert ask(tiny_client, "\u202eMilk\u00ad first\u202c")["verdict"] == "normalised"


@examples(60)
@given(text=st.text(min_size=3, max_size=60).filter(lambda text: "\0" not in text))
def test_whatever_is_asked_is_answered_or_refused(tiny_app: Any, text: str) -> None:
    answer = tiny_app.test_client().get("/v1/verify", query_string={"text": text.encode("utf-8", "replace")})
    assert answer.status_code in {200, 400}


def test_the_answer_is_tagged_and_its_address_is_canonical(tiny_client: FlaskClient) -> None:
    answer = tiny_client.get("/v1/verify?text=Milk++first!&debate=tea&mailto=a@example.org")
    body = answer.get_json()
    assert body["meta"]["query"] == {"text": "Milk first!", "debate": ["tea"]}
    assert body["links"]["self"] == "/v1/verify?debate=tea&text=Milk+first%21"
    again = tiny_client.get(body["links"]["self"], headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


# At length


class Kept:
    """What passages read, in memory."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.database = apsw.Connection(":memory:")
        sources = {source: {"debate": {"id": source.partition(".")[0]}, "language": "en"} for source in texts}
        self.database.execute(passages.TABLES)
        passages.write(self.database, passages.compiled(dict(sorted(texts.items())), sources, []), 1)
        passages.finish(self.database)

    def rows(self, statement: str, bindings: Sequence[Any] = ()) -> list[Any]:
        """Return what a statement finds."""
        return list(self.database.execute(statement, bindings))


def long_text(words: int, seed: int) -> str:
    """Return a text of few different words, white space and marks of many kinds."""
    chance = random.Random(seed)
    vocabulary = "the of a tea U.S. US-NATO don’t 1,000 2.5 not café — x é I Milk".split()
    return "".join(chance.choice(vocabulary) + chance.choice([" ", " ", " ", "\n\n", ", ", "! ", " – ", "\t"]) for _ in range(words))


LONG = {"long.one": long_text(1200, 1), "long.two": long_text(700, 2), "long.zero": "", "short.one": "Milk first"}


@pytest.fixture(scope="module")
def library() -> Passages:
    """A library of long texts, cut into many passages."""
    return Passages(Kept(LONG), Scope())  # type: ignore[arg-type]


def stretches(text: str, chance: random.Random, count: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of whole words of a text, of at most so many characters, that hold a word."""
    begins = [at for at in range(len(text)) if not text[at].isspace() and (at == 0 or text[at - 1].isspace())]
    while count:
        start = chance.choice(begins)
        end = start + len(text[start : start + chance.randrange(3, most)].rstrip())
        if end < len(text) and not text[end].isspace():
            end = start + len(re.sub(r"\s*\S+$", "", text[start:end]))
        if index_words(text[start:end]):
            count -= 1
            yield start, end


def test_the_passages_of_a_text_are_the_text(library: Passages) -> None:
    for source, text in LONG.items():
        rows = library.snapshot.rows("SELECT start, line, text FROM passages WHERE source = ? ORDER BY row", (source,))
        assert "".join(row[2] for row in rows) == text
        assert all(text[start : start + len(part)] == part and line == text.count("\n", 0, start) + 1 for start, line, part in rows)
    assert len(library.snapshot.rows("SELECT 1 FROM passages WHERE source = 'long.one'")) > 5


@pytest.mark.parametrize("most", [20, 200, 1000])
def test_any_stretch_of_whole_words_is_exact_where_it_stands(library: Passages, most: int) -> None:
    for start, end in stretches(LONG["long.one"], random.Random(most), 60, most):
        asked = " ".join(LONG["long.one"][start:end].split())
        found = verify(asked, library)
        places = [match.position for match in found.matches if match.stretch.source == "long.one"]
        assert found.verdict == "exact", asked
        assert any(begin < end and start < behind for begin, behind in places) or len(found.matches) == MOST_MATCHES, asked
        assert all(match.text == asked for match in found.matches if match.verdict == "exact")


@pytest.mark.parametrize("most", [30, 300, 1000])
def test_any_stretch_recased_and_repunctuated_is_at_least_normalised(library: Passages, most: int) -> None:
    for start, end in stretches(LONG["long.two"], random.Random(most), 40, most):
        asked = "«" + " – ".join(LONG["long.two"][start:end].upper().replace("’", "'").split()) + "…»"
        assert verify(asked, library).verdict in {"exact", "normalised"}, asked


@pytest.fixture(scope="module")
def real(app: Any) -> Passages:
    """The library of the shipped dataset."""
    snapshot: Snapshot = app.extensions["rostrum"].snapshot
    return Passages(snapshot, Scope())


def test_any_stretch_of_the_shipped_sources_is_exact_where_it_stands(real: Passages, real_dataset: Any) -> None:
    for source, text in real_dataset.texts.items():
        for start, end in stretches(text.text, random.Random(7), 80, 400):
            asked = " ".join(text.text[start:end].split())
            found = verify(asked, real)
            assert found.verdict == "exact", asked
            places = [(match.stretch.source, match.position) for match in found.matches]
            assert (source, (start, end)) in places or len(places) == MOST_MATCHES
            assert verify(asked.upper(), real).verdict in {"exact", "normalised"}


@examples(150)
@given(text=st.one_of(st.text(INTRICATE, max_size=14), st.text("ab'.,19 -_", max_size=12), st.text(max_size=12)))
def test_equal_keys_are_indexed_under_equal_words(text: str) -> None:
    found = tokens(text)
    assert index_words(text) == [word for token in found for word in index_words(token.key)]
    assert all(text[token.start : token.end] == token.spelled for token in found)


def test_what_stands_in_more_places_than_are_looked_at_is_said_to_be_incomplete() -> None:
    kept = Kept({"many.one": "Milk first! And then some more of it. " * 3000})
    found = verify("Milk first!", Passages(kept, Scope()))  # type: ignore[arg-type]
    assert (found.verdict, len(found.matches), found.complete) == ("exact", MOST_MATCHES, False)


@pytest.mark.parametrize("asked", ["and " * 250, "milk first " * 90, "it of more some then and " * 40])
def test_repetitive_text_costs_no_more_than_any_other(asked: str) -> None:
    kept = Kept({"many.one": "Milk first! And then some more of it. " * 3000})
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return False

    kept.database.set_progress_handler(count, 1000)
    verify(asked.strip(), Passages(kept, Scope()))  # type: ignore[arg-type]
    assert steps < 500


# What is measured


@pytest.fixture(scope="module")
def measuring() -> Iterator[ModuleType]:
    """The script that measures."""
    spec = importlib.util.spec_from_file_location("bench_verify", ROOT / "bench" / "verify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    path = list(sys.path)
    spec.loader.exec_module(module)
    yield module
    sys.path[:] = path
    del sys.modules[spec.name]


def test_the_document_says_what_is_measured_on_the_shipped_dataset(measuring: ModuleType) -> None:
    written = (ROOT / "docs" / "verify.md").read_text("utf-8").partition(measuring.BEGIN)[2].partition(measuring.END)[0]
    assert written.strip() == measuring.measured(ROOT / "data").strip(), "run `python bench/verify.py --write`"
