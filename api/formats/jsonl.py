"""JSON Lines: one record a line, as it is served."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import orjson

from api.shaping import Tree, cut
from schemas import Resource
from schemas.canonical import Body, compact

MEDIA_TYPE: Final = "application/jsonl"


def encode(_: Resource, bodies: Iterable[Body], tree: Tree | None) -> bytes:
    """Return records one a line, cut to the fields of a tree where one is given."""
    if tree is not None:
        bodies = (compact(cut(orjson.loads(body), tree)) for body in bodies)
    return b"\n".join([*bodies, b""])
