"""Search over all types, and completion while somebody types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api import bounds
from api.answers import JSON, Answer, Content, answer, negotiated
from api.asked import Links, address, page_links
from api.contract import Blueprint
from api.envelope import enveloped, listed, stamp
from api.finding import completions, found, scope
from api.known import refuse_any, unknown
from api.listing import NO_VARY_SEARCH
from api.parameters import AutocompleteParameters, SearchParameters
from api.query import written
from api.snapshot.everywhere import Scope

LOOKED_FOR = ("q", "types", "debate")  # of all parameters, in the order in which the answer says them

blp = Blueprint("search", __name__, description="Search over all types, and completion.")


@blp.get(
    "/v1/search",
    "search",
    "Records of all types that hold the words, best first",
    parameters=SearchParameters(),
    answers={JSON: "SearchAnswer"},
    headers=("No-Vary-Search",),
    direct=True,
    description=(
        "Ranked by BM25 (k1 1.2, b 0.75) over the records of all types, as SQLite's FTS5 computes it: a word or phrase counts by its stems"
        " with weight 1, a prefix by the words themselves with weight 0.5. Ties stand in the order of types and records."
    ),
)
def search_all(parameters: dict[str, Any]) -> Answer:
    """Answer with one page of hits."""
    page, per_page = parameters.get("page", 1), parameters.get("per_page", bounds.DEFAULT_PER_PAGE)

    def at(number: int) -> str:
        return _address("/v1/search", {**parameters, "page": number})

    def make() -> Content:
        _check_debates(parameters)
        total, hits = found(parameters["q"], _scope(parameters), per_page, (page - 1) * per_page)
        meta = {"total": total, "count": len(hits), "page": page, "per_page": per_page}
        return _content(hits, meta, page_links(page, per_page, total, at), parameters)

    return answer(negotiated(JSON), at(page), make)


@blp.get(
    "/v1/autocomplete",
    "autocomplete",
    "Records whose labels hold the words typed so far, the last of which may go on",
    parameters=AutocompleteParameters(),
    answers={JSON: "AutocompleteAnswer"},
    headers=("No-Vary-Search",),
    direct=True,
    description=(
        "Labels that begin with what was typed come first, then short labels before long ones. Of each type the first"
        f" {bounds.MOST_CANDIDATES} records that match are looked at."
    ),
)
def autocomplete(parameters: dict[str, Any]) -> Answer:
    """Answer with references."""
    here = _address("/v1/autocomplete", parameters)

    def make() -> Content:
        _check_debates(parameters)
        entries = completions(parameters["q"], _scope(parameters), parameters.get("per_page", bounds.DEFAULT_COMPLETIONS))
        links: Links = {"self": here}
        return _content(entries, {"count": len(entries)}, links, parameters)

    return answer(negotiated(JSON), here, make)


def _content(entries: list[bytes], meta: Mapping[str, Any], links: Links, parameters: Mapping[str, Any]) -> Content:
    """Return entries in their envelope; what was asked and of which dataset stands behind `meta`."""
    about = {**meta, "query": _understood(parameters), "dataset": stamp()}
    body = enveloped(listed(entries), about, links, pretty=parameters.get("pretty", False))
    return Content(body, links, {"No-Vary-Search": NO_VARY_SEARCH})


def _scope(parameters: Mapping[str, Any]) -> Scope:
    return scope(parameters.get("types", ()), parameters.get("debate", ()))


def _address(path: str, parameters: Mapping[str, Any]) -> str:
    """Return the address of these parameters in their canonical spelling, what says nothing left out."""
    return address(path, _spelled(parameters))


def _spelled(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    plain = {"page": 1, "pretty": False}
    for name, value in parameters.items():
        if name != "mailto" and value != plain.get(name):
            yield name, written(tuple(value) if isinstance(value, list) else value)


def _understood(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: parameters[name] for name in LOOKED_FOR if name in parameters}


def _check_debates(parameters: Mapping[str, Any]) -> None:
    """Refuse debates that there are not."""
    refuse_any(unknown("debate", parameters.get("debate", ()), "debate"))
