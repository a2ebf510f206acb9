"""The JSON Schemas of the records: as they are served, and as a curator writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.answers import JSON, Answer, Content, answer, negotiated
from api.contract import Blueprint
from api.errors import unknown_path
from schemas import BY_TYPE, Resource
from schemas.canonical import compact
from schemas.json_schema import authored, public
from schemas.problems import nearest

SCHEMA = "application/schema+json"
PATH = [{"in": "path", "name": "type", "required": True, "description": "The type of record.", "example": "claim",
         "schema": {"type": "string", "enum": list(BY_TYPE)}}]  # fmt: skip

blp = Blueprint("schemas", __name__, description="The JSON Schemas of the records.")


@blp.get(
    "/v1/schemas/<type>",
    "getSchema",
    "The JSON Schema of a type as it is served (draft 2020-12)",
    answers={SCHEMA: {"type": "object"}, JSON: {"type": "object"}},
    path=PATH,
    problems=(404,),
)
def get_schema(parameters: dict[str, Any], type: str) -> Answer:  # noqa: A002 - the name of the path's parameter
    """Answer with the schema of the public form."""
    return _answer("/v1/schemas", type, public)


@blp.get(
    "/v1/schemas/authored/<type>",
    "getAuthoredSchema",
    "The JSON Schema of a type as a curator writes it (draft 2020-12)",
    answers={SCHEMA: {"type": "object"}, JSON: {"type": "object"}},
    path=PATH,
    problems=(404,),
)
def get_authored_schema(parameters: dict[str, Any], type: str) -> Answer:  # noqa: A002 - the name of the path's parameter
    """Answer with the schema of the authored form."""
    return _answer("/v1/schemas/authored", type, authored)


def _answer(folder: str, type_: str, schema: Callable[[Resource], dict[str, Any]]) -> Answer:
    media_type = negotiated(SCHEMA, JSON)
    if type_ not in BY_TYPE:
        near = nearest(type_, BY_TYPE)
        raise unknown_path(f"{folder}/{near}" if near else None)
    return answer(media_type, "", lambda: Content(compact(schema(BY_TYPE[type_])) + b"\n"))
