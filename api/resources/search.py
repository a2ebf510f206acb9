"""Search over all types, and completion while somebody types."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response

from api.answers import JSON, Content, answer, negotiated
from api.asked import SAFE
from api.contract import Blueprint
from api.envelope import enveloped, stamp
from api.errors import Fault, invalid, shortened
from api.finding import completions, found, resources_of
from api.parameters import AutocompleteParameters, SearchParameters
from api.query import DEFAULT_PER_PAGE, MOST_PAGED
from api.service import snapshot
from schemas.canonical import compact

DEFAULT_COMPLETIONS = 10

blp = Blueprint("search", __name__, description="Search over all types, and completion.")


@blp.get(
    "/v1/search",
    "search",
    "Records of all types that hold the words, best first",
    parameters=SearchParameters(),
    answers={JSON: "SearchAnswer"},
    headers=("No-Vary-Search",),
    description="Ranked by BM25 over stems (weight 1) and words (weight 0.5); ties in the order of types and records.",
)
def search_all(parameters: dict[str, Any]) -> Response:
    """Answer with one page of hits."""
    page, per_page = parameters.get("page", 1), parameters.get("per_page", DEFAULT_PER_PAGE)
    address = _address("/v1/search", parameters)

    def make() -> Content:
        _check_debates(parameters)
        types, debates = resources_of(parameters.get("types")), parameters.get("debate", [])
        total, hits = found(parameters["q"], types, debates, per_page, (page - 1) * per_page)
        meta = {"total": total, "count": len(hits), "page": page, "per_page": per_page, "query": _understood(parameters), "dataset": stamp()}
        last = max(1, -(-min(total, MOST_PAGED) // per_page)) if per_page else 1
        links = {
            "self": address,
            "first": _address("/v1/search", parameters, page=1),
            "prev": _address("/v1/search", parameters, page=min(page - 1, last)) if page > 1 else None,
            "next": _address("/v1/search", parameters, page=page + 1) if page < last else None,
            "last": _address("/v1/search", parameters, page=last),
        }
        relations = {name: href for name, href in links.items() if name != "self"}
        return Content(enveloped(compact(hits), meta, links, pretty=parameters.get("pretty", False)), relations)

    return answer(negotiated(JSON), address, make)


@blp.get(
    "/v1/autocomplete",
    "autocomplete",
    "Records whose labels hold the words typed so far, the last of which may go on",
    parameters=AutocompleteParameters(),
    answers={JSON: "AutocompleteAnswer"},
    headers=("No-Vary-Search",),
    description="Labels that begin with what was typed come first, then short labels before long ones.",
)
def autocomplete(parameters: dict[str, Any]) -> Response:
    """Answer with references."""
    address = _address("/v1/autocomplete", parameters)

    def make() -> Content:
        _check_debates(parameters)
        types, debates = resources_of(parameters.get("types")), parameters.get("debate", [])
        entries = completions(parameters["q"], types, debates, parameters.get("per_page", DEFAULT_COMPLETIONS))
        meta = {"count": len(entries), "query": _understood(parameters), "dataset": stamp()}
        return Content(enveloped(compact(entries), meta, {"self": address}, pretty=parameters.get("pretty", False)))

    return answer(negotiated(JSON), address, make)


def _address(path: str, parameters: dict[str, Any], **changes: Any) -> str:
    """Return the address of these parameters in their canonical spelling."""
    given = {name: value for name, value in (parameters | changes).items() if name != "mailto"}
    if given.get("page") == 1:
        del given["page"]
    written = {name: ",".join(value) if isinstance(value, list) else str(value).lower() if value is True else value for name, value in given.items()}
    return f"{path}?{urlencode(sorted(written.items()), safe=SAFE)}"


def _understood(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name not in {"mailto", "page", "per_page", "pretty"}}


def _check_debates(parameters: dict[str, Any]) -> None:
    """Refuse debates that there are not."""
    missing = snapshot().missing("debate", parameters.get("debate", []))
    if missing:
        faults = [Fault("invalid_value", f"{shortened(one)} names no debate", snapshot().nearest("debate", one), parameter="debate") for one in missing]
        raise invalid(faults)
