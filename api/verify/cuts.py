"""Whether the cut of a quotation leaves a negation of its own sentence outside, as `consider Russia an enemy` does."""

from __future__ import annotations

import re
from typing import Final

from .meaning import Side, is_negation

MOST_BEFORE: Final = 15
MOST_BEHIND: Final = 3
MOST_SHOWN: Final = 80
STOP: Final = re.compile(r"[;:]|\s[-–—]+\s")
END: Final = re.compile(r"[.!?…]")
TURNS: Final = frozenset("but because although though whereas aber sondern mais pero sino ma но".split())
LINKS: Final = frozenset(
    "and or but that which who whom whose because if when while where so as than than und oder dass weil wenn et ou que".split()
)
DENIALS: Final = frozenset(
    "deny denies denied denying refuse refuses refused refusing".split()
)  # what they govern was not said, or not done
AND: Final = frozenset("and or und oder et ou y o e и или".split())
THAT: Final = frozenset("that dass que che что".split())
NOT_ONLY: Final = frozenset("only just merely simply solely nur seulement solo".split())


def cut(side: Side, first: int, last: int) -> str | None:
    """Return in a sentence which negation was left out around the words from `first` to before `last`; None where none was."""
    before, behind = _before(side, first), _behind(side, last)
    if before is not None:
        words = side.shown(before, first)
        return f"The words before it are left out, with a negation that governs it: “{_shortened(words)}”."
    if behind is not None:
        words = side.shown(last, behind + 1)
        return f"The words behind it are left out, with a negation that belongs to it: “{_shortened(words)}”."
    return None


def _shortened(words: str) -> str:
    return words if len(words) <= MOST_SHOWN else f"{words[:MOST_SHOWN]}…"


def _before(side: Side, first: int) -> int | None:
    """Return the nearest word before that negates what follows; a pair of commas only encloses an insertion, a single one parts clauses.

    "and that" goes on from the "that" before it: what negates in between ("… that it is not meant for one and that there are many")
    negates the first of the two alone.
    """
    commas, goes_on = 0, False
    for at in range(first - 1, max(first - 1 - MOST_BEFORE, -1), -1):
        between = _between(side, at)
        if _parts(between, side.tokens[at + 1].spelled) or side.tokens[at].key in TURNS:
            return None
        commas += between.count(",")
        if side.tokens[at].key in THAT:
            goes_on = at > 0 and side.tokens[at - 1].key in AND
        if (_negates(side, at) or side.tokens[at].key in DENIALS) and commas % 2 == 0:
            return None if goes_on else at
    return None


def _behind(side: Side, last: int) -> int | None:
    """Return a word close behind that negates, with neither a mark nor a conjunction between."""
    for at in range(last, min(last + MOST_BEHIND, len(side.tokens))):
        between = _between(side, at - 1)
        if any(not one.isspace() for one in between) or side.tokens[at].key in LINKS:
            return None
        if _negates(side, at):
            return at
    return None


def _between(side: Side, at: int) -> str:
    """Return the characters between a word and the next."""
    return side.text[side.tokens[at].end : side.tokens[at + 1].start]


def _parts(between: str, following: str) -> bool:
    """Say whether a sentence or a clause ends here; dots before a small letter are a pause."""
    return bool(STOP.search(between)) or (bool(END.search(between)) and not following[0].islower())


def _negates(side: Side, at: int) -> bool:
    follows = side.tokens[at + 1].key if at + 1 < len(side.tokens) else ""
    return is_negation(side.tokens[at].key, side.language) and follows not in NOT_ONLY
