"""Words for made-up debates: common English ones and pronounceable made-up ones, drawn as often as words of a language are (Zipf)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

# The commonest words of English, commonest first: what a full-text search calls common.
FUNCTION_WORDS: Final = (
    "the of and to in a is that we it for not they be this on are with as by have from which their or an our would but will there all"
    " these has more if no its when can who what about one so also was other than should been must them those between could only some how"
    " do new any because such into over first then where after against before both you us may most now were without every under still"
    " never here why while through very much many each since until too just even again always during within often however therefore"
    " although whether though instead perhaps rather"
).split()
VOWELS: Final = "a e i o u a e i o ea ou ai é".split()
ONSETS: Final = "b br c ch cl d dr f fl g gr h j l m n p pl pr qu r s sh st t tr v w z".split()
CODAS: Final = " n r l s t m nd rt ck".split(" ")
ENDINGS: Final = " |s|ed|ing|er|ation|al|ity|ment".replace(" ", "").split("|")
VOCABULARY: Final = 50_000
EXPONENT: Final = 1.05  # of Zipf's law: how often a word comes falls with its rank to this power
ACCENTS: Final = str.maketrans("é", "e")


@dataclass(frozen=True)
class Vocabulary:
    """Words in order of how often they come, with the running sum of their weights."""

    words: list[str]
    sums: list[float]
    content: list[str]

    def draw(self, chance: random.Random, count: int) -> list[str]:
        """Draw words as a text would hold them."""
        return chance.choices(self.words, cum_weights=self.sums, k=count)

    def rare(self, chance: random.Random) -> str:
        """Draw one word among those that carry meaning, each as likely as the next."""
        return self.content[chance.randrange(len(self.content))]


def vocabulary(seed: int) -> Vocabulary:
    """Return the vocabulary of a seed: the words of English first, made-up ones behind them."""
    made = _made_up(random.Random(f"vocabulary {seed}"), VOCABULARY - len(FUNCTION_WORDS))
    words = [*FUNCTION_WORDS, *made]
    weights = (1 / (rank + 2.7) ** EXPONENT for rank in range(len(words)))  # Mandelbrot's shift evens out the first few
    return Vocabulary(words, list(accumulate(weights)), made)


def _made_up(chance: random.Random, count: int) -> list[str]:
    """Return distinct made-up words; the more common ones are shorter, and stems recur with several endings."""
    found: dict[str, None] = {}
    known = set(FUNCTION_WORDS)
    while len(found) < count:
        syllables = 2 if len(found) < 2_000 else chance.choice((2, 3, 3))
        stem = "".join(chance.choice(ONSETS) + chance.choice(VOWELS) for _ in range(syllables)) + chance.choice(CODAS)
        word = stem + chance.choice(ENDINGS)
        if word not in known:
            found[word] = None
    return list(found)


def slug(words: list[str]) -> str:
    """Return a slug of a few words: letters a to z, digits and hyphens, at most 70 characters."""
    letters = ("".join(one for one in word.lower().translate(ACCENTS) if one.isascii() and one.isalnum()) for word in words)
    return "-".join(one for one in letters if one)[:70].strip("-")
