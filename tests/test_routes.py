"""A path is there or it is not: no redirects, no second spellings, and a 404 says which path was probably meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from asking import addresses, carries_the_common_headers, problem
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.openapi import document

CLAIM = "/v1/claims/tea.milk-goes-first"
METHODS = "GET, HEAD, OPTIONS"


def asked_raw(client: FlaskClient, path: str, method: str = "GET") -> TestResponse:
    """Ask with a path as the server would hand it over, however odd; a byte that is no UTF-8 is written as a lone surrogate."""
    return client.open("/", method=method, environ_overrides={"PATH_INFO": path.encode("utf-8", "surrogateescape").decode("latin-1")})


def test_every_route_is_documented_and_answers(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    documented = {re.sub(r"{(\w+)}", r"<\1>", path) for path in document(tiny_app)["paths"]}
    assert documented == {re.sub(r"<\w+:", "<", rule.rule) for rule in tiny_app.url_map.iter_rules()}
    assert {path: tiny_client.get(path).status_code for path in addresses(tiny_app)} == dict.fromkeys(addresses(tiny_app), 200)


@pytest.mark.parametrize(
    "spelled",
    ["{}/", "{}//", "/{}", "//{}", "{}/.", "{};", "{}%20"],
)
def test_no_route_answers_under_a_second_spelling(tiny_app: Flask, tiny_client: FlaskClient, spelled: str) -> None:
    for path in {address.partition("?")[0] for address in addresses(tiny_app)} - {"/"}:
        answer = asked_raw(tiny_client, spelled.format(path))
        assert answer.status_code == 404, answer.request.path
        assert "Location" not in answer.headers


def test_a_slash_too_many_is_no_second_spelling_of_the_first_page(tiny_client: FlaskClient) -> None:
    problem(asked_raw(tiny_client, "//"), "unknown-path")


def test_paths_are_case_sensitive(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for path in {address.partition("?")[0] for address in addresses(tiny_app)} - {"/"}:
        assert tiny_client.get(path.upper()).status_code == 404


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/v1/claim", "/v1/claims"),
        ("/v1/claim/x", "/v1/claims"),
        ("/v1/claim/tea.milk-goes-first", CLAIM),
        ("/v1/Claim/Tea.Milk-goes-FIRST", CLAIM),
        ("/V1/claims", "/v1/claims"),
        ("/claims", "/v1/claims"),
        ("/claims/tea.milk-goes-first", CLAIM),
        ("/v1/claims/", "/v1/claims"),
        ("/v1//claims", "/v1/claims"),
        ("//v1/claims", "/v1/claims"),
        ("//v1", "/v1"),
        ("/v1/", "/v1"),
        ("/v1/claims;page=2", "/v1/claims"),
        ("/v1/claims?page=2", "/v1/claims"),
        ("/v1/claims/tea.milk-goes-first/quoets", f"{CLAIM}/quotes"),
        ("/v1/claims/tea.milk-goes-first/quotes/tea.terms", f"{CLAIM}/quotes"),
        ("/v1/claims/nothing/quoets", "/v1/claims"),
        ("/v1/sources/tea.kettle-hour/txt", "/v1/sources/tea.kettle-hour/text"),
        ("/v1/schemas/claims", "/v1/schemas/claim"),
        ("/v1/schemas/authored/evnt", "/v1/schemas/authored/event"),
        ("/v1/openapi.yaml", "/v1/openapi.json"),
        ("/openapi.json", "/v1/openapi.json"),
        ("/doc", "/docs"),
        ("/health", "/healthz"),
        ("/well-known/api-catalog", "/.well-known/api-catalog"),
    ],
)
def test_a_path_that_is_not_there_suggests_the_one_that_was_meant(tiny_client: FlaskClient, asked: str, meant: str) -> None:
    body = problem(asked_raw(tiny_client, asked), "unknown-path")
    (fault,) = body["errors"]
    assert (fault["parameter"], fault["code"], fault["did_you_mean"]) == ("path", "unknown_path", meant)
    assert repr(meant) in body["detail"]
    assert tiny_client.get(meant).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        *("/nope", "/v1/nope", "/v2/nothing", "/%s", "/\x00", "/\u202e", "/\udcff"),
        *(pytest.param("/" * 5000, id="slashes"), pytest.param("/x" * 5000, id="steps"), pytest.param("/" + "x" * 50_000, id="long")),
    ],
)
def test_a_path_that_nothing_is_like_points_to_the_index(tiny_client: FlaskClient, asked: str) -> None:
    body = problem(asked_raw(tiny_client, asked), "unknown-path")
    assert body["detail"] == "Nothing is served at this path. `/v1` lists what there is."
    assert "did_you_mean" not in body["errors"][0]
    assert len(body["instance"]) < 250


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("/v1/actors/milk-frist", "milk-first"),
        ("/v1/claims/milk-goes-first", "tea.milk-goes-first"),
        ("/v1/claims/tea.milk-goes-frist", "tea.milk-goes-first"),
        ("/v1/actors/milk-frist/claims", "milk-first"),
        ("/v1/sources/tea.kettle-our/text", "tea.kettle-hour"),
    ],
)
def test_an_id_that_is_not_there_suggests_the_nearest(tiny_client: FlaskClient, asked: str, meant: str) -> None:
    (fault,) = problem(tiny_client.get(asked), "not-found")["errors"]
    assert (fault["parameter"], fault["code"], fault["did_you_mean"]) == ("id", "invalid_value", meant)


@pytest.mark.parametrize(
    "id_",
    [
        *("..", ".", "%00", "%FF", "%0A", "%E2%80%AE", "%F0%9F%AB%96", "'", '"', "%25", "a,b", "*", "%22%3E%3Cb%3E"),
        pytest.param("a" * 50_000, id="long"),
    ],
)
def test_an_id_that_could_not_be_one_is_not_found_and_not_echoed_as_it_is(tiny_client: FlaskClient, id_: str) -> None:
    for path in (f"/v1/claims/{id_}", f"/v1/claims/{id_}/quotes", f"/v1/sources/{id_}/text"):
        answer = tiny_client.get(path)
        problem(answer, "not-found")
        assert len(answer.data) < 1500


def test_an_encoded_slash_is_a_slash_since_the_gateway_interface_does_not_tell_them_apart(tiny_client: FlaskClient) -> None:
    assert tiny_client.get(f"{CLAIM}%2Fquotes").data == tiny_client.get(f"{CLAIM}/quotes").data


def test_options_lists_the_methods_of_every_path(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for path in [*addresses(tiny_app), "/v1/claims/nothing", "/v1/claims?unknown=1"]:
        answer = tiny_client.options(path)
        assert (answer.status_code, answer.headers["Allow"], answer.data) == (204, METHODS, b"")
        assert carries_the_common_headers(answer)
        assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(answer.headers.keys())


def test_options_of_the_whole_server_is_answered(tiny_client: FlaskClient) -> None:
    assert asked_raw(tiny_client, "*", "OPTIONS").headers["Allow"] == METHODS


@pytest.mark.parametrize("path", ["/nope", "/v1/claims/", "/v1/claims/x/y/z"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "DELETE"])
def test_an_unknown_path_is_unknown_to_every_method(tiny_client: FlaskClient, path: str, method: str) -> None:
    answer = tiny_client.open(path, method=method)
    assert answer.status_code == 404
    assert "Allow" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "QUERY", "BREW", "get", "Head", "options"])
def test_nothing_can_be_written(tiny_app: Flask, tiny_client: FlaskClient, method: str) -> None:
    for path in [*addresses(tiny_app), "/v1/claims/nothing"]:
        answer = tiny_client.open(path, data=b"{}", content_type="application/json", environ_overrides={"REQUEST_METHOD": method})
        problem(answer, "method-not-allowed")
        assert answer.headers["Allow"] == METHODS


def test_an_upgrade_that_is_not_offered_is_ignored(tiny_client: FlaskClient) -> None:
    assert tiny_client.get("/v1", headers={"Connection": "keep-alive, Upgrade", "Upgrade": "websocket"}).status_code == 200
    assert tiny_client.get("/v1", headers={"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c"}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000", "[::1]:8000"])
def test_the_host_header_decides_nothing(tiny_client: FlaskClient, host: str) -> None:
    answer = tiny_client.get("/v1/actors", environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 200
    assert b"evil" not in answer.data + str(answer.headers).encode()


@pytest.mark.parametrize("host", ["", "a b/@", "[::1", "a,b", "localhost:99999999", "☕.example", "a" * 64 + ".example", "a..b"])
def test_a_host_header_that_is_no_name_is_a_malformed_request(tiny_client: FlaskClient, host: str) -> None:
    sent = {"HTTP_HOST": host.encode().decode("latin-1")}
    problem(tiny_client.get("/v1", environ_overrides=sent), "bad-request")
    problem(tiny_client.get("/nope", environ_overrides=sent), "bad-request")


def test_an_old_client_need_not_name_the_host(tiny_client: FlaskClient) -> None:
    assert tiny_client.get("/v1", environ_overrides={"HTTP_HOST": "", "SERVER_PROTOCOL": "HTTP/1.0"}).status_code == 200


@pytest.mark.parametrize("target", ["", "*", "v1", "example.org:80"])
def test_what_is_no_path_is_a_malformed_request_and_no_redirect(tiny_client: FlaskClient, target: str) -> None:
    problem(tiny_client.get("/", environ_overrides={"PATH_INFO": target}), "bad-request")


def test_no_path_reads_files(tiny_client: FlaskClient) -> None:
    for path in ("/assets/../app.py", "/assets/%2e%2e/app.py", f"/assets/{Path(__file__).as_posix()}", "/static/style.css", "/assets/.."):
        assert tiny_client.get(path).status_code == 404
