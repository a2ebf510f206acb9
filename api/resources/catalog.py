"""How the interface describes itself: the OpenAPI document and its page, the problem pages, and the API catalog (RFC 9727)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import current_app

from api.answers import JSON, Answer, Content, answer, negotiated
from api.contract import Blueprint
from api.errors import BY_SLUG, PROBLEM_TYPES, Fault, ProblemType, unknown_path
from api.openapi import document
from api.pages import ASSETS, DOCS_POLICY, HTML, asset, page
from schemas.canonical import compact, dumps
from schemas.claim import KINDS
from schemas.problems import nearest

LINKSET = "application/linkset+json"
PROFILE = "https://www.rfc-editor.org/info/rfc9727"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What to do about a type of problem, and a request that meets it, with the detail and the faults of the answer."""

    remedy: str
    request: str
    detail: str
    faults: tuple[Fault, ...] = ()


LESSONS: Final[Mapping[str, Lesson]] = {
    "invalid-parameter": Lesson(
        "Read `errors`: each entry names a parameter. Where it has `did_you_mean`, send that instead; where it has `allowed`, send one of"
        " those. `/v1` lists the filters of every collection.",
        "GET /v1/claims?kind=factial",
        "1 parameter was not understood.",
        (Fault("invalid_value", "'factial' is not one of the values", "factual", KINDS, "kind"),),
    ),
    "bad-request": Lesson(
        "Look at the address and the headers as they were sent; a library or a proxy may have written them.",
        "GET /v1/claims\nHost: not..a.host",
        "The request cannot be read as HTTP.",
    ),
    "not-found": Lesson(
        "If `errors` has `did_you_mean`, ask for that id. Otherwise look for the record in its collection, the path without the id.",
        "GET /v1/debates/nowhere",
        "There is no debate 'nowhere'.",
        (Fault("invalid_value", "There is no debate 'nowhere'.", parameter="id"),),
    ),
    "unknown-path": Lesson(
        "Compare the path with those in `/v1` and in the documentation at `/docs`. If it ends in a slash, leave the slash out.",
        "GET /v1/claim",
        "Nothing is served at this path. Did you mean '/v1/claims'?",
        (Fault("unknown_path", "Nothing is served at this path.", "/v1/claims", parameter="path"),),
    ),
    "method-not-allowed": Lesson(
        "Use GET. To propose a correction of the data, turn to whoever publishes the dataset: nothing can be written over HTTP.",
        "DELETE /v1/claims",
        "Everything here is read with GET, HEAD and OPTIONS.",
    ),
    "not-acceptable": Lesson(
        "Send an `Accept` header with one of the media types that `errors` lists, or none at all.",
        "GET /v1\nAccept: image/png",
        "This path offers application/json.",
        (Fault("invalid_value", "accepts none of the media types that this path offers", allowed=(JSON,), parameter="Accept"),),
    ),
    "precondition-failed": Lesson(
        "Leave `If-Match` and `If-Unmodified-Since` out to get what there is now. To learn whether it has changed, send `If-None-Match`.",
        'GET /v1\nIf-Match: "0123456789abcdef"',
        "The representation is not the one that the precondition names.",
    ),
    "query-too-long": Lesson(
        "Send several requests with fewer values each. To copy everything, walk the collection page by page without filters.",
        "GET /v1/claims?id=…",
        "The query string has 9002 bytes; at most 8192 are read.",
    ),
    "range-not-satisfiable": Lesson(
        "Ask for a range that begins before the length in `Content-Range`, or leave the `Range` header out to get the whole text.",
        "GET /v1/sources/debate.source/text\nRange: bytes=9999999-",
        "The `Range` header asks for bytes beyond the end; `Content-Range` says how many there are.",
    ),
    "internal-error": Lesson(
        "Try again once. If it fails again, report it to whoever runs the service, with the `request_id`.",
        "GET /v1/claims",
        "The server failed.",
    ),
    "unavailable": Lesson(
        "Wait as many seconds as `Retry-After` says, then send the same request again.",
        "GET /readyz",
        "The snapshot cannot be read.",
    ),
}

blp = Blueprint("catalog", __name__, description="How the interface describes itself.")


@blp.get("/v1/openapi.json", "getOpenApi", "This document", answers={JSON: {"type": "object"}})
def get_openapi(parameters: dict[str, Any]) -> Answer:
    """Answer with the OpenAPI document."""
    return answer(negotiated(JSON), "", lambda: Content(compact(document(current_app)) + b"\n"))


@blp.get("/docs", "getDocs", "The interface as a page to read and try", answers={HTML: {"type": "string"}})
def get_docs(parameters: dict[str, Any]) -> Answer:
    """Answer with the page that shows the OpenAPI document."""
    negotiated(HTML)
    return page("docs.html", policy=DOCS_POLICY)


@blp.get(
    "/assets/<name>",
    "getAsset",
    "A file that the pages use",
    answers={"*/*": {"type": "string"}},
    path=[{"in": "path", "name": "name", "required": True, "description": "The name of the file.", "example": "style.css",
           "schema": {"type": "string", "enum": sorted(ASSETS)}}],
    problems=(404,),
)  # fmt: skip
def get_asset(parameters: dict[str, Any], name: str) -> Answer:
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
def get_problem_type(parameters: dict[str, Any], slug: str) -> Answer:
    """Answer with the page of a problem type."""
    negotiated(HTML)
    if slug not in BY_SLUG:
        near = nearest(slug, BY_SLUG)
        raise unknown_path(BY_SLUG[near].href if near else None)
    return page("problem.html", lambda: _lesson(BY_SLUG[slug]))


def _lesson(problem: ProblemType) -> dict[str, Any]:
    """Return what the page of a problem type shows."""
    lesson = LESSONS[problem.slug]
    body: dict[str, Any] = {
        "type": problem.href,
        "title": problem.title,
        "status": problem.status,
        "detail": lesson.detail,
        "instance": lesson.request.split()[1],
        "request_id": "7b15588e5cf84ce782cfd41c242d1151",
    }
    if lesson.faults:
        body["errors"] = [fault.as_json() for fault in lesson.faults]
    return {"problem": problem, "problems": PROBLEM_TYPES, "lesson": lesson, "body": dumps(body)}


@blp.get(
    "/.well-known/api-catalog",
    "getApiCatalog",
    "Where the interface and its descriptions are (RFC 9727)",
    answers={LINKSET: "Linkset", JSON: "Linkset"},
)
def get_api_catalog(parameters: dict[str, Any]) -> Answer:
    """Answer with the API catalog as a linkset (RFC 9264)."""
    entry = {
        "anchor": "/v1",
        "service-desc": [{"href": "/v1/openapi.json", "type": JSON}],
        "service-doc": [{"href": "/docs", "type": HTML}],
        "status": [{"href": "/readyz", "type": JSON}],
    }
    body = compact({"linkset": [{"anchor": "/.well-known/api-catalog", "item": [{"href": "/v1", "type": JSON}]}, entry]}) + b"\n"
    made = Content(body, {"api-catalog": "/.well-known/api-catalog"})
    media_type = negotiated(LINKSET, JSON)
    return answer(media_type, "", lambda: made, content_type=f'{LINKSET}; profile="{PROFILE}"' if media_type == LINKSET else JSON)
