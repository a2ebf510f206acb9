"""A client that has an answer already is told so before any work is done, and is never told so wrongly."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import apsw
import pytest
from asking import addresses, carries_the_common_headers, problem
from conftest import make_app
from flask import Flask
from flask.testing import FlaskClient
from tiny import change, tiny

from api.snapshot.records import Records
from schemas.load import load

RECORD = "/v1/claims/tea.milk-goes-first"
LIST = "/v1/claims"
TEXT = "/v1/sources/tea.kettle-hour/text"
NOTHING = "/v1/claims/tea.nothing"
RELEASED = "Tue, 24 Nov 2026 00:00:00 GMT"
EARLIER, LATER = "Mon, 23 Nov 2026 23:59:59 GMT", "Tue, 24 Nov 2026 00:00:01 GMT"
MOMENTARY = ("/healthz", "/readyz")


def tag_of(client: FlaskClient, path: str, **headers: str) -> str:
    """Return the entity tag of an answer."""
    answer = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200
    return answer.headers["ETag"]


def status(client: FlaskClient, path: str, headers: dict[str, str], method: str = "GET") -> int:
    """Return the status of an answer."""
    return client.open(path, method=method, headers=headers).status_code


@pytest.fixture
def steps(tmp_path: Path) -> Iterator[tuple[FlaskClient, list[str]]]:
    """A client of the tiny dataset, and what its questions cause: steps of the database, and records that are read."""
    said: list[str] = []

    def listen(connection: apsw.Connection) -> None:
        connection.set_progress_handler(hear, 1, id="heard")

    def hear() -> bool:
        said.append("a step")
        return False

    def watch(frame: FrameType, *_: object) -> None:
        if frame.f_code is Records.at.__code__:
            said.append("records")

    apsw.connection_hooks.append(listen)
    sys.setprofile(watch)
    try:
        client = make_app(load(tiny(tmp_path / "tiny")), tmp_path).test_client()
        client.get(LIST)
        said.clear()
        yield client, said
    finally:
        sys.setprofile(None)
        apsw.connection_hooks.remove(listen)


def test_every_answer_that_may_be_kept_has_a_strong_tag_and_the_day_of_the_dataset(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for path in addresses(tiny_app):
        answer = tiny_client.get(path)
        tag, weak = answer.get_etag()
        if path in MOMENTARY:
            assert (tag, answer.headers["Cache-Control"]) == (None, "no-store")
        else:
            assert tag
            assert not weak
            assert answer.headers["Last-Modified"] == RELEASED
            assert answer.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=86400, stale-if-error=86400"


def test_no_two_answers_share_a_tag(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    tags = [tag_of(tiny_client, path) for path in addresses(tiny_app) if path not in MOMENTARY]
    asked = [
        f"{LIST}?{query}"
        for query in ("kind=causal", "kind=factual", "kind__not=causal", "page=2", "per_page=1", "sort=-id", "pretty=true")
    ]
    tags += [tag_of(tiny_client, path) for path in [*asked, f"{RECORD}?pretty=true", "/v1?pretty=true"]]
    tags += [tag_of(tiny_client, LIST, Accept_Encoding=coding) for coding in ("gzip", "br", "zstd")]
    tags += [tag_of(tiny_client, "/", Accept="application/json")]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{LIST}?kind=causal&made_by=milk-first", f"{LIST}?made_by=milk-first&kind=causal"),
        (f"{LIST}?page=1&per_page=25&pretty=false", LIST),
        (f"{LIST}?sort=id&mailto=you@example.org", f"{LIST}?sort=id"),
        (f"{LIST}?mailto=a&kind=causal", f"{LIST}?kind=causal&mailto=b"),
        (f"{LIST}?", LIST),
        (f"{LIST}?&&", LIST),
        (f"{LIST}?kind=%63ausal", f"{LIST}?kind=causal"),
        (f"{LIST}?made_by=milk-first%2Ctea-first", f"{LIST}?made_by=milk-first,tea-first"),
        (f"{RECORD}?mailto=you@example.org", RECORD),
        (f"{RECORD}?pretty=false", RECORD),
        ("/v1?mailto=you@example.org", "/v1"),
        ("/v1?pretty=false", "/v1"),
        (f"{TEXT}?mailto=you@example.org", TEXT),
    ],
)
def test_equal_questions_have_equal_answers_and_equal_tags(tiny_client: FlaskClient, one: str, other: str) -> None:
    assert tag_of(tiny_client, one) == tag_of(tiny_client, other)
    assert tiny_client.get(one).data == tiny_client.get(other).data


def test_a_tag_outlives_the_process_but_not_the_data(tiny_client: FlaskClient, tmp_path: Path) -> None:
    same = make_app(load(tiny(tmp_path / "same")), tmp_path).test_client()
    assert tag_of(same, LIST) == tag_of(tiny_client, LIST)
    change(tmp_path / "same", "actors.json", "teapotshire", description="Where none of this takes place.")
    other = make_app(load(tmp_path / "same"), tmp_path).test_client()
    assert tag_of(other, LIST) != tag_of(tiny_client, LIST)


def test_every_path_says_not_modified_with_what_a_cache_needs_and_nothing_else(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for path in [path for path in addresses(tiny_app) if path not in MOMENTARY]:
        whole = tiny_client.get(path, headers={"Accept-Encoding": "br"})
        for method in ("GET", "HEAD"):
            answer = tiny_client.open(path, method=method, headers={"Accept-Encoding": "br", "If-None-Match": whole.headers["ETag"]})
            assert (answer.status_code, answer.data) == (304, b"")
            assert carries_the_common_headers(answer)
            for name in ("ETag", "Cache-Control", "Vary", "Last-Modified", "Content-Security-Policy", "API-Version"):
                assert answer.headers.getlist(name) == whole.headers.getlist(name), (path, name)
            assert not {"Content-Type", "Content-Length", "Content-Encoding", "Link"} & set(answer.headers.keys())


@pytest.mark.parametrize(
    "sent",
    [
        "{tag}",
        "W/{tag}",
        '"other", {tag}',
        '"other",W/{tag},"third"',
        '"a, b" , {tag}',
        " {tag} ",
        '{tag}, "never closed',
        '"é", {tag}',
        ",, {tag},",
        "nonsense {tag}",
    ],
)
def test_a_tag_that_the_client_has_is_found_wherever_it_stands(tiny_client: FlaskClient, sent: str) -> None:
    header = sent.format(tag=tag_of(tiny_client, RECORD))
    assert status(tiny_client, RECORD, {"If-None-Match": header}) == 304


@pytest.mark.parametrize(
    "sent",
    ["", '"other"', "{bare}", '"{bare}', '"{tag}"', "w/{tag}x", '"*"', "W/*", '*, "a"', "*,*", "{bare}-gzip", '"{bare} "', "\t", "\x7f"],
)
def test_a_tag_that_the_client_does_not_have_is_not_made_out(tiny_client: FlaskClient, sent: str) -> None:
    tag = tag_of(tiny_client, RECORD)
    header = sent.format(tag=tag.replace('"', "'"), bare=tag.strip('"'))
    assert status(tiny_client, RECORD, {"If-None-Match": header, "If-Modified-Since": LATER}) == 200


def test_a_tag_of_another_coding_or_query_does_not_count(tiny_client: FlaskClient) -> None:
    tag = tag_of(tiny_client, LIST, Accept_Encoding="br")
    assert status(tiny_client, LIST, {"If-None-Match": tag, "Accept-Encoding": "br"}) == 304
    assert status(tiny_client, LIST, {"If-None-Match": tag, "Accept-Encoding": "gzip"}) == 200
    assert status(tiny_client, f"{LIST}?page=2", {"If-None-Match": tag, "Accept-Encoding": "br"}) == 200


@pytest.mark.parametrize("sent", ["*", " * "])
def test_any_tag_means_that_the_record_is_there(tiny_client: FlaskClient, sent: str) -> None:
    assert status(tiny_client, RECORD, {"If-None-Match": sent}) == 304
    assert status(tiny_client, LIST, {"If-None-Match": sent}) == 304
    problem(tiny_client.get(NOTHING, headers={"If-None-Match": sent}), "not-found")
    problem(tiny_client.get(f"{NOTHING}/quotes", headers={"If-None-Match": sent}), "not-found")
    problem(tiny_client.get(f"{LIST}?made_by=nobody", headers={"If-None-Match": sent}), "invalid-parameter")


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (RELEASED, 304),
        (LATER, 304),
        ("Tuesday, 24-Nov-26 00:00:00 GMT", 304),
        ("Tue Nov 24 00:00:00 2026", 304),
        (EARLIER, 200),
        ("yesterday", 200),
        ("", 200),
        ("2026-11-25", 200),
        ("Tue, 24 Nov 99999999999999999999 00:00:00 GMT", 200),
        ("Tue, 99 Nov 2026 00:00:00 GMT", 200),
        ("Tue, 24 Nov 2026 00:00:00 +99999999999999", 200),
        ("Tue, 24 Nov 2026 0:0:0:0:0", 200),
        ("0 Jan 0", 200),
        ("Mon, 01 Jan 0001 00:00:00 +2300", 200),
    ],
)
def test_a_date_counts_where_it_is_one(tiny_client: FlaskClient, since: str, expected: int) -> None:
    for method in ("GET", "HEAD"):
        assert status(tiny_client, RECORD, {"If-Modified-Since": since}, method) == expected


def test_a_date_counts_only_where_no_tag_is_sent(tiny_client: FlaskClient) -> None:
    assert status(tiny_client, RECORD, {"If-Modified-Since": LATER, "If-None-Match": '"other"'}) == 200
    assert status(tiny_client, RECORD, {"If-Modified-Since": EARLIER, "If-None-Match": tag_of(tiny_client, RECORD)}) == 304


@pytest.mark.parametrize("headers", [{"If-Match": '"other"'}, {"If-Match": "W/{tag}"}, {"If-Match": ""}, {"If-Unmodified-Since": EARLIER}])
def test_a_client_that_wants_only_what_it_knows_is_refused_anything_else(tiny_client: FlaskClient, headers: dict[str, str]) -> None:
    tag = tag_of(tiny_client, RECORD)
    sent = {name: value.format(tag=tag) for name, value in headers.items()}
    problem(tiny_client.get(RECORD, headers=sent), "precondition-failed")
    problem(tiny_client.get(RECORD, headers={**sent, "If-None-Match": tag}), "precondition-failed")
    problem(tiny_client.get(NOTHING, headers=sent), "not-found")
    problem(tiny_client.get(f"{LIST}?made_by=nobody", headers=sent), "invalid-parameter")


@pytest.mark.parametrize(
    "headers",
    [
        {"If-Match": "*"},
        {"If-Match": '"a", {tag}'},
        {"If-Unmodified-Since": RELEASED},
        {"If-Unmodified-Since": "never"},
        {"If-Match": "{tag}", "If-Unmodified-Since": EARLIER},
    ],
)
def test_a_client_that_wants_what_there_is_gets_it(tiny_client: FlaskClient, headers: dict[str, str]) -> None:
    tag = tag_of(tiny_client, RECORD)
    sent = {name: value.format(tag=tag) for name, value in headers.items()}
    assert status(tiny_client, RECORD, sent) == 200
    assert status(tiny_client, RECORD, {**sent, "If-None-Match": tag}) == 304


@pytest.mark.parametrize(
    "path", ["/healthz", "/nope", "/v1/claims?a=1", NOTHING, f"{NOTHING}/quotes", f"{LIST}?made_by=nobody", f"{LIST}?cursor=abc", "/v1/integrity?debate=nope"]
)  # fmt: skip
def test_preconditions_count_only_where_there_is_a_representation(tiny_client: FlaskClient, path: str) -> None:
    plain = tiny_client.get(path).status_code
    for headers in ({"If-None-Match": "*"}, {"If-Modified-Since": LATER}, {"If-Match": '"a"'}):
        assert status(tiny_client, path, headers) == plain


def test_that_a_tag_is_still_the_same_is_said_before_anything_is_read(steps: tuple[FlaskClient, list[str]]) -> None:
    client, said = steps
    asked = [LIST, f"{LIST}?kind=causal&made_by=milk-first", RECORD, f"{RECORD}/quotes", TEXT, "/v1", "/", "/v1/schemas/claim"]
    for path in asked:
        tag = tag_of(client, path)
        said.clear()
        assert status(client, path, {"If-None-Match": tag}) == 304
        assert said == [], path
        assert status(client, path, {"If-Modified-Since": RELEASED}) == 304
    for path, heard in ((LIST, {"records"}), (RECORD, {"records", "a step"}), (TEXT, {"a step"})):
        said.clear()
        client.get(path)
        assert set(said) == heard, "what is read is heard"


def test_a_release_that_is_yet_to_come_is_dated_today(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "tiny")
    future = (folder / "dataset.json").read_text("utf-8").replace('"2026-11-24"', '"2199-01-01"').replace('"2026.11.0"', '"2199.1.0"')
    (folder / "dataset.json").write_text(future, "utf-8")
    client = make_app(load(folder), tmp_path).test_client()
    answer = client.get(LIST)
    assert answer.last_modified is not None
    assert answer.last_modified.year < 2199
    assert status(client, LIST, {"If-Modified-Since": answer.headers["Last-Modified"]}) == 304


def test_what_a_test_of_a_tag_compares_is_a_tag(tiny_client: FlaskClient) -> None:
    heads: list[Any] = [tiny_client.get(RECORD).headers["ETag"], tiny_client.head(RECORD).headers["ETag"]]
    assert heads[0] == heads[1]
    assert heads[0].startswith('"')
