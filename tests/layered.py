"""Asking as the server does: first for what is kept, and then the application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any


def layered(keeping: Any) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """Return as one WSGI application what keeps answers, a layer or the application of a worker, and what it stands in front of."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        kept = keeping.kept(environ)
        if kept is None:
            return keeping.ask(environ, start_response)
        status, headers, body = kept
        start_response(f"{status} {HTTPStatus(status).phrase.upper()}", headers)
        return [body]

    return answer
