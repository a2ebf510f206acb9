"""Search over all types and completion while typing: what is asked, and the entries that answer it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import orjson

from schemas import BY_TYPE, RESOURCES, Resource

from . import bounds
from .highlights import highlights, places
from .search_text import Term, parse
from .service import snapshot
from .snapshot.everywhere import Hit, Scope, labelled, search
from .snapshot.search import texts
from .words import words

DECIMALS: Final = 4


def scope(types: Iterable[str], debates: Sequence[str]) -> Scope:
    """Return which records are looked at: those of the types and debates that were named, all without any."""
    return Scope([BY_TYPE[type_] for type_ in types] or RESOURCES, debates)


def found(q: str, among: Scope, limit: int, offset: int) -> tuple[int, list[dict[str, Any]]]:
    """Return how many records match a search text, and a page of entries, best first."""
    terms = parse(q)
    total, hits = search(snapshot(), terms, among, limit, offset)
    return total, [_entry(hit, terms) for hit in hits]


def _entry(hit: Hit, terms: Sequence[Term]) -> dict[str, Any]:
    record = orjson.loads(hit.body)
    marked = highlights(texts(hit.resource, record), terms)
    return {**hit.resource.reference(record), "score": round(hit.score, DECIMALS), "highlights": marked}


def completions(q: str, among: Scope, limit: int) -> list[dict[str, Any]]:
    """Return the records whose labels hold all words typed so far, the last of which may go on.

    Labels that begin with what was typed come first, then short ones before long ones, then in the order of types and records.
    """
    typed = [word.folded for word in words(q)]
    *whole, last = typed
    terms = [*(Term((word,)) for word in whole), Term((last,), prefix=True)]
    begins = " ".join(typed)
    candidates = [
        (orjson.loads(reference), resource, row)
        for resource, references in labelled(snapshot(), typed, among, bounds.MOST_CANDIDATES)
        for reference, row in references
    ]
    best = heapq.nsmallest(limit, candidates, key=lambda one: (not _folded(one[0]["label"]).startswith(begins), len(one[0]["label"])))
    return list(_completed(best, terms))


def _completed(best: Sequence[tuple[dict[str, Any], Resource, int]], terms: Sequence[Term]) -> Iterator[dict[str, Any]]:
    """Yield references as completions."""
    rows: dict[Resource, list[int]] = {}
    for _, resource, row in best:
        rows.setdefault(resource, []).append(row)
    bodies = {resource: snapshot().bodies_at(resource, numbers) for resource, numbers in rows.items()}
    for reference, resource, row in best:
        hint = resource.hint(orjson.loads(bodies[resource][row]))
        yield {**reference, "hint": hint, "ranges": places(reference["label"], terms, stemmed=False)}


def _folded(label: str) -> str:
    return " ".join(word.folded for word in words(label))
