"""Where the terms of a search stand in a record's fields, in code points of the text as it is served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from .search_text import Term
from .words import Word, stem, words

AROUND: Final = 60
MOST_SNIPPET: Final = 240


def highlights(fields: Iterable[tuple[str, str]], terms: Sequence[Term]) -> list[dict[str, Any]]:
    """Return, for each field in which a term stands, its ranges `[start, end]` and a snippet around the first."""
    found = []
    for name, text in fields:
        ranges = places(text, terms)
        if ranges:
            found.append({"field": name, "snippet": snippet(text, *ranges[0]), "ranges": ranges})
    return found


def places(text: str, terms: Iterable[Term], *, stemmed: bool = True) -> list[list[int]]:
    """Return the ranges `[start, end]` in which terms stand in a text, in order, those that overlap as one."""
    standing = words(text)
    merged: list[list[int]] = []
    for start, end in sorted(stretch for term in terms if not term.excluded for stretch in _stretches(standing, term, stemmed)):
        if merged and start < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


def _stretches(standing: Sequence[Word], term: Term, stemmed: bool) -> Iterator[tuple[int, int]]:
    """Yield start and end of each occurrence of a term."""
    size = len(term.words)
    wanted = [stem(word) for word in term.words] if stemmed and not term.prefix else list(term.words)
    shown = [word.stem if stemmed and not term.prefix else word.folded for word in standing]
    for first in range(len(shown) - size + 1):
        last = first + size - 1
        goes_on = shown[last].startswith(wanted[-1]) if term.prefix else shown[last] == wanted[-1]
        if goes_on and shown[first:last] == wanted[:-1]:
            yield standing[first].start, standing[last].end


def snippet(text: str, start: int, end: int) -> str:
    """Return the text around a stretch, cut between words, with an ellipsis where it is cut."""
    left, right = max(0, start - AROUND), min(len(text), max(end, start + MOST_SNIPPET - 2 * AROUND) + AROUND)
    if left > 0:
        left = text.find(" ", left, start) + 1 or start
    if right < len(text):
        right = max(text.rfind(" ", end, right), end)
    return f"{'… ' if left > 0 else ''}{text[left:right].strip()}{' …' if right < len(text) else ''}"
