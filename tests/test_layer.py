"""The response layer changes nothing but the time that an answer takes."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from layered import layered
from werkzeug.test import Client, TestResponse

from api.layer import ResponseLayer, key_of, size_of
from api.serve import kept_first

ADDRESSES = [
    "/", "/v1", "/v1/claims", "/v1/claims?per_page=2", "/v1/claims?per_page=2&page=2", "/v1/claims?made_by=tea-first", "/v1/claims?q=tea",
    "/v1/claims?sample=2", "/v1/claims?sample=2&seed=3", "/v1/claims?format=csv", "/v1/claims?mailto=a", "/v1/claims/tea.milk-goes-first",
    "/v1/claims/no-such", "/v1/claims?topik=1", "/v1/sources/tea.kettle-hour/text", "/healthz", "/readyz", "/docs", "/nowhere", "/v1/quotes?cursor=*",
    "/v1/exports/claims.csv", "/v1/integrity", "/assets/style.css",
]  # fmt: skip
HEADERS: dict[str, list[str]] = {
    "Accept": ["application/json", "text/csv", "text/html", "*/*", "image/png"],
    "Accept-Encoding": ["gzip", "br", "zstd", "identity", "gzip;q=0.5, br", "identity;q=0"],
    "Range": ["bytes=0-9", "bytes=-5", "bytes=99999-"],
    "Origin": ["https://example.org"],
    "X-Request-Id": ["request-of-a-test"],
    "If-Modified-Since": ["Tue, 24 Nov 2037 00:00:00 GMT", "Tue, 24 Nov 1998 00:00:00 GMT"],
    "If-Match": ["*", '"other"'],
    "Prefer": ["return=minimal"],
}
# What a server hands over of a request, before it makes an environment of it.
HANDED_OVER = {"REQUEST_METHOD": "GET", "QUERY_STRING": "", "HTTP_HOST": "localhost", "SERVER_PROTOCOL": "HTTP/1.1"}
TAGS = ["", "*", "own", "weak", '"other"', 'list "with" own']


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, str], str]:
    """A method, an address, headers, and which tag the client says that it has."""
    names = draw(st.sets(st.sampled_from(sorted(HEADERS)), max_size=3))
    headers = {name: draw(st.sampled_from(HEADERS[name])) for name in names}
    return (
        draw(st.sampled_from(["GET", "GET", "HEAD", "OPTIONS", "POST"])),
        draw(st.sampled_from(ADDRESSES)),
        headers,
        draw(st.sampled_from(TAGS)),
    )


def with_tag(headers: dict[str, str], kind: str, tag: str) -> dict[str, str]:
    """Return headers with the If-None-Match of a kind, where the answer's own tag may stand in it."""
    sent = {"own": f'"{tag}"', "weak": f'W/"{tag}"', 'list "with" own': f'"a", W/"b" , "{tag}"'}.get(kind, kind)
    return headers | ({"If-None-Match": sent} if sent else {})


def essence(answer: TestResponse) -> tuple[Any, ...]:
    """Return what two answers to one request must share: all but the id of the request, and what chance draws."""
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
    body = answer.get_data()
    if answer.is_json and b"request_id" in body and not answer.headers.get("Content-Encoding"):
        body = b"a problem"
    return answer.status_code, headers, body


def drawn_by_chance(address: str) -> bool:
    """Say whether two answers differ because chance drew them."""
    return address == "/v1/claims?sample=2"


