"""Where the terms of a search stand in a record's fields, in code points of the text as it is served."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from .search_text import Term
from .words import MARKS, WORD, Word, fold, stem, words

MARK: Final = re.compile(f"[{''.join(sorted(MARKS))}]")
AROUND: Final = 60
MOST_SNIPPET: Final = 240
MOST_KNOWN: Final = 4096  # words of which it is remembered whether the terms ask for them


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
    wanted = tuple(term for term in terms if not term.excluded)
    if all(len(term.words) == 1 for term in wanted):
        known, likely = _known(wanted, stemmed)
        found = WORD if MARK.search(text) else likely
        return [[match.start(), match.end()] for match in found.finditer(text) if known[match.group()]]
    standing = words(text)
    merged: list[list[int]] = []
    for start, end in sorted(stretch for term in wanted for stretch in _stretches(standing, term, stemmed)):
        if merged and start < merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


class Known(dict[str, bool]):
    """Whether a word as it is written is one of those that some terms of one word ask for; found out when it is first met."""

    def __init__(self, terms: Sequence[Term], stemmed: bool) -> None:
        """Take the terms."""
        self._stemmed = stemmed
        self._beginnings = tuple(term.words[0] for term in terms if term.prefix)
        self._whole = {stem(term.words[0]) if stemmed else term.words[0] for term in terms if not term.prefix}

    def __missing__(self, written: str) -> bool:
        folded = fold(written)
        asked = bool(folded) and ((stem(folded) if self._stemmed else folded) in self._whole or folded.startswith(self._beginnings))
        if len(self) < MOST_KNOWN:
            self[written] = asked
        return asked


@lru_cache(maxsize=64)
def _known(terms: tuple[Term, ...], stemmed: bool) -> tuple[Known, re.Pattern[str]]:
    """Return which words some terms ask for, and what finds the words that can be such in a text without marks that combine.

    A stem begins as its word does; how a letter beyond ASCII is folded is not looked into.
    """
    letters = {letter for term in terms for letter in term.words[0][:1]}
    first = "".join(sorted({re.escape(one) for letter in letters for one in (letter, letter.upper())}))
    beginning = rf"(?<![^\W_])(?<![^\W_]['’])(?:[{first}]|(?![_\x00-\x7f])\w)"
    return Known(terms, stemmed), re.compile(rf"{beginning}(?:[^\W_]|['’](?=[^\W_]))*")


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
