"""Everything at once: each collection as one file, the whole dataset as one document, and the Data Package that describes them."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final

from flask import Response

from api.answers import JSON, LICENCES, NOT_MODIFIED, Answer, Content, answer, negotiated
from api.contract import Blueprint
from api.datapackage import PROFILE, descriptor
from api.errors import shortened
from api.exchange import snapshot
from api.exports import export_answer, export_named, lifetime, repr_digest
from api.fields import Parameter, refuse
from api.formats import TABLES
from api.parameters import NoParameters
from api.shapes.parts import component
from api.snapshot.exports import DATASET, NAMES, exports, sources
from schemas import RESOURCES
from schemas.canonical import compact

HEX: Final = "[0-9a-f]{64}"
HEADERS: Final = ("Content-Disposition", "Repr-Digest")
PLAIN_BYTES: Final = (
    "Sent without a coding whatever `Accept-Encoding` says, because `Range` and `Repr-Digest` count the plain bytes;"
    " with `v` it may be kept for good."
)


class Digest(Parameter):
    """The digest of a dataset."""

    shape = {"type": "string", "pattern": f"^(?:sha256:)?{HEX}$"}  # noqa: RUF012 - as its class declares it

    def read(self, text: str) -> str:
        """Return the digest with the name of its algorithm in front."""
        if not re.fullmatch(f"(?:sha256:)?{HEX}", text):
            raise refuse(
                "invalid_value", f"{shortened(text)} is no digest such as `meta.dataset.digest` holds: sha256: and 64 hexadecimal digits"
            )
        return f"sha256:{text.removeprefix('sha256:')}"


class ExportParameters(NoParameters):
    """What an export can be asked with."""

    v = Digest("The digest of the dataset that is meant; another than the served one is a 404.", f"sha256:{'0' * 64}")


blp = Blueprint("exports", __name__, description="Everything at once, for who wants to keep it.")


@blp.get(
    f"/v1/exports/{DATASET}",
    "exportDataset",
    "The whole dataset in one document",
    parameters=ExportParameters(),
    answers={JSON: {
        "type": "object",
        "properties": {
            "dataset": {"type": "object", "description": "What the dataset says of itself, and its digest."},
            **{one.collection: {"type": "array", "items": component(one.schema.__name__)} for one in RESOURCES},
            "texts": {"type": "object", "additionalProperties": {"type": "string"}, "description": "The text of each source, by id."},
        },
        "required": ["dataset", *(one.collection for one in RESOURCES), "texts"],
    }},
    problems=(404, 503),
    headers=HEADERS,
    ranges=True,
    description=f"What the dataset says of itself, its digest, all records, and the texts of the sources. {PLAIN_BYTES}",
)  # fmt: skip
def export_dataset(parameters: dict[str, Any]) -> Response:
    """Answer with the whole dataset, or the range of it that was asked for."""
    return export_answer(export_named(DATASET), parameters.get("v"))


@blp.get(
    "/v1/exports/<name>",
    "exportRecords",
    "All records of a collection in one file",
    parameters=ExportParameters(),
    answers={form.media_type: {"type": "string"} for form in TABLES.values()},
    path=[{"in": "path", "name": "name", "required": True, "description": "The collection and the format.", "example": "claims.csv",
           "schema": {"type": "string", "enum": [name for name in NAMES if name != DATASET]}}],
    problems=(404, 503),
    headers=HEADERS,
    ranges=True,
    description=f"In the default order of the collection, as `?format=csv` and `?format=jsonl` show them. {PLAIN_BYTES}",
)  # fmt: skip
def export_records(parameters: dict[str, Any], name: str) -> Response:
    """Answer with all records of a collection, or the range of them that was asked for."""
    return export_answer(export_named(name), parameters.get("v"))


@blp.get(
    "/v1/datapackage.json",
    "getDataPackage",
    "The exports described as a Data Package",
    parameters=ExportParameters(),
    answers={JSON: {
        "type": "object",
        "properties": {
            "$schema": {"type": "string", "const": PROFILE},
            "resources": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "description": "What to call the file within the package."},
                    "path": {"type": "string", "description": "Where it is, from the folder that the descriptor is in."},
                    "bytes": {"type": "integer", "minimum": 0, "description": "Its length."},
                    "hash": {"type": "string", "pattern": f"^sha256:{HEX}$", "description": "Its hash."},
                },
                "required": ["name", "path", "bytes", "hash"],
            }},
        },
        "required": ["$schema", "resources"],
    }},
    problems=(404,),
    headers=("Repr-Digest",),
    ranges=True,
    description=(
        "Data Package version 2 (datapackage.org): size and hash of each file, columns and keys of each table."
        " JSON Lines are left out; they would be the same records twice."
    ),
)  # fmt: skip
def get_data_package(parameters: dict[str, Any]) -> Answer:
    """Answer with the descriptor of the exports, or the range of it that was asked for."""
    media_type, kept = negotiated(JSON), lifetime(parameters.get("v"))
    whole: list[bytes] = []

    def make() -> Content:
        served = snapshot()
        described = descriptor(served.about, served.digest, LICENCES[served.about["licence"]], exports(served), sources(served))
        whole.append(compact(described) + b"\n")
        return Content(whole[0], {"describedby": PROFILE})

    response = answer(media_type, "", make, ranges=True)
    if response.status != NOT_MODIFIED:  # the hash of what is sent, in its coding; of a range, which has none, that of the whole
        response.headers["Repr-Digest"] = repr_digest(sha256(whole[0] if "Content-Range" in response.headers else response.body).digest())
    response.headers["Cache-Control"] = kept
    return response
