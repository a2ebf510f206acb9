"""What is found through the sets of common words is what the index of words finds by itself, in the same order and with the same scores."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pyroaring import BitMap

from api.search_text import Term
from api.snapshot import postings, ranking, search, terms
from api.snapshot.everywhere import Scope, labelled
from api.snapshot.layout import APPLICATION_ID, FORMAT, MOST_ROWS, software
from api.snapshot.matching import Matches, matching
from api.snapshot.read import Snapshot
from api.snapshot.records import Shape
from api.snapshot.renewing import Change, Lists, Words, refresh
from schemas import BY_TYPE, RESOURCES

SETTINGS = examples(12)
QUOTE, CLAIM = BY_TYPE["quote"], BY_TYPE["claim"]
TYPES = {RESOURCES.index(QUOTE): QUOTE, RESOURCES.index(CLAIM): CLAIM}
ALL: dict[int, BitMap | None] = dict.fromkeys(sorted(TYPES))
EXHAUSTIVE = "SELECT rowid, -bm25(search, 1.0, 0.5, 0.0) AS score FROM search WHERE search MATCH ? ORDER BY score DESC, rowid"
Records = Mapping[str, Mapping[int, str]]  # texts by collection and row


@contextmanager
def written(records: Records) -> Iterator[tuple[apsw.Connection, Path]]:
    """A file that has what search needs of a snapshot, and a connection that writes to it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "little.rostrum"
        database = apsw.Connection(str(path))
        database.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = NORMAL")
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}")
        database.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL)")
        nothing = json.dumps(Shape().as_json())
        meta = {
            "complete": "yes",
            "software": software(),
            "digest": "sha256:0",
            "about": '{"version": "2026.1.0"}',
            "counts": "{}",
            "records": nothing,
        }
        database.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        database.execute(search.TABLE)
        for resource in (QUOTE, CLAIM):
            columns = "row INTEGER PRIMARY KEY, reference"
            database.execute(f"CREATE TABLE {resource.collection} ({columns})")
            fill(database, resource.collection, records.get(resource.collection, {}))
        yield database, path
        database.close()


def opened(path: Path) -> Snapshot:
    """Return a snapshot that has no records behind its database."""
    *_, size = Shape().bounds(path.stat().st_size)
    os.truncate(path, size)
    return Snapshot(path)


def record(text: str) -> dict[str, Any]:
    """A record of which nothing but its text matters."""
    return {"type": "", "id": "one", "text": text, "label": text, "speaker": {"label": "Tea"}}


def fill(database: apsw.Connection, collection: str, texts: Mapping[int, str]) -> None:
    """Write records into a collection and the index of words."""
    resource = next(one for one in RESOURCES if one.collection == collection)
    for row, text in texts.items():
        reference = json.dumps(record(text)).encode()
        database.execute(f"INSERT INTO {collection} VALUES (?, ?)", (row, reference))
        place = search.rows_of(resource)[0] + row
        database.execute(
            "INSERT INTO search (rowid, stems, words, label) VALUES (?, ?, ?, ?)", (place, *search.document(resource, record(text)))
        )


