"""The short way changes nothing but the time that an answer takes: what it answers is what the framework would have answered."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import pytest
from asking import problem
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from werkzeug.test import Client, create_environ

from api.direct import ANY, Direct, is_host, is_plain, steps_of
from api.exchange import Exchange
from api.resources import BLUEPRINTS
from api.service import Service

PATHS = [
    "/v1/claims", "/v1/actors", "/v1/quotes", "/v1/events/aggregate", "/v1/claims/aggregate", "/v1/claims/tea.milk-goes-first",
    "/v1/claims/no-such", "/v1/actors/tea-first/claims", "/v1/actors/nobody/claims", "/v1/search", "/v1/autocomplete", "/v1/verify",
    "/v1/claims/", "/v1/claims//", "/v1//claims", "/v1/claims/tea.milk-goes-first/", "/v1/claims/é", "/healthz", "/v1", "/v1/nowhere",
]  # fmt: skip
QUERIES = [
    "", "per_page=2", "per_page=2&page=2", "made_by=tea-first", "made_by=nobody", "q=tea", "q=milk*", "text=milk", "by=kind", "facets=kind&per_page=0",
    "select=id", "sort=-id", "sample=2&seed=3", "cursor=*", "format=csv", "topik=1", "kind=", "kind=factual&kind=factual", "q=%zz", "q=%00", "q=%C3%A9",
    "pretty=true", "include=made_by", "mailto=me", "debate=tea", "=",
]  # fmt: skip
HEADERS: dict[str, list[str]] = {
    "Accept": ["application/json", "text/csv", "text/html", "*/*", "image/png", ""],
    "Accept-Encoding": ["gzip", "br", "identity;q=0", "zstd"],
    "Host": ["localhost", "example.org:8000", "a:99999", "a:60000", "a:59999", "", "a" * 64, "-", "[::1]:80", "ex ample"],
    "Range": ["bytes=0-9"],
    "If-None-Match": ["*", '"other"'],
    "If-Match": ["*", '"other"'],
    "If-Modified-Since": ["Tue, 24 Nov 2037 00:00:00 GMT"],
    "Origin": ["https://example.org"],
}
METHODS = ["GET", "GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "get"]


def the_long_way(app: Flask) -> Any:
    """Return the framework's application, which the short way stands in front of."""
    direct = app.wsgi_app
    assert isinstance(direct, Direct)

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        with Exchange(environ, Service.of(app)):
            return direct.application(environ, start_response)

    return application


headers = st.dictionaries(st.sampled_from(sorted(HEADERS)), st.integers(0, 9), max_size=3).map(
    lambda drawn: {name: HEADERS[name][number % len(HEADERS[name])] for name, number in drawn.items()}
)


@examples(300)
@given(path=st.sampled_from(PATHS), query=st.sampled_from(QUERIES), headers=headers, method=st.sampled_from(METHODS))
def test_the_short_way_answers_what_the_framework_answers(
    tiny_app: Flask, path: str, query: str, headers: dict[str, str], method: str
) -> None:
    given = {"X-Request-Id": "the-same-each-time", **headers}
    short, long = (
        Client(application).open(path, query_string=query, headers=given, method=method)
        for application in (tiny_app, the_long_way(tiny_app))
    )
    assert short.status == long.status
    assert sorted(short.headers) == sorted(long.headers)
    assert short.data == long.data


TURNED = [
    ("/v1/claims", "page={}&per_page={}"), ("/v1/claims", "per_page={}&kind=factual"), ("/v1/claims", "per_page={}"), ("/v1/claims", "&page={}"),
    ("/v1/claims", "kind=factual&&page={}"), ("/v1/claims", "kind=factual&page={}&"), ("/v1/claims", "page={}&&kind=factual"),
    ("/v1/claims", "per_page={}&per_page=2"), ("/v1/claims", "per_page={}&page=2"), ("/v1/claims", "page=%32&page={}"),
    ("/v1/claims", "per%5Fpage={}&page=2"), ("/v1/claims", "p%61ge=2&per_page={}"), ("/v1/claims", "part_of=x&page={}"), ("/v1/conditions", "part_of=x,y&per_page={}&page=1"),
    ("/v1/claims", "per_page={}&sample=2"), ("/v1/claims", "per_page={}&cursor=*"), ("/v1/claims", "page={}&q=tea&per_page={}"),
    ("/v1/claims", "page={}&per_page=2"), ("/v1/claims", "per_page=2&page={}"), ("/v1/claims", "kind=factual&page={}&per_page=1&mailto=me"),
    ("/v1/claims", "made_by=tea-first,milk-first&page={}"), ("/v1/claims", "made_by=nobody,tea-first&page={}&per_page=1"),
    ("/v1/claims", "made_by__not=nobody&page={}&per_page=3"), ("/v1/claims", "sort=-text&select=id,text&per_page=2&page={}"),
    ("/v1/claims", "page={}&per_page=200"), ("/v1/claims", "page={}&format=csv&per_page=2"), ("/v1/claims", "page={}&format=json&per_page=2"),
    ("/v1/claims", "page={}&per_page=2&pretty=true"), ("/v1/claims", "page={}&per_page=2&facets=kind"), ("/v1/claims", "page={}&q=tea&per_page=2"),
    ("/v1/claims", "page={}&page={}"), ("/v1/claims", "xpage={}"), ("/v1/claims", "page={}&per_page=0"), ("/v1/claims", "cursor=*&page={}"),
    ("/v1/actors/tea-first/claims", "page={}&per_page=2"), ("/v1/actors/nobody/claims", "page={}"), ("/v1/actors/tea-first", "page={}"),
    ("/v1/events", "participant=tea-first&page={}&per_page=1"), ("/v1/events", "date__gte=1900&page={}&per_page=1"),
]  # fmt: skip
NUMBERS = [
    "1", "2", "3", "4", "25", "50", "200", "201", "51", "100", "9999", "10000", "10001", "99999",
    "0", "01", "-1", "1.5", "", "x", "999999999999", "%32", "%31", "2%30", "+2",
]  # fmt: skip
turns = st.lists(st.tuples(st.sampled_from(NUMBERS[:4] * 3 + NUMBERS), headers | st.just({})), min_size=2, max_size=8)