@examples(60)
@given(asked=st.lists(requests(), min_size=1, max_size=25))
def test_any_sequence_of_requests_has_the_same_answers_with_the_layer_and_without_it(tiny_app: Flask, asked: list[Any]) -> None:
    """The bytes, the status and every header but the request's id are the same, whatever was asked before."""
    plain, kept = Client(tiny_app.wsgi_app), Client(layered(ResponseLayer(tiny_app.wsgi_app, 100_000)))
    for method, address, headers, kind in asked:
        tag = plain.get(address, headers={name: value for name, value in headers.items() if name.startswith("Accept")}).get_etag()[0] or "x"
        sent = with_tag(headers, kind, tag)
        wanted = plain.open(address, method=method, headers=sent)
        for _ in range(3):
            found = kept.open(address, method=method, headers=sent)
            if not drawn_by_chance(address) and wanted.status_code < 400:
                assert essence(found) == essence(wanted)
            assert found.status_code == wanted.status_code
            assert found.headers["X-Request-Id"] == wanted.headers["X-Request-Id"] if "X-Request-Id" in sent else True


class Counting:
    """A WSGI application that counts how often it is asked, and answers with the path."""

    def __init__(self, size: int = 0, **headers: str) -> None:
        self.asked = 0
        self.size = size
        self.headers = {"ETag": '"a"', "Cache-Control": "public, max-age=300"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer."""
        self.asked += 1
        body = environ["PATH_INFO"].encode().ljust(self.size)
        start_response(self.headers.get("Status", "200 OK"), [*self.headers.items(), ("Content-Length", str(len(body)))])
        return [body]


def test_what_was_asked_twice_is_not_asked_again() -> None:
    """The application is asked twice; a HEAD and a 304 are then answered from what is kept."""
    application = Counting()
    client = Client(layered(ResponseLayer(application, 100_000)))
    client.get("/a")
    assert client.get("/a").get_data() == client.get("/a").get_data() == b"/a"
    assert client.head("/a").get_data() == b""
    assert client.head("/a").headers["Content-Length"] == "2"
    assert client.get("/a", headers={"If-None-Match": 'W/"a"'}).status_code == 304
    assert application.asked == 2


def test_an_answer_that_is_kept_is_given_to_the_server_without_the_environment_that_others_need() -> None:
    """What is not kept is answered in the way of the server."""
    layer, said = ResponseLayer(Counting(), 100_000), list[Any]()
    for _ in range(2):
        Client(layered(layer)).get("/a", environ_overrides=HANDED_OVER)
    protocol = SimpleNamespace(response_bytes=lambda *answer: said.append(answer))

    def wrap(*given: str) -> Any:
        return lambda _, request: said.append((*given, request["PATH_INFO"])) or 418

    answer = kept_first(wrap, layer, "options")
    held = [{}, {"HTTP_IF_NONE_MATCH": '"a"'}, {"REQUEST_METHOD": "HEAD"}, {"REQUEST_METHOD": "POST"}, {"HTTP_RANGE": "bytes=0-1"}]
    asked = [HANDED_OVER | {"PATH_INFO": "/a", "HTTP_X_REQUEST_ID": "request-of-a-test"} | more for more in held]
    assert [answer(protocol, one) for one in asked] == [200, 304, 200, 418, 418]
    assert [(status, body) for status, _, body in said[:3]] == [(200, b"/a"), (304, b""), (200, b"")]
    assert {dict(headers)["X-Request-Id"] for _, headers, _ in said[:3]} == {"request-of-a-test"}
    assert said[3:] == [("options", "/a")] * 2


@pytest.mark.parametrize(
    "headers",
    [{"Status": "404 NOT FOUND"}, {"Status": "206 PARTIAL CONTENT"}, {"Cache_Control": "no-store"}, {"Status": "500 X"}],
    ids=lambda headers: "-".join(headers.values()).replace(" ", "-"),
)
def test_what_may_not_be_kept_is_asked_again(headers: dict[str, str]) -> None:
    """Errors, parts, and what is of the moment pass through."""
    application = Counting(**headers)
    client = Client(layered(ResponseLayer(application, 100_000)))
    for _ in range(3):
        client.get("/a")
    assert application.asked == 3


def test_what_is_kept_stays_within_its_bound() -> None:
    """The oldest answers go first, and the count of bytes is that of what is kept."""
    application = Counting(size=1000)
    layer = ResponseLayer(application, 100_000)
    client = Client(layered(layer))
    for number in range(200):
        client.get(f"/{number}")
        client.get(f"/{number}")
        assert layer.bytes == sum(kept.size for kept in layer._kept.values()) <= 100_000
    client.get("/199")
    assert application.asked == 400
    client.get("/0")
    assert application.asked == 401


def test_an_answer_that_is_large_is_not_kept() -> None:
    """One answer takes no more than a sixteenth of the room; a larger one is streamed past the layer."""
    application = Counting(size=10_000)
    layer = ResponseLayer(application, 100_000)
    client = Client(layered(layer))
    client.get("/a")
    client.get("/a")
    assert layer.bytes == 0


def test_each_answer_has_a_request_id_of_its_own() -> None:
    """What is kept is kept without the id of the request that it was made for."""
    client = Client(layered(ResponseLayer(Counting(X_Request_Id="first-of-all"), 100_000)))
    client.get("/a")
    ids = {client.get("/a").headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5
    assert client.get("/a", headers={"X-Request-Id": "mine-is-this"}).headers["X-Request-Id"] == "mine-is-this"


def test_the_key_tells_apart_whatever_an_answer_depends_on() -> None:
    """Path, query, what is accepted, host and protocol each make another key."""
    plain = {"PATH_INFO": "/a", "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1"}
    others = [
        {"PATH_INFO": "/b"},
        {"QUERY_STRING": "a"},
        {"HTTP_ACCEPT": "a"},
        {"HTTP_ACCEPT_ENCODING": "a"},
        {"HTTP_HOST": "a"},
        {"SERVER_PROTOCOL": "HTTP/2"},
    ]
    keys = {key_of(plain | other) for other in others}
    assert len(keys | {key_of(plain)}) == len(others) + 1


def test_a_kept_answer_counts_all_that_it_holds() -> None:
    """Many small answers, or small ones to long requests, do not take more room than they are counted with."""
    key = key_of({"PATH_INFO": "/a", "QUERY_STRING": "b" * 100, "HTTP_ACCEPT": "c" * 1000, "SERVER_PROTOCOL": "HTTP/1.1"})
    assert size_of(key, [("Link", "d" * 500)], 10) >= 2048 + 100 + 1000 + 500 + 10


def test_without_room_nothing_is_kept() -> None:
    application = Counting()
    layer = ResponseLayer(application, 0)
    client = Client(layered(layer))
    assert [client.get("/a").get_data() for _ in range(4)] == [b"/a"] * 4
    assert (application.asked, layer.bytes) == (4, 0)


def test_answers_to_requests_with_long_headers_stay_within_the_bound() -> None:
    layer = ResponseLayer(Counting(), 200_000)
    client = Client(layered(layer))
    for number in range(100):
        for _ in range(2):
            client.get("/a", headers={"Accept": f"text/{number}, " + "a" * 5_000})
        assert 100_000 < layer.bytes <= 200_000 or number < 30
    assert len(layer._kept) < 40
    for _ in range(2):
        client.get("/a", headers={"Accept": "a" * 20_000})
    assert not any(key[2] and len(key[2]) >= 20_000 for key in layer._kept)


def test_what_is_asked_for_once_takes_no_place(tiny_app: Flask) -> None:
    layer = ResponseLayer(tiny_app, 1 << 20)
    client = Client(layered(layer))
    for number in range(5):
        client.get(f"/v1/claims?mailto={number}")
    assert layer.bytes == 0
    client.get("/v1/claims?mailto=1")
    assert layer.bytes > 0


def test_what_was_asked_for_long_ago_is_forgotten(tiny_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.layer.MOST_SEEN", 2)
    layer = ResponseLayer(tiny_app, 1 << 20)
    client = Client(layered(layer))
    for number in (0, 1, 2, 3, 0):
        client.get(f"/v1/claims?mailto={number}")
    assert layer.bytes == 0
