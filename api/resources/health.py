"""For machines that run the service: whether the process lives, and whether it can answer."""

from __future__ import annotations

from typing import Any

import apsw
from flask import Response

from api.answers import JSON, Content, link_header, negotiated
from api.contract import Blueprint
from api.envelope import stamp
from api.errors import Refusal
from api.service import snapshot
from schemas.canonical import compact

blp = Blueprint("health", __name__, description="For machines that run the service.")


@blp.get("/healthz", "getHealth", "Whether the process lives", answers={JSON: "Health"})
def get_health(parameters: dict[str, Any]) -> Response:
    """Answer that the process lives."""
    return _fresh({"status": "alive"})


@blp.get("/readyz", "getReadiness", "Whether the service can answer, and from which dataset", answers={JSON: "Readiness"}, problems=(503,))
def get_readiness(parameters: dict[str, Any]) -> Response:
    """Answer whether the snapshot can be read.

    :raises Refusal: 503, it cannot.
    """
    try:
        snapshot().check()
    except apsw.Error as error:
        raise Refusal("unavailable", f"The snapshot cannot be read: {error}.", headers={"Retry-After": "30"}) from error
    return _fresh({"status": "ready", "dataset": stamp()})


def _fresh(data: dict[str, Any]) -> Response:
    """Return an answer that is of this moment and is never kept."""
    content = Content(compact(data) + b"\n")
    response = Response(content.body, content_type=negotiated(JSON))
    response.headers["Cache-Control"] = "no-store"
    response.headers["Link"] = link_header({})
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response
