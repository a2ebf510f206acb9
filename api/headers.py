"""What every answer carries, errors and 304 included: who may read it, where it came from, which versions it is of."""

from __future__ import annotations

import re
import uuid
from typing import Final

from flask import Flask, Response, current_app, g, request

from .coding import LEAST_BYTES, coded, preferred
from .errors import MEDIA_TYPE
from .parsing import check_query_string
from .service import snapshot
from .version import API_VERSION

METHODS: Final = "GET, HEAD, OPTIONS"
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,128}")
EXPOSED: Final = (
    "Accept-Ranges, Allow, API-Version, Content-Encoding, Content-Range, Dataset-Version, ETag, Last-Modified, Link, Retry-After, X-Request-Id"
)
JSON_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Max-Age": "86400",
}


def register(app: Flask) -> None:
    """Have an app put the common headers on every answer."""
    app.before_request(_name_request)
    app.before_request(check_query_string)
    app.before_request(_answer_options)
    app.after_request(_add_common)


def _name_request() -> None:
    """Give the request an id: the client's own where it sent one that can be logged."""
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex


def _answer_options() -> Response | None:
    """Answer OPTIONS on every path that there is, a preflight (Fetch standard, CORS) or not."""
    if request.method != "OPTIONS" or request.url_rule is None:
        return None
    return Response(status=204, headers={"Allow": METHODS, **PREFLIGHT})


def _add_common(response: Response) -> Response:
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = EXPOSED
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    headers.setdefault("Content-Security-Policy", JSON_POLICY)
    headers["X-Request-Id"] = g.request_id
    headers["API-Version"] = API_VERSION
    headers["Dataset-Version"] = snapshot().about["version"]
    if response.status_code == 204 or response.status_code == 304:
        headers.pop("Content-Type", None)
    if response.mimetype == MEDIA_TYPE:
        _code_problem(response)
    return response


def _code_problem(response: Response) -> None:
    """Code a problem document as other answers are coded."""
    response.vary.update(("Accept", "Accept-Encoding"))
    coding = preferred(request.accept_encodings)
    if coding and len(response.get_data()) >= LEAST_BYTES:
        response.set_data(coded(response.get_data(), coding))
        headers = response.headers
        headers["Content-Encoding"] = coding


def known_paths() -> list[str]:
    """Return the paths without parameters that the app serves, for suggesting one."""
    return [rule.rule for rule in current_app.url_map.iter_rules() if not rule.arguments]