@contextmanager
def bounds_of(least_common: int, few: int = ranking.FEW, steps: int = ranking.MOST_STEPS) -> Iterator[None]:
    """Other bounds than those that large data has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "LEAST_COMMON", least_common)
        patch.setattr(ranking, "FEW", few)
        patch.setattr(ranking, "MOST_STEPS", steps)
        yield


LEAST, FEW, STEPS = st.sampled_from([1, 2, 5, 1000]), st.sampled_from([0, 3, 1000]), st.sampled_from([0, 1, 5, 5000])
WORDS = ["tea", "teas", "teapot", "milk", "milky", "sugar", "cup", "cups", "café", "the"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
ROWS = st.dictionaries(st.integers(1, 70_000), TEXTS, max_size=25)
RECORDS = st.fixed_dictionaries({"quotes": ROWS, "claims": ROWS})
ONE = st.builds(Term, st.sampled_from([("tea",), ("milk",), ("cup",), ("the",), ("sugar",), ("zebra",), ("cafe",)]))
BEGINNING = st.builds(Term, st.sampled_from([("t",), ("te",), ("tea",), ("teap",), ("m",), ("milky",), ("z",)]), st.just(True))
PHRASE = st.builds(Term, st.sampled_from([("tea", "milk"), ("the", "tea"), ("cup", "the", "tea"), ("tea", "tea")]))
TERM = st.one_of(ONE, ONE, BEGINNING, PHRASE)
ASKED = st.tuples(st.lists(TERM, min_size=1, max_size=4), st.lists(TERM, max_size=1)).map(
    lambda terms: [*terms[0], *(Term(term.words, term.prefix, excluded=True) for term in terms[1])]
)


def exhaustive(snapshot: Snapshot, terms: list[Term]) -> list[tuple[int, int, float]]:
    """Return type, row and score of all that the index of words finds, each hit looked at."""
    found = snapshot.rows(EXHAUSTIVE, (search.expression(terms),))
    return [(*divmod(rowid, MOST_ROWS), score) for rowid, score in found]


@SETTINGS
@given(records=RECORDS, asked=st.lists(ASKED, min_size=1, max_size=4), offset=st.integers(0, 10), limit=st.integers(0, 30), bounds=st.tuples(LEAST, FEW))  # fmt: skip
def test_pages_hold_what_scoring_every_hit_finds(
    records: Records, asked: list[list[Term]], offset: int, limit: int, bounds: tuple[int, int]
):
    with bounds_of(*bounds), written(records) as (database, path):
        postings.write(database)
        snapshot = opened(path)
        for terms in asked:
            expected = exhaustive(snapshot, terms)
            page = Matches(snapshot, terms).page(ALL, limit, offset)
            assert page.total == len(expected)
            assert page.rows == expected[offset : offset + limit]


@SETTINGS
@given(records=RECORDS, terms=ASKED, among=st.sets(st.integers(1, 70_000), max_size=10), data=st.data(), bounds=st.tuples(LEAST, FEW))
def test_a_search_among_some_rows_finds_those_of_all_that_are_among_them(
    records: Records, terms: list[Term], among: set[int], data: st.DataObject, bounds: tuple[int, int]
):
    with bounds_of(*bounds), written(records) as (database, path):
        postings.write(database)
        snapshot = opened(path)
        type_ = RESOURCES.index(QUOTE)
        rows = BitMap(among | data.draw(st.sets(st.sampled_from(sorted(records["quotes"])))) if records["quotes"] else among)
        expected = [hit for hit in exhaustive(snapshot, terms) if hit[0] == type_ and hit[1] in rows]
        assert Matches(snapshot, terms).page({type_: rows}, 100, 0).rows == expected
        assert matching(snapshot, QUOTE, terms) & rows == BitMap(row for _, row, _ in expected)


@SETTINGS
@given(records=RECORDS, terms=ASKED, size=st.integers(1, 4), bounds=st.tuples(LEAST, FEW, STEPS))
def test_a_walk_meets_each_match_once_in_the_order_of_its_pages(
    records: Records, terms: list[Term], size: int, bounds: tuple[int, int, int]
):
    with bounds_of(*bounds), written(records) as (database, path):
        postings.write(database)
        snapshot = opened(path)
        type_ = RESOURCES.index(QUOTE)
        whole = [row for _, row, _ in Matches(snapshot, terms).page({type_: None}, 100, 0).rows]
        assert sorted(whole) == sorted(row for number, row, _ in exhaustive(snapshot, terms) if number == type_)
        walked = whole[:size]
        while len(walked) <= len(whole) and walked and (following := Matches(snapshot, terms).behind(type_, None, walked[-1], size)):
            walked += following
        assert walked == whole
        assert Matches(snapshot, terms).behind(type_, None, 70_001, size) is None


@SETTINGS
@given(records=RECORDS, terms=ASKED, steps=STEPS)
def test_what_is_not_ranked_any_more_has_its_score_all_the_same(records: Records, terms: list[Term], steps: int):
    with bounds_of(1, 0, steps), written(records) as (database, path):
        postings.write(database)
        snapshot = opened(path)
        assert sorted(Matches(snapshot, terms).page(ALL, 100, 0).rows) == sorted(exhaustive(snapshot, terms))


@SETTINGS
@given(records=RECORDS, most=st.sampled_from([1, 2, 5, 20]), piece=st.sampled_from([1, 2, 3, 1000]), least=LEAST)
def test_words_too_common_to_be_read_at_once_have_the_sets_that_they_would_have(records: Records, most: int, piece: int, least: int):
    with bounds_of(least), written(records) as (database, _), written(records) as (other, _):
        postings.write(database)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(postings, "MOST_AT_ONCE", max(most, least))
            patch.setattr(postings, "PIECE", piece)
            postings.write(other)
        for table in ("common ORDER BY kind, token", "postings ORDER BY list, type, level"):
            assert list(other.execute(f"SELECT * FROM {table}")) == list(database.execute(f"SELECT * FROM {table}"))


@SETTINGS
@given(records=RECORDS, asked=st.lists(ASKED, min_size=1, max_size=6), most=st.sampled_from([0, 3_000, 1 << 20]))
def test_a_search_keeps_the_sets_of_the_type_that_it_is_for_and_no_more_than_there_is_room_for(
    records: Records, asked: list[list[Term]], most: int
):
    with bounds_of(1), written(records) as (database, path), pytest.MonkeyPatch.context() as patch:
        patch.setattr(terms, "MOST_KEPT", most)
        postings.write(database)
        snapshot, type_ = opened(path), RESOURCES.index(QUOTE)
        known = terms.terms_of(snapshot)
        for one in asked:
            expected = [hit for hit in exhaustive(snapshot, one) if hit[0] == type_]
            assert Matches(snapshot, one).page({type_: None}, 100, 0).rows == expected
            sizes = [dict(standing.sizes) for standing in known._kept.values()]
            assert {read for some in sizes for read in some} <= {type_}
            assert known._bytes == sum(sum(some.values()) for some in sizes)
            assert known._bytes <= most or len(sizes) == 1


@SETTINGS
@given(records=RECORDS, typed=st.lists(st.sampled_from(["tea", "milk", "cup", "the", "zebra"]), max_size=2), last=st.sampled_from(["t", "te", "teap", "c", "caf", "z"]), least=LEAST)  # fmt: skip
def test_labels_are_found_by_their_words_and_the_beginning_of_one(records: Records, typed: list[str], last: str, least: int):
    with bounds_of(least), written(records) as (database, path):
        postings.write(database)
        snapshot = opened(path)
        match = " AND ".join([*(f'{{label}} : "{word}"' for word in typed), f'{{label}} : "{last}" *'])
        expected = snapshot.rows("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid", (match,))
        found = labelled(snapshot, [*typed, last], Scope([QUOTE, CLAIM]), 100)
        assert [search.rows_of(resource)[0] + row for resource, some in found for _, row in some] == [row for (row,) in expected]


@SETTINGS
@given(records=RECORDS, others=st.dictionaries(st.integers(1, 70_000), TEXTS, max_size=10), first=st.integers(1, 70_000), size=st.integers(0, 40_000), asked=st.lists(ASKED, min_size=1, max_size=4), least=LEAST)  # fmt: skip
def test_sets_that_were_brought_up_to_date_answer_like_new_ones(  # noqa: PLR0917 - each is drawn
    records: Records, others: Mapping[int, str], first: int, size: int, asked: list[list[Term]], least: int
):
    last = first + size
    quotes = {row: text for row, text in records["quotes"].items() if not first <= row <= last}
    quotes |= {row: text for row, text in others.items() if first <= row <= last}
    with bounds_of(least), written(records) as (database, path), written({**records, "quotes": quotes}) as (fresh, fresh_path):
        postings.write(database)
        database.execute("DELETE FROM quotes; DELETE FROM claims; DROP TABLE search")
        database.execute(search.TABLE)
        for collection, texts in (("quotes", quotes), ("claims", records["claims"])):
            fill(database, collection, texts)
        going, coming = Words(), Words()
        for words, texts in ((going, records["quotes"]), (coming, quotes)):
            for row in sorted(row for row in texts if first <= row <= last):
                words.add(row, search.document(QUOTE, record(texts[row])))
        refresh(database, Lists(database.execute), [Change("quotes", [(first, last)], going, coming)])
        postings.write(fresh)
        changed, new = opened(path), opened(fresh_path)
        for terms in asked:
            assert Matches(changed, terms).page(ALL, 100, 0) == Matches(new, terms).page(ALL, 100, 0)
            assert Matches(changed, terms).page(ALL, 100, 0).rows == exhaustive(changed, terms)
