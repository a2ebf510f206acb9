"""How far a curator's wording is from the words it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import snowballstemmer

WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
QUOTATION: Final = 0.9
CLOSE: Final = 0.5
STEMMERS: Final = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian",
    "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
FUNCTION_WORDS: Final = frozenset(
    """a about above after again all also although an and any are as at be because been before being between both but by can could did do does
    doing each either even for from further had has have having he her here hers herself him himself his how however i if in into is it its
    itself just may me might more most must my myself neither no nor not of off on once one only onto or other ought our ours ourselves out
    over own rather same shall she should since so some such than that the their theirs them themselves then there therefore these they this
    those though through thus to too toward towards under until up upon us very was we were what when where whether which while who whom whose
    why will with within without would yet you your yours yourself""".split()
)


@cache
def _stemmer(language: str) -> Any:
    name = STEMMERS.get(language.partition("-")[0])
    return snowballstemmer.stemmer(name) if name else None


def content_stems(text: str, language: str) -> frozenset[str]:
    """Return the stems (Snowball) of a text's content words; in a language without a stemmer the words themselves."""
    words = {word.replace("’", "'").removesuffix("'s") for word in WORD.findall(text.casefold())}
    kept = sorted(words - FUNCTION_WORDS) if language.partition("-")[0] == "en" else sorted(words)
    stemmer = _stemmer(language)
    return frozenset(stemmer.stemWords(kept) if stemmer else kept)


def fidelity(wording: str, evidence: Iterable[str], language: str) -> dict[str, Any]:
    """Return the share of the wording's content words that stand in its evidence (0 to 1, two decimals), and its grade."""
    ours, theirs = content_stems(wording, language), content_stems(" ".join(evidence), language)
    overlap = round(len(ours & theirs) / len(ours), 2) if ours else 1.0
    grade = "quotation" if overlap >= QUOTATION else "close" if overlap >= CLOSE else "paraphrase"
    return {"grade": grade, "overlap": overlap}
