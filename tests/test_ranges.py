"""A part of a source's text can be asked for by its bytes; whatever else a Range header says is ignored."""

from __future__ import annotations

import pytest
from asking import addresses, problem
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from tiny import TEA_TEXT
from werkzeug.test import TestResponse

TEXT = "/v1/sources/tea.kettle-hour/text"
BYTES = TEA_TEXT.encode()
LENGTH = len(BYTES)
RELEASED = "Tue, 24 Nov 2026 00:00:00 GMT"


def part(client: FlaskClient, wanted: str, **headers: str) -> TestResponse:
    """Ask for a range of the text."""
    return client.get(TEXT, headers={"Range": wanted} | {name.replace("_", "-"): value for name, value in headers.items()})


def is_whole(answer: TestResponse) -> bool:
    """Say whether an answer is the whole text, as it is."""
    return (answer.status_code, answer.data, "Content-Range" in answer.headers) == (200, BYTES, False)


def test_the_text_is_served_as_the_offsets_of_quotes_count_it(client: FlaskClient) -> None:
    for source in client.get("/v1/sources").get_json()["data"]:
        text = client.get(f"/v1/sources/{source['id']}/text").data.decode()
        quotes = client.get(f"/v1/sources/{source['id']}/quotes?per_page=200").get_json()["data"]
        assert quotes
        for quote in quotes:
            start, end = quote["position"]["start"], quote["position"]["end"]
            assert " ".join(text[start:end].split()) == quote["text"]


