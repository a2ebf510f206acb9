"""For machines that run the service: whether the process lives, and whether it can answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from api.answers import JSON, Answer, Content, momentary, negotiated
from api.contract import Blueprint
from api.envelope import stamp
from api.exchange import refusal, snapshot
from schemas.canonical import compact

blp = Blueprint("health", __name__, description="For machines that run the service.")


@blp.get("/healthz", "getHealth", "Whether the process lives", answers={JSON: "Health"})
def get_health(parameters: dict[str, Any]) -> Answer:
    """Answer that the process lives."""
    return momentary(negotiated(JSON), _content({"status": "alive"}))


@blp.get("/readyz", "getReadiness", "Whether the service can answer, and from which dataset", answers={JSON: "Readiness"}, problems=(503,))
def get_readiness(parameters: dict[str, Any]) -> Answer:
    """Answer whether the snapshot can be read, and whether a newer dataset was refused, which changes nothing else.

    :raises UnusableSnapshot: it cannot, which is answered with a 503.
    """
    media_type = negotiated(JSON)
    snapshot().check()
    refused = refusal()
    reload = {"reload": {"refused": True, **asdict(refused)}} if refused else {}
    return momentary(media_type, _content({"status": "ready", "dataset": stamp(), **reload}))


def _content(data: dict[str, Any]) -> Content:
    return Content(compact(data) + b"\n")
