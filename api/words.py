"""The words of a text as search knows them: where each stands, folded in case and accents, and its stem."""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from typing import Final

import snowballstemmer

from .remembering import remembering

# Marks that belong to the character before them. Left out are those that only say how a character is drawn (enclosing, variants).
MARKS: Final = frozenset(
    one for one in map(chr, range(0x300, 0xFE30)) if unicodedata.category(one) in {"Mn", "Mc"} and not "\ufe00" <= one <= "\ufe0f"
)
WORD: Final = re.compile(rf"[^\W_](?:[^\W_]|[{''.join(sorted(MARKS))}]|['’](?=[^\W_]))*")
APOSTROPHES: Final = str.maketrans("", "", "'’\u02bc")
# Combining classes of marks that are no accents: signs of vowels, nukta, the voicing of kana, virama.
KEPT_CLASSES: Final = (0, 7, 8, 9)
# How much is remembered of words: clients send them, and must not fill the memory of a process with them.
MOST_REMEMBERED: Final = 32_768
LONGEST_REMEMBERED: Final = 24
remembering_words: Final = remembering(MOST_REMEMBERED, LONGEST_REMEMBERED)
_STEMMER: Final = snowballstemmer.stemmer("english")
_STEMMING: Final = threading.Lock()  # a stemmer keeps the word that it is at work on


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


def folded_words(text: str) -> list[str]:
    """Return the words of a text in their order, folded; it takes less than asking `words` where they stand."""
    return [folded for folded in map(fold, WORD.findall(text)) if folded]


@remembering_words
def fold(word: str) -> str:
    """Return a word without case, accents and apostrophes: `L’Été` and `lete` are one (caseless by compatibility, Unicode D146)."""
    plain = word
    for _ in range(2):  # what is taken apart may have a case of its own
        plain = unicodedata.normalize("NFKD", plain.casefold()).translate(APOSTROPHES)
    return "".join(one for one in plain if one.isalnum() or (one in MARKS and unicodedata.combining(one) in KEPT_CLASSES))


@remembering_words
def stem(folded: str) -> str:
    """Return the stem of a folded word (Snowball English; Porter 2001)."""
    with _STEMMING:
        stemmed: str = _STEMMER.stemWord(folded)
    return stemmed
