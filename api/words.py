"""The words of a text as search knows them: where each stands, folded in case and accents, and its stem."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import snowballstemmer

WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
APOSTROPHES: Final = str.maketrans("", "", "'’")
_STEMMER: Final = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: the code points from ``start`` to ``end``, and its folded form."""

    start: int
    end: int
    folded: str

    @property
    def stem(self) -> str:
        """The stem of the word."""
        return stem(self.folded)


def words(text: str) -> list[Word]:
    """Return the words of a text in their order; offsets count code points of the text as it stands."""
    return [Word(match.start(), match.end(), folded) for match in WORD.finditer(text) if (folded := fold(match.group()))]


@lru_cache(maxsize=262_144)
def fold(word: str) -> str:
    """Return a word without case, accents and apostrophes: `L’Été` and `lete` are one."""
    plain = unicodedata.normalize("NFKD", word.translate(APOSTROPHES).casefold())
    return "".join(character for character in plain if character.isalnum())


@lru_cache(maxsize=262_144)
def stem(folded: str) -> str:
    """Return the stem of a folded word (Snowball English; Porter 2001)."""
    stemmed: str = _STEMMER.stemWord(folded)
    return stemmed
