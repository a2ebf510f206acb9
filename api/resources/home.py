"""The first page: what this is, for people, with questions that the dataset at hand answers; the index for who asks for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote_plus

import orjson
from flask import request

from api.answers import JSON, Answer, negotiated
from api.contract import Blueprint
from api.exchange import exchange, snapshot
from api.pages import HTML, page
from api.parameters import ItemParameters
from api.query import SortKey, query_from
from api.snapshot import find
from schemas import BY_COLLECTION, BY_TYPE, Resource
from schemas.canonical import Body

from .index import entries, get_index

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
    Question("What is disputed in “{title}”, and who takes part?", "/v1/debates/{id}?pretty=true", "debates"),
    Question("What does {name} claim?", "/v1/claims?made_by={id}&pretty=true", "actors", MOST_CLAIMS),
    Question("Who disputes the claim above?", "/v1/claims?attacks={id}&pretty=true", "claims", DISPUTED),
    Question("On which words does it rest, and where do they stand?", "/v1/claims/{id}/quotes?pretty=true", "claims", DISPUTED),
    Question(
        "Which conditions does {set_by[label]} set, and are they met?", "/v1/conditions?set_by={set_by[id]}&pretty=true", "conditions"
    ),
    Question("What happened, and what is to come, in order of time?", "/v1/events?debate={debate[id]}&sort=date&pretty=true", "events"),
    Question("Where is the speaker inferred, and for which reason?", "/v1/quotes?attribution=inferred&pretty=true", "quotes", INFERRED),
    Question("Was this said, and where?", "/v1/verify?text={text}&pretty=true", "quotes"),
    Question("Where is “{name}” spoken of, in records of all types?", "/v1/search?q={name}&pretty=true", "actors", MOST_CLAIMS),
    Question("What does “{title}” say from beginning to end?", "/v1/sources/{id}/text", "sources"),
)

blp = Blueprint("home", __name__, description="A first page for people.")


@blp.get(
    "/",
    "getHome",
    "A first page for people; the index for who asks for JSON",
    parameters=ItemParameters(),
    answers={HTML: {"type": "string"}, JSON: "IndexAnswer"},
)
def get_home(parameters: dict[str, Any]) -> Answer:
    """Answer with a page for people, or with the index."""
    if negotiated(HTML, JSON) == JSON:
        index: Answer = get_index(parameters)
        return index
    return page("home.html", _home, variant=_base())


def _home() -> dict[str, Any]:
    return {"resources": list(entries()), "example": example(), "questions": list(questions()), "base": _base()}


def _base() -> str:
    """Return the address that clients see, without a path."""
    return (exchange().service.settings.public_url or request.host_url).rstrip("/")


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
            written = {name: quote_plus(value) if isinstance(value, str) else value for name, value in record.items()}
            yield {"text": one.text.format_map(record), "href": one.href.format_map(written)}


def _first(collection: str, which: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the first record that parsed parameters find, if they find any."""
    resource = BY_COLLECTION[collection]
    yield from _read(resource, find.page(snapshot(), query_from(resource, {"per_page": 1, **(which or {})})).bodies)


def _named(references: Iterable[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield the records that references name."""
    for reference in references:
        yield from _read(BY_TYPE[reference["type"]], snapshot().bodies(reference["type"], [reference["id"]]))


def _read(resource: Resource, bodies: Iterable[Body]) -> Iterator[dict[str, Any]]:
    """Yield records as a template shows them, each with its path."""
    for record in map(orjson.loads, bodies):
        yield {**record, "href": resource.href(record["id"])}
