"""What tests of the HTTP interface share: an address for every route, and what is true of every problem document."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from api.errors import BY_SLUG, CODES
from api.openapi import document

URI_REFERENCE = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")
COMMON = {
    "Access-Control-Allow-Origin": "*",
    "API-Version": "1.0.0",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Dataset-Version": "2026.11.0",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@cache
def addresses(app: Flask) -> tuple[str, ...]:
    """Return an address that answers 200 for every path of the OpenAPI document, with a record that is there and what must be asked."""
    made = document(app)
    shared = made["components"]["parameters"]
    found = []
    for path, methods in made["paths"].items():
        stated = [*methods.get("parameters", ()), *methods["get"].get("parameters", ())]
        found.append(address(app, path, [shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in stated]))
    return tuple(found)


def address(app: Flask, path: str, parameters: list[dict[str, Any]]) -> str:
    """Return an address of a path: the first record of its collection, and the example of each parameter that it requires."""
    collection = re.match(r"/v1/(\w+)/{id}", path)
    required = {one["name"]: one["example"] for one in parameters if one.get("required")}
    examples = {name: ",".join(example) if isinstance(example, list) else str(example) for name, example in required.items()}
    parts = examples | ({"id": first(app, collection[1])} if collection else {})
    query = "&".join(f"{one['name']}={examples[one['name']]}" for one in parameters if one["in"] == "query" and one["name"] in examples)
    return path.format(**parts) + (f"?{query}" if query else "")


def first(app: Flask, collection: str) -> str:
    """Return the id of the first record of a collection."""
    found: str = app.test_client().get(f"/v1/{collection}?per_page=1").get_json()["data"][0]["id"]
    return found


def carries_the_common_headers(response: TestResponse) -> bool:
    """Say whether an answer has what every answer has."""
    headers = response.headers
    exact = all(headers.getlist(name) == [value] for name, value in COMMON.items())
    there = all(len(headers.getlist(name)) == 1 for name in ("Access-Control-Expose-Headers", "Content-Security-Policy", "X-Request-Id"))
    return exact and there and "Set-Cookie" not in headers and "Origin" not in headers.get("Vary", "") and "Server" not in headers


def problem(response: TestResponse, slug: str) -> dict[str, Any]:
    """Return the problem document of an answer, which is of this type and in the one form that all have."""
    of_type = BY_SLUG[slug]
    assert response.status_code == of_type.status
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == of_type.cache
    assert response.headers["Vary"] == "Accept, Accept-Encoding"
    assert carries_the_common_headers(response)
    body: dict[str, Any] = response.get_json()
    assert set(body) - {"errors"} == {"type", "title", "status", "detail", "instance", "request_id"}
    assert (body["type"], body["title"], body["status"]) == (of_type.href, of_type.title, of_type.status)
    assert body["request_id"] == response.headers["X-Request-Id"]
    assert URI_REFERENCE.fullmatch(body["instance"])
    assert all(fault["code"] in CODES for fault in body.get("errors", ()))
    assert len(body.get("errors", ())) <= 20
    assert all(one.isprintable() for one in texts(body))
    return body


def texts(value: Any) -> list[str]:
    """Return every text within a JSON value."""
    if isinstance(value, dict):
        return [found for one in value.values() for found in texts(one)]
    if isinstance(value, list):
        return [found for one in value for found in texts(one)]
    return [value] if isinstance(value, str) else []
