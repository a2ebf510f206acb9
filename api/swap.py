"""The application of a worker, which is another one once another snapshot is to be served.

What a request began with it ends with: the old application goes when nobody holds it any more, and its snapshot with it. Neither the
process nor a connection takes notice.
"""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from flask import Flask

from .app import create_app
from .config import Settings
from .console import say
from .exchange import Application
from .exports import SLOTS, slots_of
from .layer import Answer, ResponseLayer
from .service import EXTENSION
from .snapshot.holding import Identity, UnusableSnapshot, identity
from .snapshot.pointer import Named

MIB: Final = 1 << 20
SECONDS_BETWEEN_LOOKS: Final = 0.5
SECONDS_BEFORE_ANOTHER_TRY: Final = 5.0
ATTEMPTS: Final = 5


class Swapping:
    """Stands for the application of the day."""

    def __init__(self, place: Named, settings: Settings) -> None:
        """Take what says which snapshot is to be served, and open that.

        :raises UnusableSnapshot: it cannot be served.
        """
        self._place, self._settings = place, settings
        self._slots = slots_of(settings)
        self._seen: Identity | tuple[()] | None = ()  # as nothing is, not even what is not there
        self._again: float | None = None  # when to try again, where what was seen could not be taken up
        self._said = ""
        self._serving: Identity | None = None
        self.kept: Callable[[Mapping[str, Any]], Answer | None]  # of whole answers
        self._ask: Application
        self._alive: weakref.WeakSet[Flask] = weakref.WeakSet()
        self.look()

    def ask(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request of which no answer is kept (PEP 3333)."""
        return self._ask(environ, start_response)

    def follow(self) -> None:
        """Look again from time to time, for as long as the process lives; what cannot be served is said once and changes nothing.

        It is tried again: what was missing may have been memory, or the number of files that may be open.
        """
        pause = threading.Event()
        while not pause.wait(SECONDS_BETWEEN_LOOKS):
            try:
                self.look()
            except UnusableSnapshot as error:
                self._say(f"{error}; the dataset before it is served on")
            except Exception as error:  # noqa: BLE001 -- whatever it is, it must neither end this thread nor what is served
                self._say(f"another snapshot could not be taken up: {error!r}; the dataset before it is served on")

    def _say(self, what: str) -> None:
        if what != self._said:
            say(what, err=True)
        self._said = what

    def look(self) -> None:
        """Take up the snapshot that is to be served, where that is another one than was seen last.

        :raises UnusableSnapshot: it cannot be served.
        """
        seen = identity(self._place.path)
        if seen != self._seen or (self._again is not None and time.monotonic() >= self._again):
            self._seen, self._again = seen, time.monotonic() + SECONDS_BEFORE_ANOTHER_TRY
            if self._serving is None or identity(self._place.snapshot()) != self._serving:
                self._take_up(self._opened())
            self._again, self._said = None, ""
        elif len(self._alive) > 1:
            self._settle()

    def _take_up(self, app: Flask) -> None:
        """Answer with another application from now on."""
        layer = ResponseLayer(app.wsgi_app, self._settings.kept * MIB)
        self.kept, self._ask = layer.kept, layer.ask
        self._serving = app.extensions[EXTENSION].snapshot.identity
        self._alive.add(app)
        self._settle()

    def _settle(self) -> None:
        """Free the applications that have gone: each holds itself, and a request that was under way may hold one until the next look."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()  # what has come to stay is not looked through again and again

    def _opened(self, attempts: int = ATTEMPTS) -> Flask:
        """Return an application that has answered once; the snapshot may be replaced and removed meanwhile, and is then another.

        :raises UnusableSnapshot: it cannot be served.
        """
        path = self._place.snapshot()
        try:
            app = create_app(path, self._settings, self._place)
        except UnusableSnapshot:
            if attempts <= 1 or (path == self._place.snapshot() and identity(path) is None):
                raise
            return self._opened(attempts - 1)
        app.extensions[SLOTS] = self._slots
        app.test_client().get("/v1/claims", headers={"User-Agent": "rostrum"})
        return app
