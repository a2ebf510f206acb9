"""The one way out for what is found: negotiated, tagged, not modified where it is not, coded, with the headers of the contract."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from flask import Response
from werkzeug.http import http_date

from .coding import AS_THEY_ARE, CODINGS, PLAIN, Wanted, coded, wanted, weights
from .errors import Fault, Refusal
from .exchange import exchange, snapshot
from .preconditions import failed, is_any, is_conditional, unchanged
from .ranges import Bounds, asked_bounds, within
from .version import code

JSON: Final = "application/json"
CACHE: Final = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=86400"
VARY: Final = "Accept, Accept-Encoding"
TAG_BYTES: Final = 16
LONGEST_LINK: Final = 4000
NOT_MODIFIED: Final = 304
SECONDS_A_DAY: Final = 86_400
LICENCES: Final[Mapping[str, str]] = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
}
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
SHARED: Final[Mapping[str, str]] = {"service-desc": "/v1/openapi.json", "service-doc": "/docs", "license": ""}
NOT_OWN: Final = frozenset({"self", *SHARED})  # relations that are no way from this answer to another


class Content(NamedTuple):
    """The bytes of an answer, and what only it can say of itself: its links to other paths, by relation, and further headers.

    ``alternates`` are the paths of the same in other media types, by media type.
    """

    body: bytes
    links: Mapping[str, str | None] = NOTHING
    headers: Mapping[str, str] = NOTHING
    alternates: Mapping[str, str] = NOTHING


@dataclass(slots=True)
class Answer:
    """What is sent: status, headers and bytes, but for the headers that every answer carries.

    ``turn`` answers the same query with another page, by its number and by the size of the pages where one was asked for, and ``weight``
    is how many bytes of memory it takes to be kept.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    turn: Callable[[int, int | None], Answer | None] | None = None
    weight: int = 0

    def framed(self) -> Response:
        """Return the answer as the framework's own."""
        response = NotModified() if self.status == NOT_MODIFIED else Response(self.body, self.status)
        response.headers.update(self.headers)
        return response


class NotModified(Response):
    """A 304, which keeps the Last-Modified that the library would take from it (RFC 9110 §15.4.5 leaves the choice)."""

    def __init__(self) -> None:
        """Be empty."""
        super().__init__(status=304)

    def get_wsgi_headers(self, environ: Any) -> Any:
        """Return the headers as they are sent."""
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def negotiated(*offered: str) -> str:
    """Return the media type of those offered that the client likes best, what it names before what it merely takes, then the first.

    Parameters of media types, such as a charset, are not compared: each type is offered in one form (RFC 9110 §12.5.1).

    :raises Refusal: 406, it accepts none of them.
    """
    accepted = exchange().headers.get("Accept")
    liked = weights(accepted) if accepted else None
    if not liked:
        return offered[0]
    best = max(offered, key=lambda kind: _liking(kind, liked))
    if _liking(best, liked)[0] == 0:
        fault = Fault("invalid_value", "accepts none of the media types that this path offers", allowed=offered, parameter="Accept")
        raise Refusal("not-acceptable", f"This path offers {', '.join(offered)}.", [fault])
    return best


def _liking(kind: str, liked: Mapping[str, float]) -> tuple[float, int]:
    """Return how much a media type is liked, by the most specific range that covers it, and how specific that is."""
    covering = (kind, f"{kind.partition('/')[0]}/*", "*/*", "*")
    return next(((liked[name], -place) for place, name in enumerate(covering) if name in liked), (0.0, 0))


def answer(media_type: str, variant: str, make: Callable[[], Content], *, ranges: bool = False, content_type: str = "") -> Answer:
    """Return the answer to the request: 304 before any work where the client has it already, else what `make` makes.

    `variant` says, with the path, all that the body depends on. With `ranges` a part of it can be asked for (RFC 9110 §14).

    :raises Refusal: 406 or 412, and whatever `make` raises.
    :raises RequestedRangeNotSatisfiable: there is nothing in the range.
    """
    asked, want = exchange(), _wanted_coding()
    tag = etag(asked.path, variant, media_type, want.coding)
    plain = etag(asked.path, variant, media_type, "") if ranges else tag
    bounds = asked_bounds(asked.method, asked.headers, plain) if ranges and want.plain else None
    held = held_tag((tag, plain) if bounds else (tag,), make)
    if held:
        made = Answer(NOT_MODIFIED, {})
    elif bounds:
        made, held = _partial(make(), content_type or media_type, bounds), plain
    else:
        made, held = _whole(make(), content_type or media_type, want), tag
    headers = made.headers
    headers["ETag"] = f'"{held}"'
    headers["Last-Modified"] = _written(*_days())
    headers["Cache-Control"] = CACHE
    headers["Vary"] = VARY
    if ranges:
        headers["Accept-Ranges"] = "bytes"
    return made


