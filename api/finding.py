"""Search over all types and completion while typing: what is asked, and the entries that answer it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from schemas import BY_TYPE, RESOURCES, Resource

from .highlights import highlights, places
from .search_text import Term, parse
from .service import snapshot
from .snapshot.find import labels, search
from .snapshot.search import texts
from .words import words

DECIMALS: Final = 4


def resources_of(types: Iterable[str] | None) -> list[Resource]:
    """Return the types that were named, all without any."""
    return [BY_TYPE[type_] for type_ in types] if types else list(RESOURCES)


def found(q: str, types: Sequence[Resource], debates: Sequence[str], limit: int, offset: int) -> tuple[int, list[dict[str, Any]]]:
    """Return how many records match a search text, and a page of entries, best first."""
    terms = parse(q)
    total, hits = search(snapshot(), terms, types, debates, limit, offset)
    return total, [_entry(hit.resource, json.loads(hit.body), hit.score, terms) for hit in hits]


def _entry(resource: Resource, record: dict[str, Any], score: float, terms: Sequence[Term]) -> dict[str, Any]:
    return {**resource.reference(record), "score": round(score, DECIMALS), "highlights": highlights(texts(resource, record), terms)}


def completions(q: str, types: Sequence[Resource], debates: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Return the records whose labels hold all words typed so far, the last of which may go on.

    Labels that begin with what was typed come first, then short ones before long ones, then in the order of types and ids.
    """
    typed = [word.folded for word in words(q)]
    term = [Term((word,)) for word in typed[:-1]] + [Term((typed[-1],), prefix=True)]
    candidates = [(resource, json.loads(body)) for resource, body in labels(snapshot(), typed, types, debates)]
    entries = [_completion(resource, record, term) for resource, record in candidates]
    begins = " ".join(typed)
    ranked = sorted(entries, key=lambda one: (not _folded(one["label"]).startswith(begins), len(one["label"])))
    return ranked[:limit]


def _completion(resource: Resource, record: dict[str, Any], terms: Sequence[Term]) -> dict[str, Any]:
    reference = resource.reference(record)
    return {**reference, "hint": resource.hint(record), "ranges": places(reference["label"], terms, stemmed=False)}


def _folded(label: str) -> str:
    return " ".join(word.folded for word in words(label))
