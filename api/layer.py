"""Whole answers, kept in front of the application: asked for again, they cost neither routing nor a query.

What is asked for again is kept, bounded in bytes, the oldest going first. An answer is kept under all of the request that it can
depend on, so that no two different ones meet; a request with a header that is looked at nowhere else here (a range, a date, If-Match)
goes past the layer.
Only a 200 that may be cached is kept; every answer has a request id of its own. The layer belongs to one application, and so to one
snapshot: what follows it begins with an empty one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from .exchange import Application, request_id
from .preconditions import names

Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes]  # status, headers and body
Key = tuple[str, str, str | None, str | None, str | None, str]

OVERHEAD: Final = 2048
LARGEST_SHARE: Final = 16
MOST_SEEN: Final = 10_000  # requests that are remembered by their hash, and as many before them
ONLY_WHOLE: Final = frozenset(
    {"Content-Disposition", "Content-Encoding", "Content-Length", "Content-Type", "Link", "No-Vary-Search", "Repr-Digest"}
)


class Kept(NamedTuple):
    """An answer: its tag as it is sent, its headers but for the request id, those of its 304, its body, and how many bytes it takes."""

    tag: str
    headers: tuple[tuple[str, str], ...]
    unchanged: tuple[tuple[str, str], ...]
    body: bytes
    size: int


class ResponseLayer:
    """Stands in front of a WSGI application, and is asked for what it keeps before it."""

    def __init__(self, application: Application, most_bytes: int) -> None:
        """Take the application and how many bytes its answers may take."""
        self.application = application
        self.most_bytes = most_bytes
        self.bytes = 0
        self._kept: dict[Key, Kept] = {}
        self._lock = threading.Lock()
        self._lately: set[int] = set()
        self._before: set[int] = set()

    def kept(self, request: Mapping[str, Any]) -> Answer | None:
        """Return the answer to a request where that is kept; it is given by the names of PEP 3333, and needs no others than are sent."""
        key = key_of(request)
        kept = self._kept.get(key) if key else None
        if kept is None:
            return None
        method, sent = request["REQUEST_METHOD"], request.get
        if method not in {"GET", "HEAD"}:
            return None
        named = ("X-Request-Id", request_id(sent("HTTP_X_REQUEST_ID")))
        held = sent("HTTP_IF_NONE_MATCH")
        if held is not None and names(held, kept.tag):
            return 304, [*kept.unchanged, named], b""
        return 200, [*kept.headers, named], kept.body if method == "GET" else b""

    def ask(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Have the application answer (PEP 3333) what is not kept, and keep what it says where it may be kept and is asked for again."""
        key = key_of(environ)
        if key is None or environ["REQUEST_METHOD"] != "GET" or "HTTP_IF_NONE_MATCH" in environ or not self._is_asked_again(key):
            return self.application(environ, start_response)
        said: list[tuple[str, Headers]] = []

        def listen(status: str, headers: Headers, *rest: Any) -> Any:
            said.append((status, headers))
            return start_response(status, headers, *rest)

        answer = self.application(environ, listen)
        status, headers = said[0]
        length = _length(headers)
        if not status.startswith("200 ") or length is None or self._is_large(size := size_of(key, headers, length)):
            return answer
        try:
            body = b"".join(answer)
        finally:
            close: Callable[[], None] | None = getattr(answer, "close", None)
            if close:
                close()
        self._keep(key, headers, body, size)
        return [body]

    def _is_large(self, size: int) -> bool:
        """Say whether an answer takes more of the room than one may."""
        return size > self.most_bytes // LARGEST_SHARE

    def _is_asked_again(self, key: Key) -> bool:
        """Say whether a request was seen lately: what is asked for once takes no place from what is asked for again."""
        seen = hash(key)
        if seen in self._lately or seen in self._before:
            return True
        self._lately.add(seen)
        if len(self._lately) >= MOST_SEEN:
            self._before, self._lately = self._lately, set()
        return False

    def _keep(self, key: Key, headers: Headers, body: bytes, size: int) -> None:
        """Keep an answer that may be cached and has a tag, and let go of the oldest that no longer fit."""
        named = dict(headers)
        if "ETag" not in named or not named.get("Cache-Control", "").startswith("public"):
            return
        shown = tuple(pair for pair in headers if pair[0] != "X-Request-Id")
        kept = Kept(named["ETag"], shown, tuple(pair for pair in shown if pair[0] not in ONLY_WHOLE), body, size)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = kept
                self.bytes += kept.size
            while self.bytes > self.most_bytes:
                oldest = next(iter(self._kept))
                self.bytes -= self._kept.pop(oldest).size


def key_of(environ: Mapping[str, Any]) -> Key | None:
    """Return all of a request that a whole answer can depend on, or None where it has a header that is looked at nowhere here."""
    if (
        "HTTP_RANGE" in environ
        or "HTTP_IF_MATCH" in environ
        or "HTTP_IF_UNMODIFIED_SINCE" in environ
        or "HTTP_IF_MODIFIED_SINCE" in environ
    ):
        return None
    sent = environ.get
    return (
        environ["PATH_INFO"],
        environ["QUERY_STRING"],
        sent("HTTP_ACCEPT"),
        sent("HTTP_ACCEPT_ENCODING"),
        sent("HTTP_HOST"),
        environ["SERVER_PROTOCOL"],
    )


def size_of(key: Key, headers: Headers, length: int) -> int:
    """Return how many bytes an answer of a length takes, with what it is kept under and its headers; the rest is estimated."""
    return OVERHEAD + length + sum(len(part) for part in key if part) + sum(len(name) + len(value) for name, value in headers)


def _length(headers: Headers) -> int | None:
    return next((int(value) for name, value in headers if name == "Content-Length"), None)
