"""Search finds what a plain recomputation finds, marks the right characters, ranks by the stated formula, and takes any input at all."""

from __future__ import annotations

import itertools
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from oracle import holds, searched, times, words
from worlds import World, parameters_of

from api.words import fold, stem
from api.words import words as found_words
from schemas import BY_TYPE, RESOURCES, Resource

SETTINGS = examples(30)
Term = tuple[str, ...]
SYNTAX = [
    'AND', 'OR', 'NOT', 'NEAR', 'NEAR(milk tea)', 'milk AND', 'AND milk', 'milk OR tea', 'milk NOT tea', 'NOT milk', 'stems:milk', 'words : milk', 'label:milk',
    '{stems} : milk', '^milk', 'milk + tea', '(milk', 'milk)', '((milk))', '"milk', 'milk"', '"milk" *', '"milk"*', 'milk*tea', '**milk', "milk'", "'milk", "milk;--",
    'milk" OR "tea', '\\"milk\\"', "milk' OR 1=1", 'milk % _', '-"milk tea" milk', '--milk tea', '- milk', 'milk -', 'milk "', 'milk -"', 'milk ""', 'rowid:1 milk',
    'search MATCH milk', 'milk,tea', 'milk\ttea', 'milk\u00a0tea', 'milk\u200btea', 'm\u0301ilk', 'milk/tea', '24/7', 'co-operate', '+milk', '=milk', '@milk', '|milk',
]  # fmt: skip
NOTHING = ['*', '-', '"', '""', '- -', '-milk', '-"milk tea"', '...', '🫖' * 200, '"*"', "'", '«»', '_', '* * *', '\u0301', '-*', '"" ""', '()', '\u200b']  # fmt: skip


def matching(world: World, resource: Resource, wanted: list[Term], unwanted: list[Term]) -> set[str]:
    """Return the ids of the records of a type that hold all of some terms and none of others, worked out again."""
    found = set()
    for served, record in world.records[resource.type].items():
        fields = [words(text) for _, text in searched(resource, record)]
        if all(times(fields, term) for term in wanted) and not any(times(fields, term) for term in unwanted):
            found.add(served)
    return found


def spelled(term: Term) -> str:
    """Return a term as it is asked for."""
    return f'"{" ".join(term)}"' if len(term) > 1 else term[0]


