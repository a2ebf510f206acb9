"""A WSGI application that answers a path with a constant and does nothing else: the most that the server under Rostrum can do."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from api.serve import in_batches


def kept(folder: Path) -> dict[str, tuple[str, list[tuple[str, str]], list[bytes]]]:
    """Return status, headers and body of each answer in a folder, by path."""
    found = {}
    for file in folder.glob("*.json"):
        answer = json.loads(file.read_text("utf-8"))
        headers = [(name, value) for name, value in answer["headers"]]
        found[f"/{file.stem}"] = (answer["status"], headers, [file.with_suffix(".body").read_bytes()])
    return found


in_batches()  # as the workers of Rostrum do
ANSWERS = kept(Path(os.environ.get("BENCH_ANSWERS", "answers")))


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request (PEP 3333)."""
    status, headers, body = ANSWERS[environ["PATH_INFO"]]
    start_response(status, headers)
    return body
