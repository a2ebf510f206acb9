"""How the interface describes itself: the OpenAPI document and its page, the problem pages, and the API catalog (RFC 9727)."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from api.answers import JSON, Content, answer, negotiated
from api.contract import Blueprint
from api.errors import BY_SLUG, PROBLEM_TYPES, Refusal
from api.openapi import document
from api.pages import ASSETS, HTML, asset, page
from schemas.canonical import compact
from schemas.problems import nearest

LINKSET = "application/linkset+json"
PROFILE = "https://www.rfc-editor.org/info/rfc9727"

blp = Blueprint("catalog", __name__, description="How the interface describes itself.")


@blp.get("/v1/openapi.json", "getOpenApi", "This document", answers={JSON: {"type": "object"}})
def get_openapi(parameters: dict[str, Any]) -> Response:
    """Answer with the OpenAPI document."""
    return answer(negotiated(JSON), "", lambda: Content(compact(document(current_app)) + b"\n"))


@blp.get("/docs", "getDocs", "The interface as a page to read and try", answers={HTML: {"type": "string"}})
def get_docs(parameters: dict[str, Any]) -> Response:
    """Answer with the page that shows the OpenAPI document."""
    negotiated(HTML)
    return page("docs.html")


@blp.get(
    "/assets/<name>",
    "getAsset",
    "A file that the pages use",
    answers={"*/*": {"type": "string"}},
    path=[{"in": "path", "name": "name", "required": True, "description": "The name of the file.", "example": "style.css",
           "schema": {"type": "string", "enum": sorted(ASSETS)}}],
    problems=(404,),
)  # fmt: skip
def get_asset(parameters: dict[str, Any], name: str) -> Response:
    """Answer with a style sheet, script or picture."""
    return asset(name)


@blp.get(
    "/problems/<slug>",
    "getProblemType",
    "What a type of problem means",
    answers={HTML: {"type": "string"}},
    path=[{"in": "path", "name": "slug", "required": True, "description": "The last part of a problem's `type`.",
           "example": PROBLEM_TYPES[0].slug, "schema": {"type": "string", "enum": sorted(BY_SLUG)}}],
    problems=(404,),
)  # fmt: skip
def get_problem_type(parameters: dict[str, Any], slug: str) -> Response:
    """Answer with the page of a problem type."""
    negotiated(HTML)
    if slug not in BY_SLUG:
        near = nearest(slug, BY_SLUG)
        raise Refusal("unknown-path", "There is no such type of problem." + (f" Did you mean {near!r}?" if near else ""))
    return page("problem.html", problem=BY_SLUG[slug], problems=PROBLEM_TYPES)


@blp.get("/.well-known/api-catalog", "getApiCatalog", "Where the interface and its descriptions are (RFC 9727)", answers={LINKSET: "Linkset"})
def get_api_catalog(parameters: dict[str, Any]) -> Response:
    """Answer with the API catalog as a linkset (RFC 9264)."""
    entry = {
        "anchor": "/v1",
        "service-desc": [{"href": "/v1/openapi.json", "type": JSON}],
        "service-doc": [{"href": "/docs", "type": HTML}],
        "status": [{"href": "/readyz", "type": JSON}],
    }
    body = compact({"linkset": [{"anchor": "/.well-known/api-catalog", "item": [{"href": "/v1", "type": JSON}]}, entry]}) + b"\n"
    made = Content(body, {"api-catalog": "/.well-known/api-catalog"})
    return answer(negotiated(LINKSET, JSON), "", lambda: made, content_type=f'{LINKSET}; profile="{PROFILE}"')
