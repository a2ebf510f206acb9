"""The envelope that every answer comes in: its shape, and its bytes joined from ready-made records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import marshmallow as ma

from schemas.canonical import compact, dumps
from schemas.fields import Text, Version

from .query import Query
from .service import snapshot

SAFE: Final = ",:"


class DatasetStamp(ma.Schema):
    """Which dataset an answer is from."""

    version = Version("The calendar version of the dataset.", example="2026.11.0")
    digest = Text("The hash of its content.", example="sha256:…")


def stamp() -> dict[str, str]:
    """Return which dataset this answer is from."""
    return {"version": snapshot().about["version"], "digest": snapshot().digest}


def enveloped(data: bytes, meta: Mapping[str, Any], links: Mapping[str, Any], *, pretty: bool = False) -> bytes:
    """Return the envelope around data that is JSON already."""
    body = b'{"data":%b,"meta":%b,"links":%b}\n' % (data, compact(meta), compact(links))
    return dumps(json.loads(body)).encode() if pretty else body


def listed(bodies: Iterable[bytes]) -> bytes:
    """Return a JSON array of records that are JSON already."""
    return b"[%b]" % b",".join(bodies)


def address(path: str, query: Query) -> str:
    """Return the path-absolute address of a query, in its one canonical spelling."""
    written = urlencode(list(query.parameters()), safe=SAFE)
    return f"{path}?{written}" if written else path


def paging(path: str, query: Query, total: int) -> dict[str, str | None]:
    """Return the links of one page; prev and next are null at the ends, and all but self where a page holds nothing."""
    if query.per_page == 0:
        return {"self": address(path, query), "first": None, "prev": None, "next": None, "last": None}
    last = max(1, -(-total // query.per_page))
    return {
        "self": address(path, query),
        "first": address(path, query.at(1)),
        "prev": address(path, query.at(min(query.page - 1, last))) if query.page > 1 else None,
        "next": address(path, query.at(query.page + 1)) if query.page < last else None,
        "last": address(path, query.at(last)),
    }