def momentary(media_type: str, content: Content) -> Answer:
    """Return an answer that is of this moment and is never kept."""
    made = _whole(content, media_type, _wanted_coding())
    made.headers |= {"Cache-Control": "no-store", "Vary": VARY}
    return made


def etag(*parts: str) -> str:
    """Return the strong entity tag of a representation: dataset, code, path, query, media type and coding decide its bytes."""
    seen = "\n".join((snapshot().digest, code(), *parts))
    return hashlib.blake2b(seen.encode("utf-8", "surrogatepass"), digest_size=TAG_BYTES).hexdigest()


def released() -> datetime:
    """Return the day on which the dataset was released, at midnight UTC; today where it is yet to come (RFC 9110 §8.8.2.1)."""
    return _released(*_days())


def _days() -> tuple[str, int]:
    """Return the day on which the dataset was released, and the number of this one."""
    return snapshot().about["released"], int(time.time() // SECONDS_A_DAY)


@lru_cache(maxsize=8)
def _released(day: str, today: int) -> datetime:
    return min(datetime.fromisoformat(day).replace(tzinfo=UTC), datetime.fromtimestamp(today * SECONDS_A_DAY, UTC))


@lru_cache(maxsize=8)
def _written(day: str, today: int) -> str:
    return http_date(_released(day, today))


def is_known(tag: str) -> bool:
    """Say whether the client has the representation of a tag already, by what it sent of tags or dates."""
    return unchanged(exchange().headers, tag, released())


def _wanted_coding() -> Wanted:
    """Return the coding that the client wants.

    :raises Refusal: 406, it takes none of ours, and not even the bytes as they are.
    """
    want = wanted(exchange().headers.get("Accept-Encoding"))
    if not want.coding and not want.plain:
        offered = (*CODINGS, PLAIN)
        fault = Fault("invalid_value", "accepts none of the codings that are offered", allowed=offered, parameter="Accept-Encoding")
        raise Refusal("not-acceptable", f"The codings are {', '.join(offered)}.", [fault])
    return want


def held_tag(tags: Sequence[str], make: Callable[[], object]) -> str | None:
    """Return that tag of a representation which the client has already, or None.

    A precondition counts only where the answer would be a success (RFC 9110 §13.2.1): what depends on no tag asks `make` first.

    :raises Refusal: 412, the client wants only what it has.
    """
    if not is_conditional(exchange().headers):
        return None
    if all(failed(exchange().headers, tag, released()) for tag in tags):
        make()
        raise Refusal("precondition-failed", "The representation is not the one that the precondition names.")
    held = next((tag for tag in tags if is_known(tag)), None)
    if held and is_any(exchange().headers.get("If-None-Match", "*")):  # a tag that it names it was given with a success, a date it was not
        make()
    return held


def _whole(content: Content, content_type: str, want: Wanted) -> Answer:
    body, coding = coded(content.body, want)
    link = link_header(content.links, content.alternates)
    headers = {"Content-Type": content_type, "Content-Length": str(len(body)), **content.headers, "Link": link}
    if coding:
        headers["Content-Encoding"] = coding
    return Answer(200, headers, body)


def _partial(content: Content, content_type: str, bounds: Bounds) -> Answer:
    """Return the range that was asked for.

    :raises RequestedRangeNotSatisfiable: there is nothing in it.
    """
    size = len(content.body)
    begin, end = within(bounds, size)
    made = _whole(content._replace(body=content.body[begin:end]), content_type, AS_THEY_ARE)
    made.status = 206
    made.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    return made


def link_header(links: Mapping[str, str | None], alternates: Mapping[str, str] = NOTHING) -> str:
    """Return the Link header (RFC 8288): the answer's own relations and those that all answers share.

    Where a long query would make it longer than proxies take, the answer's own stand in its body alone.
    """
    own = "".join([f'<{href}>; rel="{relation}", ' for relation, href in links.items() if href and relation not in NOT_OWN])
    own += "".join([f'<{href}>; rel="alternate"; type="{media_type}", ' for media_type, href in alternates.items()])
    shared = _shared_links(snapshot().about["licence"])
    return f"{own}{shared}" if len(own) <= LONGEST_LINK else shared


@cache
def _shared_links(licence: str) -> str:
    return ", ".join(f'<{href}>; rel="{relation}"' for relation, href in {**SHARED, "license": LICENCES[licence]}.items())
