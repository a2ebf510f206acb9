"""The words of a text as verification compares them: where each stands, how it is spelled, and the key under which spellings are equal.

Case, punctuation, quotation marks, dashes and ellipses are folded away. What is not: accents, apostrophes within a word (`were` is
not `we're`), decimal points, the sign of a number, symbols such as % and €.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from api.words import MARKS, fold, remembering_words

JOINERS: Final = "\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff"  # soft hyphens, zero-width spaces and marks of direction
APOSTROPHES: Final = "'’‘ʼ´`"  # noqa: RUF001 - the characters that people write it with
DASHES: Final = "-–−"
LETTERS_BUT_NOT_WORDS: Final = "%‰&"
PUNCTUATION_AMONG_SYMBOLS: Final = "|~"


_MARKS: Final = "".join(sorted(MARKS))
_WORD: Final = rf"(?:[^\W_]++[{_MARKS}{JOINERS}]*+)++"
_INITIALS: Final = r"[^\W\d_](?:\.[^\W\d_])++(?!\w)"
_SHORT_YEAR: Final = rf"[{APOSTROPHES}]\d\d(?![\w{APOSTROPHES}])"
_SIGN: Final = rf"(?:(?<![^\s(])[{DASHES}](?=\d))?+"
TOKEN: Final = re.compile(rf"{_INITIALS}|{_SHORT_YEAR}|{_SIGN}{_WORD}(?:(?:[{APOSTROPHES}]|(?<=\d)[.,](?=\d)){_WORD})*+|[^\w\s]")
_PLAIN: Final = {ord(one): "'" for one in APOSTROPHES} | {ord(one): "-" for one in DASHES}
_JOINER: Final = re.compile(f"[{JOINERS}]")
_GROUPED: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+")
_TYPOGRAPHY: Final = str.maketrans({"’": "'", "‘": "'", "“": " ", "”": " ", "–": " ", "—": " ", "…": " "})
_INTRICATE: Final = re.compile(r"[.,'´`](?:(?<=[.,])(?=\w)|(?<=')(?=')|(?<=[´`]))")  # noqa: RUF001 - some write an apostrophe with these
_WITHIN: Final = re.compile(r"'(?<=[a-z0-9]')(?=[a-z0-9])")
_PLAIN_WORD: Final = re.compile(r"[a-z0-9]+")


class Token(NamedTuple):
    """A word or symbol of a text: the code points from ``start`` to ``end``, its spelling, and its key."""

    start: int
    end: int
    spelled: str
    key: str


def keys(text: str) -> list[str]:
    """Return what is compared of the words and symbols of a text: the keys of its tokens, at a fourth of the cost."""
    return [one for one in map(key, TOKEN.findall(text)) if one]


def tokens(text: str) -> list[Token]:
    """Return the words and symbols of a text in their order; offsets count code points of the text as it stands."""
    found = []
    for match in TOKEN.finditer(text):
        spelled = match.group()
        if token := key(spelled):
            found.append(Token(match.start(), match.end(), spelled, token))
    return found


@remembering_words
def key(spelled: str) -> str:
    """Return what is compared of a word or symbol; nothing of punctuation."""
    if len(spelled) == 1 and not spelled.isalnum():
        return _symbol(spelled)
    plain = _JOINER.sub("", spelled).translate(_PLAIN).removeprefix("'")
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", plain).casefold())
    if "." in plain and not any(map(str.isdigit, plain)):
        return plain.replace(".", "")
    return plain.replace(",", "") if _GROUPED.fullmatch(plain) else plain


def _symbol(one: str) -> str:
    kept = unicodedata.category(one) in {"Sc", "Sm", "So"} and one not in PUNCTUATION_AMONG_SYMBOLS + DASHES
    return one if kept or one in LETTERS_BUT_NOT_WORDS else ""


def index_words(text: str) -> list[str]:
    """Return the folded words under which a text is indexed: texts whose tokens have equal keys have equal words. Symbols have none."""
    plain = text.translate(_TYPOGRAPHY)
    if plain.isascii() and not _INTRICATE.search(plain):
        return _PLAIN_WORD.findall(_WITHIN.sub("", plain.lower()))  # the same words, at a fourth of the cost
    return [word for word in map(_index_word, TOKEN.findall(text)) if word]


@remembering_words
def _index_word(spelled: str) -> str:
    return fold(key(spelled))
