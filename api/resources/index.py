"""The index: `/v1` for programs, `/` for people, and for programs that ask `/` for JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from flask import Response, current_app, request

from api.answers import JSON, Content, answer, negotiated
from api.contract import Blueprint
from api.envelope import enveloped, stamp
from api.filters import end_of, operators
from api.pages import HTML, page
from api.parameters import ItemParameters
from api.query import SortKey, query_from
from api.service import EXTENSION, snapshot
from api.shaping import reference_paths
from api.snapshot import find
from api.version import API_VERSION
from schemas import BY_COLLECTION, BY_TYPE, RESOURCES, Filter, Resource
from schemas.canonical import compact

DATASET_KEYS = ("title", "version", "released", "licence", "citation")
MOST_DISPUTES: Final = 3


class Question(NamedTuple):
    """A question, the path of its answer, and the record that both speak of: the first of a collection that parsed parameters find."""

    text: str
    href: str
    collection: str
    which: Mapping[str, Any] = {}


DISPUTED: Final = {"attacked_by__exists": True, "directness": ["direct"], "sort": [SortKey("fidelity", descending=True)]}
INFERRED: Final = {"attribution": ["inferred"]}
MOST_CLAIMS: Final = {"sort": [SortKey("claims", descending=True)]}
QUESTIONS: Final = (
    Question("What is disputed in “{title}”, and who takes part?", "/v1/debates/{id}", "debates"),
    Question("What does {name} claim?", "/v1/claims?made_by={id}", "actors", MOST_CLAIMS),
    Question("Who disputes the claim above?", "/v1/claims?attacks={id}", "claims", DISPUTED),
    Question("On which words does it rest, and where do they stand?", "/v1/claims/{id}/quotes", "claims", DISPUTED),
    Question("Which conditions does {set_by[label]} set, and are they met?", "/v1/conditions?set_by={set_by[id]}", "conditions"),
    Question("What happened, and what is to come, in order of time?", "/v1/events?debate={debate[id]}&sort=date", "events"),
    Question("Where is the speaker inferred, and for which reason?", "/v1/quotes?attribution=inferred", "quotes", INFERRED),
    Question("What does “{title}” say from beginning to end?", "/v1/sources/{id}/text", "sources"),
)

blp = Blueprint("index", __name__, description="What there is and where to begin.")


@blp.get(
    "/v1", "getIndex", "What is served, and the filters of each collection", parameters=ItemParameters(), answers={JSON: "IndexAnswer"}
)
def get_index(parameters: dict[str, Any]) -> Response:
    """Answer with the index."""
    pretty = parameters.get("pretty", False)
    return answer(negotiated(JSON), f"pretty={pretty}", lambda: _content(pretty=pretty))


@blp.get(
    "/",
    "getHome",
    "A first page for people; the index for who asks for JSON",
    parameters=ItemParameters(),
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
    claim = next(_first("claims", DISPUTED), None) or next(_first("claims"), None)
    if claim is None:
        return None
    evidence = claim["evidence"][0]
    (quote,) = _named([evidence["quote"]])
    before, words, after = quote["text"].partition(evidence["text"] or quote["text"])
    disputes = list(_named(claim["attacked_by"][:MOST_DISPUTES]))
    return {"claim": claim, "quote": quote, "before": before, "words": words, "after": after, "disputes": disputes}


def questions() -> Iterator[dict[str, str]]:
    """Yield questions that this dataset answers, each with the path of its answer."""
    for one in QUESTIONS:
        for record in _first(one.collection, one.which):
            yield {"text": one.text.format_map(record), "href": one.href.format_map(record)}


def _first(collection: str, which: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the first record that parsed parameters find, if they find any."""
    resource = BY_COLLECTION[collection]
    yield from _read(resource, find.page(snapshot(), query_from(resource, {"per_page": 1, **(which or {})})).bodies)


def _named(references: Iterable[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield the records that references name."""
    for reference in references:
        yield from _read(BY_TYPE[reference["type"]], snapshot().bodies(reference["type"], [reference["id"]]))


def _read(resource: Resource, bodies: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield records as a template shows them, each with its path."""
    for record in map(json.loads, bodies):
        yield {**record, "href": resource.href(record["id"])}


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
