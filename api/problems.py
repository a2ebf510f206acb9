"""Every HTTP error in its one body: a problem document (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from flask import Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable

from schemas.canonical import compact

from .errors import BY_SLUG, BY_STATUS, MOST_CHARACTERS, MOST_ERRORS, Fault, ProblemType, Refusal
from .exchange import exchange

MEDIA_TYPE: Final = "application/problem+json"
UNQUOTED: Final = "/:@!$&'()*+,;="


def instance() -> str:
    """Return the request's address as a URI reference of ASCII characters, shortened between two of them (RFC 9457 §3.1.5)."""
    path = quote(exchange().environ["PATH_INFO"].encode("latin-1"), safe=UNQUOTED)
    query = re.sub("%(?![0-9A-Fa-f]{2})", "%25", quote(exchange().environ["QUERY_STRING"].encode("latin-1"), safe=f"{UNQUOTED}?%"))
    whole = re.sub("^//", "/%2F", path) + (f"?{query}" if query else "")
    return whole if len(whole) <= 2 * MOST_CHARACTERS else re.sub("%.?$", "", whole[: 2 * MOST_CHARACTERS]) + "..."


def document(problem: ProblemType, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None) -> Response:
    """Return the response with a problem document."""
    body: dict[str, Any] = {
        "type": problem.href,
        "title": problem.title,
        "status": problem.status,
        "detail": detail,
        "instance": instance(),
        "request_id": exchange().id,
    }
    if faults:
        body["errors"] = [fault.as_json() for fault in faults[:MOST_ERRORS]]
    made = Response(compact(body) + b"\n", status=problem.status, content_type=MEDIA_TYPE)
    made.headers.extend({"Cache-Control": problem.cache, **(headers or {})})
    return made


def of_http_error(error: HTTPException) -> Response:
    """Return the problem document for any HTTP error, the framework's own included."""
    if isinstance(error, Refusal):
        return document(error.problem, str(error.description), error.faults, error.headers)
    problem = BY_STATUS.get(error.code or 500, BY_SLUG["internal-error" if (error.code or 500) >= 500 else "bad-request"])
    return document(problem, problem.meaning.partition(". ")[0].rstrip(".") + ".", headers=_headers_of(error))


def _headers_of(error: HTTPException) -> dict[str, str]:
    """Return the headers that the framework would send with an error."""
    if isinstance(error, MethodNotAllowed):
        return {"Allow": ", ".join(sorted(error.valid_methods or ()))}
    if isinstance(error, RequestedRangeNotSatisfiable):
        return {"Content-Range": f"bytes */{error.length}"}
    return {}