def test_the_whole_text_says_that_ranges_can_be_asked_for(tiny_client: FlaskClient) -> None:
    answer = tiny_client.get(TEXT)
    assert is_whole(answer)
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert '</v1/sources/tea.kettle-hour>; rel="describedby"' in answer.headers["Link"]


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-9", 0, 9),
        ("bytes=10-19", 10, 19),
        ("bytes=500-", 500, LENGTH - 1),
        ("bytes=0-", 0, LENGTH - 1),
        ("bytes=-1", LENGTH - 1, LENGTH - 1),
        ("bytes=-20", LENGTH - 20, LENGTH - 1),
        (f"bytes=-{LENGTH + 1000}", 0, LENGTH - 1),
        (f"bytes=0-{LENGTH * 1000}", 0, LENGTH - 1),
        (f"bytes={LENGTH - 1}-{LENGTH}", LENGTH - 1, LENGTH - 1),
        ("Bytes=0-9", 0, 9),
        ("bytes= 0-9 ", 0, 9),
        ("bytes=00-09", 0, 9),
    ],
)
def test_one_range_is_served(tiny_client: FlaskClient, wanted: str, first: int, last: int) -> None:
    answer = part(tiny_client, wanted, Accept_Encoding="gzip, br")
    assert (answer.status_code, answer.data) == (206, BYTES[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{LENGTH}"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert "Content-Encoding" not in answer.headers
    for name in ("ETag", "Last-Modified", "Cache-Control", "Vary", "Content-Type", "Link", "Accept-Ranges"):
        assert answer.headers[name] == tiny_client.get(TEXT).headers[name]


@pytest.mark.parametrize("wanted", [f"bytes={LENGTH}-", f"bytes={LENGTH + 5}-{LENGTH + 9}", "bytes=-0", f"bytes={'9' * 18}-"])
def test_a_range_with_nothing_in_it_is_refused_with_the_length(tiny_client: FlaskClient, wanted: str) -> None:
    answer = part(tiny_client, wanted, Accept_Encoding="gzip")
    problem(answer, "range-not-satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{LENGTH}"


@pytest.mark.parametrize(
    "wanted",
    [
        *(
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=9-0",
            "bytes=0-1,5-6",
            "bytes=0-,-1",
            "bytes=0--1",
            "bytes=--1",
            "bytes=+0-1",
        ),
        *("bytes:0-1", "items=0-1", "bytes=0-1;", "bytes=0 - 1", "bytes=0x0-1", "bytes=\u0660-\u0669", "0-1", "none"),
        pytest.param(f"bytes=0-{'9' * 5000}", id="endless"),
    ],
)
def test_what_is_not_one_range_of_bytes_is_ignored(tiny_client: FlaskClient, wanted: str) -> None:
    assert is_whole(tiny_client.get(TEXT, environ_overrides={"HTTP_RANGE": wanted.encode().decode("latin-1")}))


@given(st.tuples(st.none() | st.integers(0, 700), st.none() | st.integers(0, 700)))
@examples(100)
def test_a_range_means_what_the_standard_says(tiny_app: Flask, bounds: tuple[int | None, int | None]) -> None:
    first, last = bounds
    answer = part(tiny_app.test_client(), f"bytes={'' if first is None else first}-{'' if last is None else last}")
    if (first is None and last is None) or (first is not None and last is not None and last < first):
        assert is_whole(answer)
    else:
        meant = BYTES[LENGTH - min(last or 0, LENGTH) :] if first is None else BYTES[first : None if last is None else last + 1]
        assert (answer.status_code, meant) in {(206, answer.data), (416, b"")}


def test_the_parts_make_the_whole(tiny_client: FlaskClient) -> None:
    assert b"".join(part(tiny_client, f"bytes={start}-{start + 99}").data for start in range(0, LENGTH, 100)) == BYTES


def test_a_part_is_of_the_text_as_it_is_and_has_its_tag(tiny_client: FlaskClient) -> None:
    plain, coded = (tiny_client.get(TEXT, headers={"Accept-Encoding": coding}).headers["ETag"] for coding in ("identity", "br"))
    assert part(tiny_client, "bytes=0-9", Accept_Encoding="br").headers["ETag"] == plain != coded


def test_a_client_that_takes_no_plain_bytes_gets_all_of_them_coded(tiny_client: FlaskClient) -> None:
    answer = part(tiny_client, "bytes=0-9", Accept_Encoding="gzip, identity;q=0")
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")


def test_a_part_is_sent_if_the_rest_is_of_the_same_text(tiny_client: FlaskClient) -> None:
    tag = tiny_client.get(TEXT).headers["ETag"]
    assert part(tiny_client, "bytes=0-9", If_Range=tag).status_code == 206


@pytest.mark.parametrize("other", ['"other"', "W/{tag}", "*", "", "nonsense", '{tag}, "b"', RELEASED, "Wed, 25 Nov 2026 00:00:00 GMT"])
def test_the_whole_is_sent_if_the_rest_may_be_of_another_text(tiny_client: FlaskClient, other: str) -> None:
    tag = tiny_client.get(TEXT).headers["ETag"]
    assert is_whole(part(tiny_client, "bytes=0-9", If_Range=other.format(tag=tag)))
    assert is_whole(part(tiny_client, f"bytes={LENGTH}-", If_Range=other.format(tag=tag)))


def test_the_tag_of_a_coded_text_does_not_belong_to_a_part_of_the_plain_one(tiny_client: FlaskClient) -> None:
    tag = tiny_client.get(TEXT, headers={"Accept-Encoding": "br"}).headers["ETag"]
    answer = part(tiny_client, "bytes=0-9", Accept_Encoding="br", If_Range=tag)
    assert (answer.status_code, answer.headers["ETag"], answer.headers["Content-Encoding"]) == (200, tag, "br")


@pytest.mark.parametrize("wanted", ["bytes=0-9", f"bytes={LENGTH}-", "nonsense"])
def test_what_the_client_has_is_asked_before_what_it_wants(tiny_client: FlaskClient, wanted: str) -> None:
    for coding in ("identity", "br"):
        tag = tiny_client.get(TEXT, headers={"Accept-Encoding": coding}).headers["ETag"]
        answer = part(tiny_client, wanted, Accept_Encoding=coding, If_None_Match=tag)
        assert (answer.status_code, answer.headers["ETag"]) == (304, tag)
        assert "Content-Range" not in answer.headers
    plain = tiny_client.get(TEXT).headers["ETag"]
    assert part(tiny_client, "bytes=0-9", Accept_Encoding="br", If_None_Match=plain).status_code == 304
    assert part(tiny_client, "bytes=0-9", If_Modified_Since=RELEASED).status_code == 304
    assert part(tiny_client, "bytes=0-9", If_None_Match='"other"').status_code == 206
    assert part(tiny_client, "bytes=0-9", Accept_Encoding="br", If_Match=plain).status_code == 206
    problem(part(tiny_client, "bytes=0-9", If_Match='"other"'), "precondition-failed")


def test_a_head_request_has_no_ranges(tiny_client: FlaskClient) -> None:
    for wanted in ("bytes=0-9", f"bytes={LENGTH}-"):
        for coding in ("identity", "br"):
            head = tiny_client.head(TEXT, headers={"Range": wanted, "Accept-Encoding": coding, "X-Request-Id": "the-same"})
            whole = tiny_client.get(TEXT, headers={"Accept-Encoding": coding, "X-Request-Id": "the-same"})
            assert (head.status_code, head.headers) == (200, whole.headers)


def test_a_range_of_a_text_that_is_not_there_is_not_found(tiny_client: FlaskClient) -> None:
    problem(tiny_client.get("/v1/sources/tea.nothing/text", headers={"Range": "bytes=0-9"}), "not-found")


def test_a_path_without_ranges_ignores_them(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for path in addresses(tiny_app):
        if "Accept-Ranges" not in tiny_client.get(path).headers:
            answer = tiny_client.get(path, headers={"Range": "bytes=0-9"})
            assert (answer.status_code, answer.data) == (200, tiny_client.get(path).data)
