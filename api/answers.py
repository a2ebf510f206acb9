"""The one way out for what is found: negotiated, tagged, not modified where it is not, coded, with the headers of the contract."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from flask import Response, request
from werkzeug.http import is_resource_modified

from .coding import LEAST_BYTES, coded, preferred
from .errors import Fault, Refusal
from .service import snapshot
from .version import code

JSON: Final = "application/json"
CACHE: Final = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=86400"
LICENCES: Final[Mapping[str, str]] = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
}


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of an answer, and what only it can say of itself: its relations to other paths, and further headers.

    ``alternates`` are the paths of the same in other media types, by media type.
    """

    body: bytes
    links: Mapping[str, str | None] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    alternates: Mapping[str, str] = field(default_factory=dict)


def negotiated(*offered: str) -> str:
    """Return the media type of those offered that the client likes best (RFC 9110 §12.5.1).

    :raises Refusal: 406, it accepts none of them.
    """
    if not request.accept_mimetypes:
        return offered[0]
    best = request.accept_mimetypes.best_match(offered)
    if best is None:
        fault = Fault("invalid_value", "accepts none of the media types that this path offers", allowed=offered, parameter="Accept")
        raise Refusal("not-acceptable", f"This path offers {', '.join(offered)}.", [fault], {"Vary": "Accept"})
    return best


def answer(media_type: str, variant: str, make: Callable[[], Content], *, ranges: bool = False, content_type: str = "") -> Response:
    """Return the answer to the request: 304 before any work where the client has it already, else what `make` makes.

    `variant` says, with the path, all that the body depends on. With `ranges` a part of it can be asked for (RFC 9110 §14).
    """
    coding = "" if ranges and "Range" in request.headers else preferred(request.accept_encodings)
    tag = etag(request.path, variant, media_type, coding)
    response = Response(status=304)
    if not _has(tag):
        content = make()
        if not request.if_none_match.star_tag:
            response = _whole(content, content_type or media_type, coding)
    response.set_etag(tag)
    response.last_modified = released()
    response.headers["Cache-Control"] = CACHE
    response.headers["Vary"] = "Accept, Accept-Encoding"
    if ranges:
        response.headers["Accept-Ranges"] = "bytes"
        _take_range(response)
    return response


def etag(*parts: str) -> str:
    """Return the strong entity tag of a representation: dataset, code, path, query, media type and coding decide its bytes."""
    seen = "\n".join((snapshot().digest, code(), *parts))
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def released() -> datetime:
    """Return the day on which the dataset was released, at midnight UTC."""
    return datetime.fromisoformat(snapshot().about["released"]).replace(tzinfo=UTC)


def _has(tag: str) -> bool:
    """Say whether the client has this representation: by If-None-Match, without one by If-Modified-Since (RFC 9110 §13.2.2)."""
    if "If-None-Match" in request.headers:
        return not request.if_none_match.star_tag and request.if_none_match.contains_weak(tag)
    return not is_resource_modified(request.environ, etag=tag, last_modified=released(), ignore_if_range=True)


def _whole(content: Content, content_type: str, coding: str) -> Response:
    response = Response(content.body, content_type=content_type)
    if coding and len(content.body) >= LEAST_BYTES:
        response.set_data(coded(content.body, coding))
        response.headers["Content-Encoding"] = coding
    response.headers.extend(content.headers)
    response.headers["Link"] = link_header(content.links, content.alternates)
    return response


def link_header(links: Mapping[str, str | None], alternates: Mapping[str, str] | None = None) -> str:
    """Return the Link header (RFC 8288): the answer's own relations and those that all answers share."""
    shared = {
        "service-desc": "/v1/openapi.json",
        "service-doc": "/docs",
        "license": LICENCES[snapshot().about["licence"]],
    }
    related = [f'<{href}>; rel="{relation}"' for relation, href in {**links, **shared}.items() if href]
    others = [f'<{href}>; rel="alternate"; type="{media_type}"' for media_type, href in (alternates or {}).items()]
    return ", ".join(related + others)


def _take_range(response: Response) -> None:
    """Cut a whole answer down to the range that was asked for.

    :raises werkzeug.exceptions.RequestedRangeNotSatisfiable: it lies beyond the end.
    """
    if response.status_code == 200 and "Range" in request.headers:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=len(response.get_data()))


