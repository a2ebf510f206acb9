"""An answer comes in the coding that the client likes best, where that pays, and its bytes are the same when decoded."""

from __future__ import annotations

import gzip

import brotli
import pytest
import zstandard
from asking import addresses, problem
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.coding import weights

LIST = "/v1/claims"
SMALL = "/healthz"


def decoded(answer: TestResponse) -> bytes:
    """Return the bytes of an answer without their coding."""
    decode = {
        None: bytes,
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": zstandard.ZstdDecompressor().decompress,
    }[answer.headers.get("Content-Encoding")]
    body: bytes = decode(answer.data)
    return body


def accepting(client: FlaskClient, path: str, codings: str | None, method: str = "GET") -> TestResponse:
    """Ask for a path with an Accept-Encoding header, or without one."""
    headers = {"X-Request-Id": "the-same-each-time"} | ({} if codings is None else {"Accept-Encoding": codings})
    return client.open(path, method=method, headers=headers)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (None, None),
        ("", None),
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5, zstd;q=0", "gzip"),
        ("gzip; q=0.2 , br ; q=0.8", "br"),
        ("gzip;Q=0.2, br;q=.1", "gzip"),
        ("*", "zstd"),
        ("zstd;q=0, *", "br"),
        ("*;q=0.5, gzip;q=0.6", "gzip"),
        ("identity", None),
        ("identity;q=1, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity, gzip", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0, *", "zstd"),
        ("gzip;q=0", None),
        ("deflate", None),
        ("compress, snappy;q=0.9", None),
        ("deflate, gzip;q=0.1", "gzip"),
        ("*;q=0, identity", None),
        ("gzip;q=2", None),
        ("gzip;q=nan, br;q=-1, zstd;q=inf", None),
        ("gzip;q=", None),
        (",,;;,=,q=1,;q=1, ,", None),
        ("gzip;q=0.5;q=0", "gzip"),
        (f"gzip;q=0.{'9' * 2000}", "gzip"),
    ],
)
def test_the_coding_is_what_the_client_likes_best(tiny_client: FlaskClient, accepted: str | None, coding: str | None) -> None:
    answer = accepting(tiny_client, LIST, accepted)
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept, Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert decoded(answer) == accepting(tiny_client, LIST, None).data


@pytest.mark.parametrize("accepted", ["identity;q=0", "*;q=0", "identity;q=0, gzip;q=0", "deflate, identity;q=0", "*;q=0, deflate"])
def test_a_client_that_takes_no_coding_and_no_plain_bytes_is_told_what_there_is(tiny_client: FlaskClient, accepted: str) -> None:
    answer = accepting(tiny_client, LIST, accepted)
    (fault,) = problem(answer, "not-acceptable")["errors"]
    assert (fault["parameter"], fault["allowed"]) == ("Accept-Encoding", ["zstd", "br", "gzip", "identity"])
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_every_path_says_the_same_in_every_coding(tiny_app: Flask, tiny_client: FlaskClient, coding: str) -> None:
    for path in addresses(tiny_app):
        plain, answer = accepting(tiny_client, path, None), accepting(tiny_client, path, coding)
        assert decoded(answer) == plain.data
        is_coded = len(plain.data) >= 512 and not path.startswith("/v1/exports/")  # an export is sent as the file that it is
        assert answer.headers.get("Content-Encoding") == (coding if is_coded else None), path
        assert answer.content_type == plain.content_type


@pytest.mark.parametrize("coding", [None, "gzip", "br", "zstd"])
def test_head_says_what_get_says_in_every_coding(tiny_app: Flask, tiny_client: FlaskClient, coding: str | None) -> None:
    for path in [*addresses(tiny_app), "/v1/claims/nothing", "/nope", "/v1/claims?a=1&b=2&c=3&d=4&e=5"]:
        got, head = (accepting(tiny_client, path, coding, method) for method in ("GET", "HEAD"))
        assert head.status_code == got.status_code
        assert head.headers == got.headers, path
        assert head.data == b""
        assert int(head.headers["Content-Length"]) == len(got.data)


def test_small_answers_are_not_coded_unless_they_must_be(tiny_client: FlaskClient) -> None:
    assert "Content-Encoding" not in accepting(tiny_client, SMALL, "gzip").headers
    coded = accepting(tiny_client, SMALL, "gzip, identity;q=0")
    assert coded.headers["Content-Encoding"] == "gzip"
    assert decoded(coded) == accepting(tiny_client, SMALL, None).data


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_problems_are_coded_like_other_answers(tiny_client: FlaskClient, coding: str) -> None:
    path = f"{LIST}?{'&'.join(f'unknown{number}=1' for number in range(20))}"
    answer = accepting(tiny_client, path, coding)
    assert (answer.status_code, answer.headers["Content-Encoding"], answer.content_type) == (400, coding, "application/problem+json")
    assert decoded(answer) == accepting(tiny_client, path, None).data


def test_each_coding_has_a_tag_of_its_own(tiny_client: FlaskClient) -> None:
    tags = {accepting(tiny_client, LIST, coding).headers["ETag"] for coding in (None, "gzip", "br", "zstd")}
    assert len(tags) == 4


def test_coding_the_same_again_gives_the_same_bytes(tiny_client: FlaskClient) -> None:
    for coding in ("gzip", "br", "zstd"):
        assert accepting(tiny_client, LIST, coding).data == accepting(tiny_client, LIST, coding).data


@pytest.mark.parametrize(
    "header", ["," * 100_000, ";" * 100_000, "a" + " " * 100_000 + "b", "a;" * 50_000, '"' * 100_000, "a;q=" * 25_000, "(" * 100_000]
)
def test_a_long_header_is_read_in_time_that_grows_with_its_length(tiny_client: FlaskClient, header: str) -> None:
    for name in ("Accept", "Accept-Encoding", "If-None-Match", "If-Match", "If-Modified-Since", "Range", "If-Range", "X-Request-Id"):
        assert tiny_client.get(LIST, headers={name: header}).status_code in {200, 406, 412}


def test_weights_are_read_as_the_standard_has_them() -> None:
    assert weights("Text/HTML;level=1;q=0.7, */*;q=.1, a/b;Q=1.000, bad;q=1.1, , c/d") == {
        "text/html": 0.7,
        "*/*": 0.1,
        "a/b": 1.0,
        "c/d": 1.0,
    }
