"""The index: `/v1` for programs, `/` for people, and for programs that ask `/` for JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from flask import Response, current_app, request

from api.answers import JSON, Content, answer, negotiated
from api.contract import Blueprint
from api.envelope import enveloped, stamp
from api.pages import HTML, page
from api.parameters import ItemParameters
from api.query import SortKey, operators, query_from
from api.service import EXTENSION, snapshot
from api.version import API_VERSION
from schemas import BY_COLLECTION, RESOURCES, Filter, Resource
from schemas.canonical import compact
from schemas.paths import end

PARAMETERS = ItemParameters()
DATASET_KEYS = ("title", "version", "released", "licence", "citation")
DISPUTED: Final = {"attacked_by__exists": True, "directness": ["direct"], "sort": [SortKey("fidelity", descending=True)]}
QUESTIONS: Final = (  # the collection of the record that a question is about, which one, the question, and the path that answers it
    ("debates", {}, "What is disputed in “{title}”, and who takes part?", "/v1/debates/{id}"),
    ("actors", {"sort": [SortKey("claims", descending=True)]}, "What does {name} claim?", "/v1/claims?made_by={id}"),
    ("claims", DISPUTED, "Who disputes that “{text}”", "/v1/claims?attacks={id}"),
    ("claims", DISPUTED, "On which words does that claim rest, and where do they stand?", "/v1/claims/{id}/quotes"),
    ("conditions", {}, "Which conditions does {set_by[label]} set, and are they met?", "/v1/conditions?set_by={set_by[id]}"),
    ("events", {}, "What happened, and what is to come, in order of time?", "/v1/events?debate={debate[id]}&sort=date"),
    ("quotes", {"attribution": ["inferred"]}, "Where is the speaker inferred, and for which reason?", "/v1/quotes?attribution=inferred"),
    ("sources", {}, "What does “{title}” say from beginning to end?", "/v1/sources/{id}/text"),
)
MOST_DISPUTES: Final = 3

blp = Blueprint("index", __name__, description="What there is and where to begin.")


@blp.get("/v1", "getIndex", "What is served, and the filters of each collection", parameters=PARAMETERS, answers={JSON: "IndexAnswer"})
def get_index(parameters: dict[str, Any]) -> Response:
    """Answer with the index."""
    return answer(negotiated(JSON), str(parameters), lambda: _content(pretty=parameters.get("pretty", False)))


@blp.get(
    "/",
    "getHome",
    "A first page for people; the index for who asks for JSON",
    parameters=PARAMETERS,
    answers={HTML: {"type": "string"}, JSON: "IndexAnswer"},
)
def get_home(parameters: dict[str, Any]) -> Response:
    """Answer with a page for people, or with the index."""
    if negotiated(HTML, JSON) == JSON:
        return get_index(parameters)
    return page("home.html", _home)


def _home() -> dict[str, Any]:
    return {"resources": list(entries()), "example": example(), "questions": list(questions()), "base": _base()}


def _base() -> str:
    """Return the address that clients see, without a path."""
    return (current_app.extensions[EXTENSION].settings.public_url or request.host_url).rstrip("/")


def example() -> dict[str, Any] | None:
    """Return a claim, the quote that it rests on, cut around the words that are meant, and claims that dispute it; None where none is."""
    claim = next(_records("claims", **DISPUTED), None) or next(_records("claims"), None)
    if claim is None:
        return None
    evidence = claim["evidence"][0]
    quote = next(_records("quotes", id=[evidence["quote"]["id"]]))
    before, words, after = quote["text"].partition(evidence["text"] or quote["text"])
    disputes = list(_records("claims", attacks=[claim["id"]], per_page=MOST_DISPUTES))
    return {"claim": claim, "quote": quote, "before": before, "words": words, "after": after, "disputes": disputes}


def questions() -> Iterator[dict[str, str]]:
    """Yield questions that this dataset answers, each with the path of its answer."""
    for collection, which, text, href in QUESTIONS:
        for record in _records(collection, **which):
            yield {"text": text.format_map(record), "href": href.format_map(record)}


def _records(collection: str, **asked: Any) -> Iterator[dict[str, Any]]:
    """Yield the first record, or the first `per_page`, that parsed parameters find."""
    found = snapshot().page(query_from(BY_COLLECTION[collection], {"per_page": 1, **asked}))
    return map(json.loads, found.bodies)


def _content(*, pretty: bool) -> Content:
    data = {
        "title": "Rostrum",
        "api_version": API_VERSION,
        "dataset": {key: snapshot().about[key] for key in DATASET_KEYS} | {"digest": snapshot().digest},
        "resources": list(entries()),
    }
    return Content(enveloped(compact(data), {"dataset": stamp()}, {"self": "/v1"}, pretty=pretty))


def entries() -> Iterator[dict[str, Any]]:
    """Yield what the index says of each type."""
    for resource in RESOURCES:
        yield {
            "type": resource.type,
            "description": resource.description,
            "href": f"/v1/{resource.collection}",
            "schema": f"/v1/schemas/{resource.type}",
            "count": snapshot().counts[resource.collection],
            "filters": [_filter_entry(resource, one) for one in resource.filters],
            "sorts": list(resource.sorts),
            "default_sort": resource.default_sort,
        }


def _filter_entry(resource: Resource, one: Filter) -> dict[str, Any]:
    """Return what the index says of a filter: `eq` is written as the name alone, every other operator as `name__operator`."""
    found = end(resource, one.steps, one.target)
    values = ["true", "false"] if found.kind == "flag" else list(found.choices)
    return {
        "name": one.name,
        "description": one.description,
        "kind": found.kind,
        "target": found.target,
        "operators": [operator or "eq" for operator in operators(found.kind, many=found.many)],
        "values": values or None,
    }