@examples(75)
@given(asked=st.sampled_from(TURNED), turns=turns)
def test_a_page_that_is_turned_to_is_the_page_that_is_asked_for(
    tiny_app: Flask, asked: tuple[str, str], turns: list[tuple[str, dict[str, str]]]
) -> None:
    for number, sent in turns:
        given = {"X-Request-Id": "the-same-each-time", **sent}
        turned, new = (
            Client(application).open(asked[0], query_string=asked[1].replace("{}", number), headers=given)
            for application in (tiny_app, the_long_way(tiny_app))
        )
        assert (turned.status, sorted(turned.headers), turned.data) == (new.status, sorted(new.headers), new.data)


@pytest.mark.parametrize("begun", ["kind=factual", "kind=factual&page=1&per_page=1", "per_page=2&kind=factual"])
def test_the_next_page_is_turned_to_without_reading_the_query_again(tiny_app: Flask, monkeypatch: pytest.MonkeyPatch, begun: str) -> None:
    direct = Direct(tiny_app, BLUEPRINTS)
    assert Client(direct).get(f"/v1/claims?{begun}").status_code == 200
    monkeypatch.setattr("api.direct.Direct._viewed", lambda *_: pytest.fail("the query was read again"))
    first, second, both = (Client(direct).get(f"/v1/claims?{asked}").json for asked in (
        "kind=factual&per_page=1", "kind=factual&page=2&per_page=1", "page=1&kind=factual&per_page=2",
    ))  # fmt: skip
    assert first
    assert second
    assert both
    assert (first["meta"]["page"], second["meta"]["page"], both["meta"]["per_page"]) == (1, 2, 2)
    assert first["data"] + second["data"] == both["data"]
    assert first["data"] != second["data"]


@pytest.fixture
def memory() -> Iterator[Callable[[], int]]:
    """What tells how many bytes this process takes more than before; garbage is looked for among what is new alone."""
    gc.collect()
    gc.freeze()
    tracemalloc.start()

    def taken() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    yield taken
    tracemalloc.stop()
    gc.unfreeze()


@pytest.mark.parametrize("values", [1, 100])
def test_what_is_kept_of_queries_is_counted_as_what_it_takes(tiny_app: Flask, memory: Callable[[], int], values: int) -> None:
    """Many of them would else take a multiple of the room that there is, or leave most of it unused."""
    direct, counted, taken = Direct(tiny_app, BLUEPRINTS), [], []
    for number in range(40):
        before = memory(), direct._turns._bytes
        tags = ",".join(f"tag-{number:03}-{other:03}-{'x' * 40}" for other in range(values))
        said: list[str] = []
        list(
            direct(
                create_environ("/v1/claims", query_string=f"tag__not={tags}&per_page=1"), lambda status, _, said=said: said.append(status)
            )
        )
        assert said == ["200 OK"]
        taken.append(memory() - before[0])
        counted.append(direct._turns._bytes - before[1])
    assert median(taken) * 0.7 < median(counted) < median(taken) * 2


@pytest.mark.parametrize(
    "address",
    ["/v1/claims", "/v1/claims?made_by=tea-first&facets=kind", "/v1/claims/tea.milk-goes-first", "/v1/actors/tea-first/claims",
     "/v1/claims/aggregate?by=kind", "/v1/search?q=tea", "/v1/autocomplete?q=te", "/v1/verify?text=milk%20first"],
)  # fmt: skip
def test_what_is_asked_most_does_not_reach_the_framework(tiny_app: Flask, address: str) -> None:
    direct = Direct(tiny_app, BLUEPRINTS)
    asked: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        return ()

    direct.application = application
    answer = Client(direct).get(address)
    assert answer.status_code == 200
    assert json.loads(answer.data)["meta"]
    assert asked == []


def test_a_view_that_refuses_is_called_once(tiny_client: FlaskClient) -> None:
    """Its refusal goes the long way: named in a problem document, found once."""
    near = problem(tiny_client.get("/v1/claims/tea.milk-goes-frist"), "not-found")["errors"][0]["did_you_mean"]
    assert near == "tea.milk-goes-first"


@pytest.mark.parametrize(("host", "ordinary"), [("a.example", True), ("127.0.0.1:8000", True), ("a" * 64, False), ("", False), ("[::1]", False), ("a b", False), ("a:", False), ("a:99999", False), ("a:59999", True), ("a:0", False), ("a:080", False)])  # fmt: skip
def test_a_host_out_of_the_ordinary_is_left_to_the_framework(host: str, ordinary: bool) -> None:
    assert is_host(host) is ordinary


@pytest.mark.parametrize(("query", "plain"), [("", True), ("q=%41", True), ("q=%4", False), ("a=1&", False), ("&a=1", False), ("a=1&&b=2", False), ("q=%", False), ("q=%00", False), ("q=\x00", False), ("a" * 8193, False)])  # fmt: skip
def test_a_query_string_that_is_none_is_left_to_the_framework(query: str, plain: bool) -> None:
    assert is_plain(query) is plain


def test_a_rule_is_known_by_its_steps() -> None:
    assert steps_of("/v1/actors/<id>/claims") == ("", "v1", "actors", ANY, "claims")
