"""Pages for people: rendered once from a template, with no asset from elsewhere."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import flask_swagger_ui
from flask import render_template

from .answers import LICENCES, Answer, Content, answer
from .errors import Refusal
from .exchange import snapshot

HTML: Final = "text/html"
POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
DOCS_POLICY: Final = (  # of Swagger UI: it reads the document, sends what is tried, and its style sheet holds pictures as data
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
OWN: Final = Path(__file__).parent / "static"
SWAGGER: Final = Path(flask_swagger_ui.__file__).parent / "dist"
ASSETS: Final = {
    "style.css": OWN / "style.css",
    "docs.js": OWN / "docs.js",
    "icon.svg": OWN / "icon.svg",
    "swagger-ui.css": SWAGGER / "swagger-ui.css",
    "swagger-ui-bundle.js": SWAGGER / "swagger-ui-bundle.js",
}


def page(template: str, values: Callable[[], Mapping[str, Any]] = dict, policy: str = POLICY, variant: str = "") -> Answer:
    """Answer with a page for people.

    `values` gives what its template shows besides the dataset, where the page is rendered at all; `variant` is what else it depends on.
    """

    def make() -> Content:
        about = snapshot().about
        shared = {"dataset": about, "digest": snapshot().digest, "licence": LICENCES[about["licence"]]}
        return Content(render_template(template, **shared, **values()).encode())

    response = answer(HTML, f"{template} {variant}", make, content_type=f"{HTML}; charset=utf-8")
    response.headers["Content-Security-Policy"] = policy  # on a 304 as well, which replaces the headers that a cache holds
    return response


def asset(name: str) -> Answer:
    """Answer with a file that the pages use.

    :raises Refusal: 404, there is none of this name.
    """
    if name not in ASSETS:
        raise Refusal("unknown-path", f"The assets are {', '.join(ASSETS)}.")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return answer(kind, name, lambda: Content(_bytes(name)), content_type=kind if kind.startswith("image/") else f"{kind}; charset=utf-8")


@cache
def _bytes(name: str) -> bytes:
    return ASSETS[name].read_bytes()
