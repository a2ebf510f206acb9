"""Search over all types and completion while typing: what is asked, and the entries that answer it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import orjson

from schemas import BY_TYPE, RESOURCES, Resource

from . import bounds
from .exchange import snapshot
from .highlights import highlights, places
from .search_text import Term, parse
from .snapshot.everywhere import Hit, Scope, labelled, search
from .snapshot.search import texts
from .words import WORD, fold, words

DECIMALS: Final = 4


def scope(types: Iterable[str], debates: Sequence[str]) -> Scope:
    """Return which records are looked at: those of the types and debates that were named, all without any."""
    return Scope([BY_TYPE[type_] for type_ in types] or RESOURCES, debates)


def found(q: str, among: Scope, limit: int, offset: int) -> tuple[int, list[bytes]]:
    """Return how many records match a search text, and a page of entries as JSON, best first."""
    terms = parse(q)
    total, hits = search(snapshot(), terms, among, limit, offset)
    return total, [_entry(hit, terms) for hit in hits]


def _entry(hit: Hit, terms: Sequence[Term]) -> bytes:
    """Return the reference of a hit with its score and its highlights."""
    marked = highlights(texts(hit.resource, orjson.loads(hit.body)), terms)
    return b'%b,"score":%b,"highlights":%b}' % (hit.reference[:-1], orjson.dumps(round(hit.score, DECIMALS)), orjson.dumps(marked))


def completions(q: str, among: Scope, limit: int) -> list[bytes]:
    """Return as JSON the records whose labels hold all words typed so far, the last of which may go on.

    Labels that begin with what was typed come first, then short ones before long ones, then in the order of types and records.
    """
    typed = [word.folded for word in words(q)]
    *whole, last = typed
    terms = [*(Term((word,)) for word in whole), Term((last,), prefix=True)]
    candidates = [
        (orjson.loads(reference), resource, row)
        for resource, references in labelled(snapshot(), typed, among, bounds.MOST_CANDIDATES)
        for reference, row in references
    ]
    best = heapq.nsmallest(limit, candidates, key=lambda one: (not _begins(one[0]["label"], typed), len(one[0]["label"])))
    return list(_completed(best, terms))


def _completed(best: Sequence[tuple[dict[str, Any], Resource, int]], terms: Sequence[Term]) -> Iterator[bytes]:
    """Yield references as completions, as JSON."""
    rows: dict[str, list[int]] = {}
    for _, resource, row in best:
        rows.setdefault(resource.type, []).append(row)
    bodies = {type_: iter(snapshot().bodies_at(BY_TYPE[type_], numbers)) for type_, numbers in rows.items()}
    for reference, resource, _ in best:
        hint = resource.hint(orjson.loads(next(bodies[resource.type])))
        yield orjson.dumps({**reference, "hint": hint, "ranges": places(reference["label"], terms, stemmed=False)})


def _begins(label: str, typed: Sequence[str]) -> bool:
    """Say whether a label begins with the words typed so far."""
    first = list(islice(filter(None, (fold(match.group()) for match in WORD.finditer(label))), len(typed)))
    return " ".join(first).startswith(" ".join(typed))
