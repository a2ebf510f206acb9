"""The envelope that every answer comes in: its bytes, joined from records that are JSON already."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import marshmallow as ma

from schemas.canonical import Body, compact, dumps
from schemas.fields import Text, Version

from .exchange import snapshot


class DatasetStamp(ma.Schema):
    """Which dataset an answer is from."""

    version = Version("The calendar version of the dataset.", example="2026.11.0")
    digest = Text("The hash of its content.", example="sha256:…")


def stamp() -> Mapping[str, str]:
    """Return which dataset this answer is from."""
    return snapshot().stamp


def enveloped(
    data: Iterable[Body],
    meta: Mapping[str, Any],
    links: Mapping[str, Any],
    *,
    more: Mapping[str, bytes] | None = None,
    pretty: bool = False,
) -> bytes:
    """Return the envelope around data that is JSON already, in parts; `more` stands between data and meta where it was asked for."""
    between = [part for name, value in more.items() for part in (b',"', name.encode(), b'":', value)] if more else ()
    body = b"".join([b'{"data":', *data, *between, b',"meta":', compact(meta), b',"links":', compact(links), b"}\n"])
    return dumps(json.loads(body)).encode() if pretty else body


def listed(bodies: Sequence[Body]) -> Sequence[Body]:
    """Return the parts of a JSON array of records that are JSON already: what is joined once is copied once."""
    if not bodies:
        return (b"[]",)
    parts: list[Body] = [b","] * (2 * len(bodies) + 1)
    parts[1::2] = bodies
    parts[0], parts[-1] = b"[", b"]"
    return parts
