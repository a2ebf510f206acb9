"""The application: it opens the snapshot, registers the blueprints and the one error body, and does nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, NotFound

from . import headers
from .config import Settings
from .errors import of_http_error, unknown_path
from .openapi import Api
from .resources import BLUEPRINTS
from .service import Service
from .snapshot.read import Snapshot


class Rostrum(Flask):
    """A Flask application whose log names the request that failed."""

    def log_exception(self, exc_info: Any) -> None:
        """Log what nobody caught, with the id that the answer carries."""
        self.logger.error("request %s failed: %s %s", g.get("request_id", "-"), request.method, request.path, exc_info=exc_info)


def create_app(snapshot: str | Path | None = None, settings: Settings | None = None) -> Flask:
    """Return the application that serves a snapshot, by default the one that ROSTRUM_SNAPSHOT names.

    :raises UnusableSnapshot: the file cannot be served.
    """
    settings = settings or Settings.from_environment()
    app = Rostrum(__name__, static_folder=None)
    app.url_map.merge_slashes = False
    Service(settings, Snapshot(Path(snapshot or settings.snapshot))).attach(app)
    headers.register(app)
    api = Api(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, answer_error)
    return app


def answer_error(error: HTTPException) -> Response:
    """Answer any HTTP error with its problem document, an unrouted path with the path that was probably meant."""
    if isinstance(error, NotFound) and request.url_rule is None:
        error = unknown_path(request.path, headers.known_paths())
    return of_http_error(error)
