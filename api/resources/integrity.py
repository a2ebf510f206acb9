"""The integrity report: what is unverified, orphaned, inferred or a known gap, by debate."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.answers import JSON, Content, answer, negotiated
from api.contract import Blueprint
from api.envelope import enveloped, listed, stamp
from api.errors import Fault, invalid, shortened
from api.parameters import IntegrityParameters
from api.service import snapshot

blp = Blueprint("integrity", __name__, description="What the dataset leaves open.")


@blp.get(
    "/v1/integrity",
    "getIntegrity",
    "What is unverified, orphaned, inferred or a known gap, by debate",
    parameters=IntegrityParameters(),
    answers={JSON: "IntegrityAnswer"},
)
def get_integrity(parameters: dict[str, Any]) -> Response:
    """Answer with a report for each debate that was asked for, or for all."""
    debates = parameters.get("debate", [])
    pretty = parameters.get("pretty", False)

    def make() -> Content:
        missing = snapshot().missing("debate", debates)
        if missing:
            raise invalid([_unknown(served) for served in missing])
        reports = snapshot().integrity(debates)
        meta = {"total": len(reports), "count": len(reports), "dataset": stamp()}
        self = f"/v1/integrity?debate={','.join(debates)}" if debates else "/v1/integrity"
        return Content(enveloped(listed(reports), meta, {"self": self}, pretty=pretty))

    return answer(negotiated(JSON), f"{debates} {pretty}", make)


def _unknown(served: str) -> Fault:
    return Fault("invalid_value", f"{shortened(served)} names no debate", snapshot().nearest("debate", served), parameter="debate")
