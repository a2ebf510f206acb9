"""How far a curator's wording is from the words it rests on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, Final

import snowballstemmer

from api.words import stem

WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
QUOTATION: Final = 0.9
CLOSE: Final = 0.5
STEMMERS: Final = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
FUNCTION_WORDS: Final = frozenset(
    """
    a about above after again all also although an and any are as at be because been before being between both but by can could did do
    does doing each either even for from further had has have having he her here hers herself him himself his how however i if in into is
    it its itself just may me might more most must my myself neither no nor not of off on once one only onto or other ought our ours
    ourselves out over own rather same shall she should since so some such than that the their theirs them themselves then there
    therefore these they this those though through thus to too toward towards under until up upon us very was we were what when where
    whether which while who whom whose why will with within without would yet you your yours yourself
    """.split()
)


@cache
def _stemmer(language: str) -> Any:
    name = STEMMERS.get(language.partition("-")[0])
    return snowballstemmer.stemmer(name) if name else None


@lru_cache(maxsize=262_144)
def _stem(word: str, language: str) -> str:
    if language.partition("-")[0] == "en":
        return stem(word)  # search asks for the same stems
    stemmer = _stemmer(language)
    return str(stemmer.stemWord(word)) if stemmer else word


def content_stems(text: str, language: str) -> frozenset[str]:
    """Return the stems (Snowball) of a text's content words; in a language without a stemmer the words themselves."""
    known = FUNCTION_WORDS if language.partition("-")[0] == "en" else frozenset[str]()
    return frozenset(_stem(word, language) for word in _words(text) - known)


def _all_stems(text: str, language: str) -> frozenset[str]:
    return frozenset(_stem(word, language) for word in _words(text))


def _words(text: str) -> set[str]:
    return {word.replace("’", "'").removesuffix("'s") for word in WORD.findall(text.casefold())}


def _marks(text: str, _: str) -> frozenset[str]:
    return frozenset(text.split())


# A wording of function words alone is measured by these, one of no words at all by whatever it is made of.
MEASURES: Final[tuple[Callable[[str, str], frozenset[str]], ...]] = (content_stems, _all_stems, _marks)


def fidelity(wording: str, evidence: Iterable[str], language: str) -> dict[str, Any]:
    """Return the share of the wording's content words that stand in its evidence (0 to 1, two decimals), and its grade."""
    measure = next(one for one in MEASURES if one(wording, language))
    ours, theirs = measure(wording, language), measure(" ".join(evidence), language)
    overlap = round(len(ours & theirs) / len(ours), 2)
    grade = "quotation" if overlap >= QUOTATION else "close" if overlap >= CLOSE else "paraphrase"
    return {"grade": grade, "overlap": overlap}
