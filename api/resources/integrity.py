"""The integrity report: what is unverified, orphaned, inferred or a known gap, by debate."""

from __future__ import annotations

from typing import Any

from api import bounds
from api.answers import JSON, Answer, Content, answer, negotiated
from api.asked import address
from api.contract import Blueprint
from api.envelope import enveloped, listed, stamp
from api.errors import Fault, invalid
from api.exchange import snapshot
from api.known import refuse_any, unknown
from api.listing import NO_VARY_SEARCH
from api.parameters import IntegrityParameters

blp = Blueprint("integrity", __name__, description="What the dataset leaves open.")


@blp.get(
    "/v1/integrity",
    "getIntegrity",
    "What is unverified, orphaned, inferred or a known gap, by debate",
    parameters=IntegrityParameters(),
    answers={JSON: "IntegrityAnswer"},
    headers=("No-Vary-Search",),
)
def get_integrity(parameters: dict[str, Any]) -> Answer:
    """Answer with a report for each debate that was asked for, or for all."""
    debates, pretty = parameters.get("debate", []), parameters.get("pretty", False)
    asked = [("debate", ",".join(debates))] if debates else []
    here = address("/v1/integrity", [*asked, *([("pretty", "true")] if pretty else [])])

    def make() -> Content:
        refuse_any(unknown("debate", debates, "debate"))
        _check_number(len(debates) or snapshot().counts["debates"])
        reports = snapshot().integrity(debates)
        meta = {"total": len(reports), "count": len(reports), "dataset": stamp()}
        body = enveloped(listed(reports), meta, {"self": here}, pretty=pretty)
        return Content(body, headers={"No-Vary-Search": NO_VARY_SEARCH})

    return answer(negotiated(JSON), here, make)


def _check_number(reports: int) -> None:
    """Refuse more reports than one answer holds.

    :raises Refusal: 400.
    """
    if reports > bounds.MOST_REPORTS:
        detail = f"would make {reports} reports; name at most {bounds.MOST_REPORTS} debates"
        raise invalid([Fault("out_of_range", detail, parameter="debate")])
