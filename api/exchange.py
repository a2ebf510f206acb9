"""The request that is being answered, and what it is answered from: as the server hands it over (PEP 3333), without the framework.

Whatever an answer depends on is asked for here, so that the same functions make it whether or not the framework called them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from itertools import count
from typing import Any, Final

from . import bounds
from .service import Service
from .snapshot.pointer import Refusal
from .snapshot.read import Snapshot

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]  # as a server calls it

REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,128}")
# All request headers that an answer may depend on, by their names in the environment.
HEADERS: Final = tuple(
    (f"HTTP_{name.upper().replace('-', '_')}", name)
    for name in (
        "Accept", "Accept-Encoding", "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Range",
    )
)  # fmt: skip


class Exchange:
    """A request and the service that answers it: its path, decoded, and the headers that an answer may depend on.

    As a context it is the current one, and what is asked of the snapshot meanwhile is bounded.
    """

    __slots__ = ("_before", "environ", "headers", "id", "path", "refused", "service")

    def __init__(self, environ: Mapping[str, Any], service: Service) -> None:
        """Take the environment of the request."""
        path: str = environ["PATH_INFO"]
        self.environ = environ
        self.service = service
        self.path = path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace")
        self.headers: Mapping[str, str] = {name: environ[key] for key, name in HEADERS if key in environ}
        self.id = request_id(environ.get("HTTP_X_REQUEST_ID"))
        self.refused: Exception | None = None  # what the view raised, where it was called already

    def __enter__(self) -> Exchange:
        """Be the current one."""
        self._before = CURRENT.set(self)
        self.service.snapshot.begin(bounds.MOST_STEPS)
        return self

    def __exit__(self, *error: object) -> None:
        """Make the one before it the current one again."""
        self.service.snapshot.begin(None)  # what is sent piece by piece from here on is bounded by its size
        CURRENT.reset(self._before)

    @property
    def method(self) -> str:
        """The method, as it was sent."""
        method: str = self.environ["REQUEST_METHOD"]
        return method


def request_id(sent: str | None) -> str:
    """Return the id of a request: what the client sent where it can be logged, else one that no other request has."""
    return sent if sent and REQUEST_ID.fullmatch(sent) else f"{_CHANCE}{next(_NUMBERS)}"


def _draw() -> None:
    """Draw the beginning of the ids that this process gives, which no other process has, not even one that it is forked into."""
    global _CHANCE  # noqa: PLW0603 - it belongs to the process, and changes with it
    _CHANCE = os.urandom(10).hex()


_NUMBERS = count(10**11)  # of twelve digits, so that each id has 32 characters
_CHANCE = ""
_draw()
os.register_at_fork(after_in_child=_draw)


CURRENT: Final[ContextVar[Exchange]] = ContextVar("exchange")


exchange: Final[Callable[[], Exchange]] = CURRENT.get  # the one that is being answered


def snapshot() -> Snapshot:
    """Return the snapshot that the current request is answered from."""
    return CURRENT.get().service.snapshot


def refusal() -> Refusal | None:
    """Return what was refused since the snapshot is served that the current request is answered from."""
    place = CURRENT.get().service.place
    return place.refusal() if place else None