@pytest.fixture(scope="module")
def phrases(world: World) -> list[Term]:
    """Words, phrases and beginnings that occur in the records, and some that do not."""
    texts = [
        words(text) for resource in RESOURCES for record in world.records[resource.type].values() for _, text in searched(resource, record)
    ]
    single = sorted({word for text in texts for word in text})
    some: list[Term] = [(word,) for word in single[:: max(1, len(single) // 60)]]
    some += [(word[: max(1, len(word) // 2)] + "*",) for (word,) in some]
    some += [tuple(text[start : start + 2]) for text in texts[::3] for start in range(0, len(text) - 1, 5)]
    return [*some, ("zebra",), ("tea", "zebra"), ("q*",)]


def test_each_term_finds_what_holds_it(world: World, phrases: list[Term]):
    for term in phrases[::2]:
        resource = BY_TYPE["claim" if len(term) == 1 else "quote"]
        assert set(world.found(resource, q=spelled(term))) == matching(world, resource, [term], []), term


@SETTINGS
@given(data=st.data())
def test_terms_together_find_what_holds_all_that_is_wanted_and_nothing_that_is_not(world: World, phrases: list[Term], data: st.DataObject):
    resource = data.draw(st.sampled_from(RESOURCES))
    wanted = data.draw(st.lists(st.sampled_from(phrases), min_size=1, max_size=3))
    unwanted = data.draw(st.lists(st.sampled_from(phrases), max_size=2))
    q = " ".join([*map(spelled, wanted), *(f"-{spelled(term)}" for term in unwanted)])
    assert set(world.found(resource, q=q)) == matching(world, resource, wanted, unwanted)


@SETTINGS
@given(data=st.data())
def test_search_over_all_types_ranks_by_the_stated_formula(world: World, phrases: list[Term], data: st.DataObject):
    terms = data.draw(st.lists(st.sampled_from(phrases), min_size=1, max_size=3, unique=True))
    scores = world.oracle.scores(terms)
    answer = world.get("/v1/search", q=" ".join(map(spelled, terms)), per_page="200")
    assert answer["meta"]["total"] == len(scores)
    assert {(hit["type"], hit["id"]) for hit in answer["data"]} <= scores.keys()
    for hit in answer["data"]:
        assert hit["score"] == pytest.approx(scores[hit["type"], hit["id"]], abs=0.000051)
    exact = [scores[hit["type"], hit["id"]] for hit in answer["data"]]
    assert exact == pytest.approx(sorted(scores.values(), reverse=True)[: len(exact)])


def test_the_best_come_first_in_a_collection_as_well(world: World):
    for q in ("the", "milk", "missile defence", "te*"):
        terms: list[Term] = [(word,) for word in q.split()]
        scores = world.oracle.scores(terms)
        for resource in RESOURCES:
            found = [scores[resource.type, served] for served in world.found(resource, q=q)]
            assert found == pytest.approx(sorted(found, reverse=True))
            back = [scores[resource.type, served] for served in world.found(resource, q=q, sort="relevance")]
            assert back == pytest.approx(sorted(found))


def test_a_search_is_narrowed_by_filters(world: World):
    for q in ("the", "milk", "a*"):
        held = matching(world, BY_TYPE["claim"], [(q,)], [])
        found = world.found(BY_TYPE["claim"], q=q, kind="factual,causal", sort="id")
        assert found == [record["id"] for record in world.oracle.find(BY_TYPE["claim"], {"kind": "factual,causal"}) if record["id"] in held]


def test_search_over_all_types_can_be_narrowed_to_types_and_debates(world: World):
    debate = world.ids(BY_TYPE["debate"])[0]
    for asked in ({"types": "claim"}, {"types": "quote,actor"}, {"debate": debate}, {"debate": debate, "types": "actor,debate,event"}):
        answer = world.get("/v1/search", q="the*", per_page="200", **asked)
        types = asked.get("types", ",".join(BY_TYPE)).split(",")
        expected = {
            (type_, served)
            for type_ in types
            for served in matching(world, BY_TYPE[type_], [("the*",)], [])
            if "debate" not in asked or debate in world.oracle.values(BY_TYPE[type_], world.records[type_][served], "debate")
        }
        assert {(hit["type"], hit["id"]) for hit in answer["data"]} == expected
        assert answer["meta"]["query"] == {"q": "the*", **{name: text.split(",") for name, text in asked.items()}}


def test_the_pages_of_a_search_make_up_the_whole(world: World):
    whole = world.get("/v1/search", q="the*", per_page="200")["data"]
    path, found = "/v1/search?q=the*&per_page=3", []
    while path:
        answer = world.get(path)
        found += answer["data"]
        path = answer["links"]["next"]
    assert found == whole
    assert world.get("/v1/search", q="the*", per_page="0")["data"] == []
    assert world.refused("/v1/search", q="the", page="400", per_page="200") == [("page", "out_of_range")]


# Highlights


def check_highlights(resource: Resource, record: Any, marked: list[dict[str, Any]], terms: list[Term]) -> None:
    """Compare the places that are marked in a record with the terms that stand in it."""
    fields = dict(searched(resource, record))
    assert [one["field"] for one in marked] == [name for name, text in fields.items() if any(holds(words(text), term) for term in terms)]
    for one in marked:
        text = fields[one["field"]]
        assert one["ranges"] == sorted(one["ranges"])
        assert all(end <= start for (_, end), (start, _) in zip(one["ranges"], one["ranges"][1:], strict=False))
        for start, end in one["ranges"]:
            inside = words(text[start:end])
            assert any(holds(inside, term) for term in terms), (text[start:end], terms)
            assert not text[start:end][:1].isspace()
            assert text[end : end + 1] == "" or not text[end].isalnum()
            assert text[start - 1 : start] == "" or not text[start - 1].isalnum()
        first = text[slice(*one["ranges"][0])]
        assert first in one["snippet"]
        assert all(part in text for part in one["snippet"].removeprefix("… ").removesuffix(" …").split("\n"))
        assert len(one["snippet"]) <= 400


def test_every_place_that_matches_is_marked_and_no_other(world: World, phrases: list[Term]):
    for term in phrases[1::3]:
        for hit in world.get("/v1/search", q=spelled(term), per_page="30")["data"]:
            check_highlights(BY_TYPE[hit["type"]], world.records[hit["type"]][hit["id"]], hit["highlights"], [term])


def test_a_collection_marks_the_same_places(world: World):
    terms: list[Term] = [("the",), ("te*",)]
    answer = world.get("/v1/quotes", q="the te*", highlight="true", select="id", per_page="200")
    assert set(answer["meta"]["highlights"]) == {record["id"] for record in answer["data"]}
    for served, marked in answer["meta"]["highlights"].items():
        check_highlights(BY_TYPE["quote"], world.records["quote"][served], marked, terms)
    assert "highlights" not in world.get("/v1/quotes", q="the", highlight="false")["meta"]
    assert world.refused("/v1/quotes", highlight="true") == [("highlight", "conflict")]


def test_places_that_overlap_are_marked_as_one(odd_world: World):
    (served,) = odd_world.found(BY_TYPE["claim"], q='"generators generate"')
    claim = odd_world.records["claim"][served]
    for q in ('"of generators generate" generators', 'generators "of generators generate"', '"of generators" "generators generate"'):
        (marked,) = odd_world.get("/v1/claims", q=q, highlight="true", id=served)["meta"]["highlights"][served]
        assert "of generators generate" in [claim["text"][start:end] for start, end in marked["ranges"]]


@pytest.mark.parametrize(("q", "marked"), [
    ("emoji words", ["emoji", "words"]), ("between", ["between"]), ("unicode", ["Ünïcödé"]), ("strasse", ["Straße", "STRASSE"]), ("cafe", ["Café"]),
    ("Cafe\u0301", ["Café"]), ("fine", ["ﬁne"]), ("flour", ["ﬂour"]), ("xy", ["x\u0302y"]), ("x\u0302y", ["x\u0302y"]), ("cats", ["cat's", "cats"]), ("cat’s", ["cat's"]),
    ("rocknroll", ["rock'n'roll"]), ("oneill", ["O’Neill"]), ("naive", ["naïve"]), ("reenter", []), ("re-enter", ["re-enter"]), ("cooperate", []),
    ("co operate", ["co", "operate"]), ("milk hot", ["\U0001d40c\U0001d422lk", "\u210cot"]), ("istanbul", ["İstanbul"]), ("हिन्दी", ["हिन्दी"]), ("हिन्दू", []),
    ("ミルク", ["ミルク"]), ("generation", ["generations", "generators", "generate"]), ("generously", ["generously"]), ("24/7", ["24/7"]), ("1,000.5", ["1,000.5"]),
])  # fmt: skip
def test_words_are_found_however_they_are_written_and_marked_as_they_stand(odd_world: World, q: str, marked: list[str]):
    found = set()
    for hit in odd_world.get("/v1/search", q=q, types="actor", per_page="200")["data"]:
        fields = dict(searched(BY_TYPE["actor"], odd_world.records["actor"][hit["id"]]))
        found |= {fields[one["field"]][start:end] for one in hit["highlights"] for start, end in one["ranges"]}
    assert set(marked) <= found
    assert marked or not found


def test_a_phrase_reaches_from_no_field_into_the_next(odd_world: World):
    actor = odd_world.records["actor"]["odd-03"]
    assert len(actor["aliases"]) == 3
    for first, second in [
        (actor["name"], actor["aliases"][0]),
        (actor["aliases"][0], actor["aliases"][1]),
        (actor["aliases"][2], actor["description"]),
    ]:
        phrase = f'"{words(first)[-1]} {words(second)[0]}"'
        assert "odd-03" not in odd_world.found(BY_TYPE["actor"], q=phrase)
        assert "odd-03" in odd_world.found(BY_TYPE["actor"], q=phrase.replace('"', ""))


# Any input


@pytest.mark.parametrize("q", SYNTAX)
def test_nothing_is_read_as_the_syntax_of_the_search_engine(odd_world: World, q: str):
    for path in ("/v1/search", "/v1/claims", "/v1/autocomplete"):
        assert odd_world.client.get(path, query_string={"q": q}).status_code == 200, path
    for word in ("AND", "OR", "NOT", "NEAR"):
        found = odd_world.found(BY_TYPE["actor"], q=word)
        assert set(found) == matching(odd_world, BY_TYPE["actor"], [(word.lower(),)], [])


@pytest.mark.parametrize("q", NOTHING)
def test_a_search_for_nothing_is_refused(odd_world: World, q: str):
    for path in ("/v1/search", "/v1/claims"):
        assert odd_world.refused(path, q=q) == [("q", "invalid_value")]


@examples(200)
@given(
    q=st.text(
        alphabet=st.one_of(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), st.sampled_from("\"*-:(){}^+ 'ab")),
        max_size=40,
    )
)
def test_any_text_is_searched_for_or_refused(odd_world: World, q: str):
    for path in ("/v1/search", "/v1/quotes", "/v1/autocomplete"):
        answer = odd_world.client.get(path, query_string={"q": q, **({"highlight": "true"} if path == "/v1/quotes" else {})})
        assert answer.status_code in {200, 400}
        assert answer.status_code == 200 or {fault["code"] for fault in answer.get_json()["errors"]} <= {
            "invalid_value",
            "out_of_range",
            "empty",
        }


def test_case_spacing_and_order_make_no_difference(world: World):
    found = [set(world.found(BY_TYPE["quote"], q=q)) for q in ("we will", "WILL We", "  will\t we ", "Will we")]
    assert found == [found[0]] * 4
    assert world.get("/v1/quotes", q="  will \t we ")["meta"]["query"]["q"] == "will we"


def test_the_order_of_parameters_makes_no_difference(world: World):
    debate = world.ids(BY_TYPE["debate"])[0]
    for path in ("/v1/search", "/v1/autocomplete"):
        parameters = [("q", "the"), ("types", "claim,quote"), ("debate", debate), ("per_page", "3")]
        answers = [world.client.get(path, query_string=dict(order)) for order in itertools.permutations(parameters)]
        assert len({(answer.data, answer.headers["ETag"]) for answer in answers}) == 1


def test_words_fold_once_and_for_all():
    for number in (*range(0x20, 0x3000), *range(0xF900, 0x10000), *range(0x1D400, 0x1D800)):
        for word in found_words(f"a{chr(number)}b {chr(number)}c"):
            assert fold(word.folded) == word.folded
            assert all(one not in word.folded for one in " \"'*-:(){}^+_·")
            assert word.folded == word.folded.casefold()


@given(text=st.text(max_size=60))
@examples(200)
def test_words_stand_where_they_are_said_to_stand(text: str):
    found = found_words(text)
    assert all(fold(text[word.start : word.end]) == word.folded and word.stem == stem(word.folded) for word in found)
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))


@given(text=st.text(alphabet="abcdeéèñçAZ '’-.,", max_size=40))
@examples(100)
def test_decomposed_text_has_the_same_words(text: str):
    decomposed = unicodedata.normalize("NFD", text)
    assert [word.folded for word in found_words(text)] == [word.folded for word in found_words(decomposed)]


# Completion


def completed(world: World, q: str, types: list[str]) -> set[tuple[str, str]]:
    """Return the records whose labels hold the words typed so far, worked out again."""
    *whole, last = words(q)
    found = set()
    for type_ in types:
        for served, record in world.records[type_].items():
            label = words(BY_TYPE[type_].label(record))
            if all(word in label for word in whole) and any(word.startswith(last) for word in label):
                found.add((type_, served))
    return found


@pytest.mark.parametrize(
    "q",
    [
        "m",
        "mi",
        "the",
        "tea f",
        "first tea",
        "the m",
        "nat",
        "missile def",
        "caf",
        "e",
        "unico",
        "ssile",
        "milk first",
        "zebra",
        "generations generato",
    ],
)
def test_completion_finds_labels_by_the_words_typed_so_far(world: World, q: str):
    expected = completed(world, q, list(BY_TYPE))
    answer = world.get("/v1/autocomplete", q=q, per_page="50")
    found = [(entry["type"], entry["id"]) for entry in answer["data"]]
    assert len(found) == len(set(found)) == min(50, len(expected))
    assert set(found) <= expected
    assert answer["meta"]["count"] == len(found)
    for entry in answer["data"]:
        resource, record = BY_TYPE[entry["type"]], world.records[entry["type"]][entry["id"]]
        assert {name: entry[name] for name in ("type", "id", "label", "href")} == resource.reference(record)
        assert entry["hint"] == resource.hint(record)
        marked = [words(entry["label"][start:end])[0] for start, end in entry["ranges"]]
        assert set(marked) <= {word for word in words(entry["label"]) if word in words(q) or word.startswith(words(q)[-1])}
        assert all(any(word.startswith(one) for word in marked) for one in words(q))


def test_labels_that_begin_with_what_was_typed_come_first_and_short_ones_before_long_ones(world: World):
    for q in ("the", "m", "tea"):
        labels = [entry["label"] for entry in world.get("/v1/autocomplete", q=q, per_page="50")["data"]]
        keys = [(not " ".join(words(label)).startswith(q), len(label)) for label in labels]
        assert keys == sorted(keys)


def test_completion_can_be_narrowed(world: World):
    debate = world.ids(BY_TYPE["debate"])[-1]
    answer = world.get("/v1/autocomplete", q="t", types="claim,actor", debate=debate, per_page="50")
    assert {entry["type"] for entry in answer["data"]} <= {"claim", "actor"}
    for entry in answer["data"]:
        assert debate in world.oracle.values(BY_TYPE[entry["type"]], world.records[entry["type"]][entry["id"]], "debate")
    assert parameters_of(answer["links"]["self"]) == {"q": "t", "types": "claim,actor", "debate": debate, "per_page": "50"}
    assert len(world.get("/v1/autocomplete", q="t")["data"]) <= 10


def test_what_cannot_be_asked_of_all_types_is_refused(world: World):
    for path in ("/v1/search", "/v1/autocomplete"):
        assert world.refused(path) == [("q", "empty")]
        assert world.refused(path, q="tea", types="claims") == [("types", "invalid_value")]
        assert world.refused(path, q="tea", debate="no-such-debate") == [("debate", "invalid_value")]
        assert world.refused(path, q="tea", kind="causal") == [("kind", "unknown")]
    assert world.refused("/v1/autocomplete", q="...") == [("q", "invalid_value")]
