"""Every answer carries the headers of the contract: who may read it, how long it may be kept, which versions it is of, what is near it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from asking import addresses, carries_the_common_headers, first
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"
COLLECTIONS = ("debates", "sources", "actors", "claims", "conditions", "events", "quotes")
LINK = re.compile(r'<([^<>"\s]+)>; rel="([a-z-]+)"(?:; type="([a-z/+-]+)")?(?:, |$)')


def links(answer: TestResponse) -> dict[str, str]:
    """Return the Link header as relations and addresses; an alternate's relation has its media type behind it."""
    header = answer.headers["Link"]
    assert LINK.sub("", header) == ""
    found = [(f"{relation} {media_type}".strip(), href) for href, relation, media_type in LINK.findall(header)]
    assert len(dict(found)) == len(found)
    return dict(found)


def every_class_of_answer(app: Flask, client: FlaskClient) -> Iterator[TestResponse]:
    """Yield an answer of every path, and one of every way in which there is none."""
    for path in addresses(app):
        yield client.get(path)
        yield client.head(path)
        yield client.options(path)
        yield client.post(path)
        yield client.get(path, headers={"If-None-Match": "*"})
        yield client.get(path, headers={"If-Match": '"a"'})
        yield client.get(path, headers={"Accept": "a/b"})
        yield client.get(path.partition("?")[0], query_string="unknown=1")
        yield client.get(path.partition("?")[0], query_string="x" * 9000)
    for path in ("/nope", "/v1/claims/nothing"):
        yield client.get(path)
    for wanted in ("bytes=0-1", "bytes=9999-"):
        yield client.get("/v1/sources/tea.kettle-hour/text", headers={"Range": wanted})


