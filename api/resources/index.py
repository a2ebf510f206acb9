"""The index: what is served, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from api.answers import JSON, Answer, Content, answer, negotiated
from api.contract import Blueprint
from api.envelope import enveloped, stamp
from api.exchange import snapshot
from api.filters import end_of, operators
from api.parameters import ItemParameters
from api.shaping import reference_paths
from api.version import API_VERSION
from schemas import RESOURCES, Filter, Resource
from schemas.canonical import compact

DATASET_KEYS: Final = ("title", "version", "released", "licence", "citation")
LINKS: Final = {
    "self": "/v1",
    "search": "/v1/search",
    "autocomplete": "/v1/autocomplete",
    "verify": "/v1/verify",
    "integrity": "/v1/integrity",
    "dataset": "/v1/exports/dataset.json",
    "datapackage": "/v1/datapackage.json",
    "openapi": "/v1/openapi.json",
    "docs": "/docs",
}


blp = Blueprint("index", __name__, description="What there is and where to begin.")


@blp.get(
    "/v1", "getIndex", "What is served, and the filters of each collection", parameters=ItemParameters(), answers={JSON: "IndexAnswer"}
)
def get_index(parameters: dict[str, Any]) -> Answer:
    """Answer with the index."""
    pretty = parameters.get("pretty", False)
    return answer(negotiated(JSON), f"pretty={pretty}", lambda: _content(pretty=pretty))


def _content(*, pretty: bool) -> Content:
    data = {
        "title": "Rostrum",
        "api_version": API_VERSION,
        "dataset": {key: snapshot().about[key] for key in DATASET_KEYS} | {"digest": snapshot().digest},
        "resources": list(entries()),
    }
    return Content(enveloped([compact(data)], {"dataset": stamp()}, LINKS, pretty=pretty))


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
            "includes": [{"path": path, "target": target} for path, target in reference_paths(resource.type).items()],
        }


def _filter_entry(resource: Resource, one: Filter) -> dict[str, Any]:
    """Return what the index says of a filter: `eq` is written as the name alone, every other operator as `name__operator`."""
    found = end_of(resource, one)
    values = ["true", "false"] if found.kind == "flag" else list(found.choices)
    return {
        "name": one.name,
        "description": one.description,
        "kind": found.kind,
        "target": found.target,
        "operators": [operator or "eq" for operator in operators(resource, one)],
        "values": values or None,
    }
