"""The application: it opens the snapshot, registers the blueprints and the one error body, and does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response, current_app, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import MapAdapter

from schemas import BY_COLLECTION

from . import headers
from .config import Settings
from .direct import Direct
from .errors import Fault, invalid, unavailable, unknown_path
from .exchange import exchange, snapshot
from .openapi import Api
from .problems import of_http_error
from .resources import BLUEPRINTS
from .routes import Tree, nearest_path, tree_of
from .service import Service
from .snapshot.budget import TooCostly
from .snapshot.holding import UnusableSnapshot
from .snapshot.pointer import Named
from .snapshot.read import Snapshot


class NoSession(SessionInterface):
    """No session: nothing is remembered of anybody, and no cookie is read or sent."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        """Return a session that says what it is when somebody writes to it."""
        return NO_SESSION

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save nothing."""


NO_SESSION = NullSession()
COSTLY = ("by", "facets", "sort", "q")  # parameters that a costly request has at least one of


class Rostrum(Flask):
    """A Flask application that stays HTTP whatever a client asks for, and whose log names the request that failed."""

    paths: Tree
    session_interface = NoSession()

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds the view: an upgrade to a web socket is not offered and therefore ignored (RFC 9110 §7.8)."""
        adapter = super().create_url_adapter(request)
        if adapter:
            adapter.websocket = False
        return adapter

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return a view as it is: none is a coroutine, and finding that out costs more than some answers."""
        return func

    def log_exception(self, exc_info: Any) -> None:
        """Log what nobody caught, with the id that the answer carries."""
        self.logger.error("request %s failed: %s %.200r", exchange().id, request.method, request.path, exc_info=exc_info)


def create_app(snapshot: str | Path | None = None, settings: Settings | None = None, place: Named | None = None) -> Flask:
    """Return the application that serves a snapshot, by default the one that ROSTRUM_SNAPSHOT names.

    `place` knows what was refused since.
    :raises UnusableSnapshot: the file cannot be served.
    """
    settings = settings or Settings.from_environment()
    app = Rostrum(__name__, static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = False  # not even with FLASK_DEBUG set: a failure is answered like any other error
    app.url_map.merge_slashes = False
    path = Path(snapshot or settings.snapshot)
    Service(settings, Snapshot(path), place or Named(path)).attach(app)
    headers.register(app)
    api = Api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.paths = tree_of(rule.rule for rule in app.url_map.iter_rules())
    app.register_error_handler(HTTPException, answer_error)
    app.register_error_handler(UnusableSnapshot, answer_unusable)
    app.register_error_handler(TooCostly, answer_too_costly)
    app.wsgi_app = Direct(app, BLUEPRINTS)  # type: ignore[method-assign] # as Flask has middleware put in place
    return app


def answer_error(error: HTTPException) -> Response:
    """Answer any HTTP error with its problem document, an unrouted path with the path that was probably meant."""
    return of_http_error(unknown_path(meant_path()) if isinstance(error, NotFound) else error)


def answer_unusable(error: UnusableSnapshot) -> Response:
    """Answer that there is no dataset to answer from, and log why."""
    current_app.logger.error("request %s failed: %s", exchange().id, error)
    return of_http_error(unavailable())


def answer_too_costly(_: TooCostly) -> Response:
    """Answer that the request asks for more counting than one answer may take, which is so each time that it is sent."""
    detail = "asks for more to be counted or sorted than one answer may take; narrow it with filters, such as debate"
    given = [name for name in COSTLY if name in request.args] or [""]
    return of_http_error(invalid([Fault("out_of_range", detail, parameter=name) for name in given]))


def meant_path() -> str | None:
    """Return the path that the request probably meant, or None."""
    tree: Tree = current_app.paths  # type: ignore[attr-defined]
    return nearest_path(tree, request.path, _exists)


def _exists(collection: str, served: str) -> bool:
    """Say whether a collection has a record of an id; where that cannot be found out, it is not suggested."""
    try:
        return collection in BY_COLLECTION and not snapshot().missing(BY_COLLECTION[collection].type, [served])
    except UnusableSnapshot:
        return False
