"""What every answer carries, errors and 304 included: who may read it, where it came from, which versions it is of."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotFound

from .coding import coded, wanted
from .exchange import Exchange, exchange
from .parsing import check_query_string
from .problems import MEDIA_TYPE
from .version import API_VERSION

METHODS: Final = "GET, HEAD, OPTIONS"
EXPOSED: Final = (
    "Accept-Ranges, Allow, API-Version, Content-Disposition, Content-Encoding, Content-Range, Dataset-Version, Deprecation, ETag, "
    "Last-Modified, Link, Repr-Digest, Retry-After, Sunset, X-Request-Id"
)
POLICY: Final = ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
COMMON: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", EXPOSED),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("API-Version", API_VERSION),
)
BAD: Final = 400
PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Max-Age": "86400",
}


def register(app: Flask) -> None:
    """Have an app put the common headers on every answer."""
    app.before_request(_check_target)
    app.before_request(_answer_options)
    app.before_request(check_query_string)
    app.before_request(_refuse)
    app.after_request(_add_common)


def _check_target() -> None:
    """Refuse a request that is none, and a path and a method that there are not, before anything is said of its parameters.

    The framework would be more lenient: it takes methods in any case, strips slashes from the front of a path, and redirects from none.

    :raises werkzeug.exceptions.HTTPException: 400, 404 or 405.
    """
    environ = request.environ
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    if environ.get("SERVER_PROTOCOL") == "HTTP/1.1" and not request.host:
        raise BadRequest  # RFC 9112 §3.2
    if path == "*" and method == "OPTIONS":
        return  # it asks about the server and not about a path (RFC 9110 §9.3.7)
    if not path.startswith("/"):
        raise BadRequest
    if path.startswith("//"):
        raise NotFound
    if request.routing_exception:
        raise request.routing_exception
    if method != request.method:
        raise MethodNotAllowed(METHODS.split(", "))


def _answer_options() -> Response | None:
    """Answer OPTIONS on every path that there is, a preflight (Fetch standard, CORS) or not."""
    if request.method != "OPTIONS":
        return None
    return Response(status=204, headers={"Allow": METHODS, **PREFLIGHT})


def _refuse() -> None:
    """Raise what the view has raised already.

    :raises Exception: the view did.
    """
    refused = exchange().refused
    if refused is not None:
        raise refused


def _add_common(response: Response) -> Response:
    headers = response.headers
    headers.extend(common(exchange()))
    if POLICY[0] not in headers:
        headers.add(*POLICY)
    if response.status_code in {204, 304}:
        headers.pop("Content-Type", None)
    elif response.status_code >= BAD and response.mimetype == MEDIA_TYPE:
        _code_problem(response)
    return response


def common(of: Exchange) -> list[tuple[str, str]]:
    """Return the headers that no answer is without."""
    return [*COMMON, ("Dataset-Version", of.service.snapshot.about["version"]), ("X-Request-Id", of.id)]


def _code_problem(response: Response) -> None:
    """Code a problem document as other answers are coded; where no coding is accepted it comes as it is."""
    headers = response.headers
    headers["Vary"] = "Accept, Accept-Encoding"
    body, coding = coded(response.get_data(), wanted(request.headers.get("Accept-Encoding")))
    if coding:
        response.set_data(body)
        headers["Content-Encoding"] = coding