def test_every_answer_carries_what_all_answers_carry(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    seen = set()
    for answer in every_class_of_answer(tiny_app, tiny_client):
        assert carries_the_common_headers(answer), (answer.status, answer.request.path, answer.headers)
        seen.add(answer.status_code)
    assert seen == {200, 204, 206, 304, 400, 404, 405, 406, 412, 414, 416}


def test_every_header_that_a_page_may_want_to_read_is_exposed_to_it(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    always_exposed = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"}
    of_the_browser = re.compile(
        "access-control-.*|content-security-policy|cross-origin-.*|referrer-policy|x-content-type-options|vary|no-vary-search"
    )
    for answer in every_class_of_answer(tiny_app, tiny_client):
        exposed = {name.strip().lower() for name in answer.headers["Access-Control-Expose-Headers"].split(",")} | always_exposed
        assert {name.lower() for name, _ in answer.headers if not of_the_browser.fullmatch(name.lower())} <= exposed


def test_no_header_is_sent_twice_or_holds_what_a_header_cannot(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for answer in every_class_of_answer(tiny_app, tiny_client):
        names = [name.lower() for name, _ in answer.headers]
        assert sorted(names) == sorted(set(names))
        assert all(re.fullmatch(r"[\x20-\x7e]+", value) for value in answer.headers.values())


def test_the_length_of_every_answer_is_that_of_its_body(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for answer in every_class_of_answer(tiny_app, tiny_client):
        if answer.status_code in (204, 304):
            assert "Content-Length" not in answer.headers
        elif answer.request.method != "HEAD":
            assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_how_long_an_answer_may_be_kept_is_said_of_every_one_that_could_be_kept(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    kept = {
        **dict.fromkeys((200, 206, 304), "public, max-age=300, stale-while-revalidate=86400, stale-if-error=86400"),
        **dict.fromkeys((400, 405, 406, 412, 414, 416), "no-cache"),
        404: "public, max-age=60",
        204: None,
    }
    for answer in every_class_of_answer(tiny_app, tiny_client):
        momentary = answer.request.path in ("/healthz", "/readyz") and answer.status_code == 200
        assert answer.headers.get("Cache-Control") == ("no-store" if momentary else kept[answer.status_code])
        is_export = answer.request.path.startswith("/v1/exports/") and answer.status_code in (200, 304)  # which come in no coding
        assert answer.headers.get("Vary") == (None if answer.status_code == 204 else "Accept" if is_export else "Accept, Accept-Encoding")
        assert "Retry-After" not in answer.headers
        assert ("Allow" in answer.headers) == (answer.status_code in (204, 405))


def test_programs_may_not_run_what_they_are_sent_and_pages_only_what_is_ours(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for path in addresses(tiny_app):
        answer = tiny_client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        assert "unsafe" not in policy
        assert (policy == JSON_POLICY) == (answer.mimetype != "text/html"), path
        assert tiny_client.get(path, headers={"If-None-Match": answer.headers.get("ETag", "")}).headers["Content-Security-Policy"] == policy


def test_every_answer_links_to_its_description_its_documentation_and_its_licence(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for path in addresses(tiny_app):
        found = links(tiny_client.get(path))
        assert found["service-desc"] == "/v1/openapi.json"
        assert found["service-doc"] == "/docs"
        assert found["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
        for relation, href in found.items():
            if relation != "license" and href.startswith("/"):
                media_type = relation.partition(" ")[2]
                target = tiny_client.get(href, headers={"Accept": "*/*"})
                assert (target.status_code, media_type or target.mimetype) == (200, target.mimetype), (path, relation)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_list_and_a_record_link_to_the_schema_of_their_type(tiny_app: Flask, tiny_client: FlaskClient, collection: str) -> None:
    type_ = collection.removesuffix("s")
    for path in (f"/v1/{collection}", f"/v1/{collection}/{first(tiny_app, collection)}"):
        assert links(tiny_client.get(path))["describedby"] == f"/v1/schemas/{type_}"


@pytest.mark.parametrize(
    "query",
    ["per_page=2", "per_page=2&page=2", "per_page=2&page=3", "per_page=2&page=9", "per_page=0", "kind=causal,factual&per_page=1", ""],
)
def test_the_links_of_the_header_are_those_of_the_body(tiny_client: FlaskClient, query: str) -> None:
    answer = tiny_client.get(f"/v1/claims?{query}")
    in_body = {relation: href for relation, href in answer.get_json()["links"].items() if href and relation != "self"}
    in_header = {relation: href for relation, href in links(answer).items() if relation in ("first", "prev", "next", "last")}
    assert in_header == in_body


def test_links_that_would_make_the_head_too_long_for_proxies_stand_in_the_body_alone(tiny_client: FlaskClient) -> None:
    ids = ",".join(f"tea.{'x' * 60}{number}" for number in range(100))
    answer = tiny_client.get(f"/v1/claims?id={ids}&per_page=1")
    assert answer.status_code == 200
    assert len(answer.headers["Link"]) < 4500
    assert set(links(answer)) == {"service-desc", "service-doc", "license"}


def test_lists_say_which_differences_of_the_query_make_none(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for path in addresses(tiny_app):
        is_list = "count" in (tiny_client.get(path).get_json(silent=True) or {}).get("meta", {})
        assert tiny_client.get(path).headers.get("No-Vary-Search") == ('key-order, params=("mailto")' if is_list else None), path


def test_a_preflight_is_answered_for_every_page_and_every_header(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match, x-own",
    }
    for path in addresses(tiny_app):
        answer = tiny_client.options(path, headers=asked)
        assert (answer.status_code, answer.data) == (204, b"")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert answer.headers["Access-Control-Allow-Headers"] == "*, Authorization"
        assert answer.headers["Access-Control-Max-Age"] == "86400"
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_where_a_page_is_from_changes_nothing(tiny_client: FlaskClient) -> None:
    sent = {"X-Request-Id": "the-same-each-time"}
    plain, cross = (
        tiny_client.get("/v1/claims", headers=sent),
        tiny_client.get("/v1/claims", headers={**sent, "Origin": "https://example.org"}),
    )
    assert (plain.headers, plain.data) == (cross.headers, cross.data)


@pytest.mark.parametrize("sent", ["0f8fad5b-d9cb-469f-a165-70867728950e", "a" * 128, "trace.1_2-3"])
def test_the_clients_own_request_id_comes_back(tiny_client: FlaskClient, sent: str) -> None:
    assert tiny_client.get("/v1", headers={"X-Request-Id": sent}).headers["X-Request-Id"] == sent


@pytest.mark.parametrize(
    "sent", ["", "short", "a" * 129, "12345678;x", "12345678 ", "<script>alert", "é" * 10, "٣" * 10, "12345678, 12345678"]
)
def test_a_request_id_that_could_not_be_logged_is_replaced(tiny_client: FlaskClient, sent: str) -> None:
    answer = tiny_client.get("/nope", environ_overrides={"HTTP_X_REQUEST_ID": sent.encode().decode("latin-1")})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-Id"])


def test_every_request_has_an_id_of_its_own(tiny_client: FlaskClient) -> None:
    assert len({tiny_client.get("/v1").headers["X-Request-Id"] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("path", "accepted", "served"),
    [
        ("/", None, "text/html; charset=utf-8"),
        ("/", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("/", "*/*", "text/html; charset=utf-8"),
        ("/", "application/json", "application/json"),
        ("/", "application/json, text/plain, */*", "application/json"),
        ("/", "application/json;q=0.5, text/html;q=0.4", "application/json"),
        ("/", "application/*", "application/json"),
        ("/", "text/*;q=0.1, application/json;q=0", "text/html; charset=utf-8"),
        ("/v1", "", "application/json"),
        ("/v1", "Application/JSON; charset=utf-8", "application/json"),
        ("/v1", "application/json;q=0.001", "application/json"),
        ("/v1", "text/html, */*;q=0.1", "application/json"),
        ("/v1", "text/html, image/gif, *; q=.2, */*; q=.2", "application/json"),
        ("/v1", "*", "application/json"),
        ("/v1/schemas/claim", None, "application/schema+json"),
        ("/v1/schemas/claim", "application/json", "application/json"),
        ("/v1/sources/tea.kettle-hour/text", "text/plain;format=flowed", "text/plain; charset=utf-8"),
        ("/.well-known/api-catalog", None, 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'),
        ("/.well-known/api-catalog", "application/json", "application/json"),
        ("/.well-known/api-catalog", 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"',
         'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'),
    ],
)  # fmt: skip
def test_the_media_type_is_what_the_client_likes_best(tiny_client: FlaskClient, path: str, accepted: str | None, served: str) -> None:
    assert tiny_client.get(path, headers={} if accepted is None else {"Accept": accepted}).content_type == served


def test_the_catalog_names_itself_and_where_everything_is(tiny_client: FlaskClient) -> None:
    for answer in (tiny_client.head("/.well-known/api-catalog"), tiny_client.get("/.well-known/api-catalog")):
        assert links(answer)["api-catalog"] == "/.well-known/api-catalog"
    contexts = answer.get_json()["linkset"]
    assert [context["anchor"] for context in contexts] == ["/.well-known/api-catalog", "/v1"]
    targets = [target for context in contexts for relation, found in context.items() if relation != "anchor" for target in found]
    for target in targets:
        served = tiny_client.get(target["href"], headers={"Accept": target["type"]})
        assert (served.status_code, served.mimetype) == (200, target["type"])
