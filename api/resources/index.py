"""The index: `/v1` for programs, `/` for people, and for programs that ask `/` for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response

from api.answers import JSON, Content, answer, negotiated
from api.contract import Blueprint
from api.envelope import enveloped, stamp
from api.pages import HTML, page
from api.parameters import ItemParameters
from api.query import operators
from api.service import snapshot
from api.version import API_VERSION
from schemas import RESOURCES, Filter, Resource
from schemas.canonical import compact
from schemas.paths import end

PARAMETERS = ItemParameters()
DATASET_KEYS = ("title", "version", "released", "licence", "citation")

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
    return page("home.html", about=snapshot().about, resources=list(entries()))


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
