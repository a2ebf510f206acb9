"""The formats that records are served in besides the envelope, one module each. TABLES is the explicit index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from api.shaping import Tree
from schemas import Resource
from schemas.canonical import Body

from . import csv, jsonl


@dataclass(frozen=True, slots=True)
class Table:
    """A format whose lines are records; ``encode`` makes its bytes from public forms and the tree of fields that were asked for."""

    name: str
    media_type: str
    content_type: str
    encode: Callable[[Resource, Iterable[Body], Tree | None], bytes]


TABLES: Final[Mapping[str, Table]] = {
    "csv": Table("csv", csv.MEDIA_TYPE, f"{csv.MEDIA_TYPE}; charset=utf-8; header=present", csv.encode),
    "jsonl": Table("jsonl", jsonl.MEDIA_TYPE, jsonl.MEDIA_TYPE, jsonl.encode),
}
