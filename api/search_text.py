"""The little language of `q`: words, "phrases", -exclusions and prefixes*, read into terms. It knows no SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from . import bounds
from .words import words

TERM: Final = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?:"|\Z)|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Adjoining words, folded; the last may be the beginning of one (``prefix``), and all may be what must not stand there."""

    words: tuple[str, ...]
    prefix: bool = False
    excluded: bool = False


class NothingToFind(ValueError):
    """The text asks for nothing that could be found; the message says why."""


class TooMuchToFind(ValueError):
    """The text has too many terms; the message says how many there may be."""


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[Term, ...]:
    """Return the terms of a search text; a quotation mark that is never closed closes at the end.

    :raises NothingToFind: it has no word to find.
    :raises TooMuchToFind: it has more than 16 terms.
    """
    terms = tuple(term for match in TERM.finditer(text) if (term := _term(match)))
    if len(terms) > bounds.MOST_TERMS:
        raise TooMuchToFind(f"has {len(terms)} terms; at most {bounds.MOST_TERMS} are looked for")
    if all(term.excluded for term in terms):
        raise NothingToFind("has no word to find" + (", only words to leave out" if terms else ""))
    return terms


def _term(match: re.Match[str]) -> Term | None:
    """Return the term of one stretch, or None where it holds no word; a stretch such as `24/7` is a phrase."""
    phrase, word = match["phrase"], match["word"]
    text = phrase if phrase is not None else word
    folded = tuple(one.folded for one in words(text))
    prefix = word is not None and word.endswith("*")
    return Term(folded, prefix, match["minus"] == "-") if folded else None
