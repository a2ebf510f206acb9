"""Pages for people: rendered once from a template, with no asset from elsewhere."""

from __future__ import annotations

import mimetypes
from functools import cache
from pathlib import Path
from typing import Any, Final

import flask_swagger_ui
from flask import Response, render_template

from .answers import Content, answer
from .errors import Refusal

HTML: Final = "text/html"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
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


def page(template: str, **values: Any) -> Response:
    """Answer with a page for people."""

    def make() -> Content:
        return Content(render_template(template, **values).encode(), headers={"Content-Security-Policy": POLICY})

    return answer(HTML, template, make, content_type=f"{HTML}; charset=utf-8")


def asset(name: str) -> Response:
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
