"""Was this said? The verdict on a text, and the places of the sources that it rests on. It knows neither how they are kept nor HTTP.

A text is compared with the sources by its words (`tokens`). Where these stand in a row in a source, the text is *exact* if its
characters do too, runs of white space counting as one space, else *normalised*. Where they do not, the passages that are most like it
are *close* if their similarity (`alignment.Fit.similarity`) is at least CLOSE; otherwise it is *absent*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

from .alignment import fits
from .cuts import cut
from .meaning import Op, Side, changed
from .tokens import Token, index_words, keys, tokens

CLOSE: Final = 0.72
MOST_MATCHES: Final = 20
CONTEXT: Final = 32
MOST_LEAD: Final = 4_000  # how far before the first word its quotation marks and the like are looked for
SENTENCE_END: Final = re.compile(r"[.!?…]")
VERDICTS: Final = ("exact", "normalised", "close", "absent")


@dataclass(frozen=True)
class Stretch:
    """A stretch of a source: where it begins, in which line, and between which rows of the library it stands."""

    source: str
    language: str
    start: int
    line: int
    text: str
    rows: tuple[int, int]

    @cached_property
    def tokens(self) -> list[Token]:
        """Its words and symbols."""
        return tokens(self.text)

    @cached_property
    def keys(self) -> list[str]:
        """What is compared of its words."""
        return keys(self.text)

    @cached_property
    def side(self) -> Side:
        """Its words, as a wording to compare with another."""
        return Side(self.text, self.tokens, self.language)

    @cached_property
    def sentences(self) -> list[int]:
        """The places among its words where a sentence begins."""
        pairs = enumerate(zip(self.tokens, self.tokens[1:], strict=False), start=1)
        return [0, *(at for at, (one, other) in pairs if self._parts(one.end, other))]

    def _parts(self, end: int, following: Token) -> bool:
        return SENTENCE_END.search(self.text, end, following.start) is not None and not following.spelled[0].islower()


class Library(Protocol):
    """Where passages are looked up."""

    def holding(self, words: Sequence[str]) -> tuple[Sequence[Stretch], bool]:
        """Return stretches that hold all places where these indexed words stand in a row, and whether these are all there are."""

    def alike(self, words: Sequence[str]) -> Sequence[Stretch]:
        """Return the stretches that have most in common with these indexed words."""

    def takes(self, rows: tuple[int, int], start: int, end: int) -> bool:
        """Say whether a place, from code point `start` to `end` within rows, is in what was asked about."""

    def names(self, texts: set[str]) -> Mapping[str, str]:
        """Return the actors by those of these texts, keys joined by spaces, that are names of theirs."""


@dataclass(frozen=True)
class Match:
    """A place that a text was found at, or one like it; offsets are code points of the source, `words` its place in the stretch."""

    verdict: str
    stretch: Stretch
    start: int
    end: int
    words: tuple[int, int]
    similarity: float = 1.0
    ops: tuple[Op, ...] = ()
    reason: str | None = None

    @property
    def changes_meaning(self) -> bool:
        """Whether what differs, or was cut off, changes what is said."""
        return self.reason is not None

    @property
    def position(self) -> tuple[int, int]:
        """Where it stands in its source."""
        return self.stretch.start + self.start, self.stretch.start + self.end

    @property
    def lines(self) -> tuple[int, int]:
        """The lines, from 1, of its first and its last character."""
        before = self.stretch.line + self.stretch.text.count("\n", 0, self.start)
        return before, before + self.stretch.text.count("\n", self.start, self.end)

    @property
    def text(self) -> str:
        """Its words, runs of white space as one space."""
        return " ".join(self.stretch.text[self.start : self.end].split())

    @property
    def prefix(self) -> str:
        """What stands before it, as it is there."""
        return self.stretch.text[max(self.start - CONTEXT, 0) : self.start]

    @property
    def suffix(self) -> str:
        """What stands behind it, as it is there."""
        return self.stretch.text[self.end : self.end + CONTEXT]


@dataclass(frozen=True)
class Verdict:
    """What was found, best first, and whether every place was looked at that holds all words of the text in a row."""

    asked: Side
    matches: Sequence[Match]
    complete: bool

    @property
    def verdict(self) -> str:
        """The verdict on the best match."""
        return self.matches[0].verdict if self.matches else "absent"

    @property
    def changes_meaning(self) -> bool | None:
        """Whether the best match says something else; None where there is none."""
        return self.matches[0].changes_meaning if self.matches else None

    def differences(self, match: Match) -> list[dict[str, str]]:
        """Return the words that differ, as they were asked for and as they stand in the source."""
        said = match.stretch.side
        return [{"asked": self.asked.shown(a, b), "said": said.shown(c, d)} for a, b, c, d in match.ops]


def verify(text: str, library: Library, least: float = CLOSE) -> Verdict:
    """Return the verdict on a text, white space folded, that holds at least one word; `least` is the similarity that is close."""
    words = index_words(text)
    asked = Side(text, tokens(text), "")
    stretches, complete = library.holding(words)
    found = [match for stretch in stretches for match in _verbatim(asked, stretch)]
    kept = _best(found, library)
    if not kept:
        found = [match for stretch in library.alike(words) for match in _close(asked, stretch, library, least)]
        kept = _best(found, library)
    return Verdict(asked, kept, complete)


def _best(found: Sequence[Match], library: Library) -> list[Match]:
    """Return the best matches that are in what was asked about, of overlapping ones the best."""
    ranked = sorted(found, key=lambda one: (VERDICTS.index(one.verdict), -one.similarity, one.changes_meaning, one.stretch.rows, one.start))
    kept: list[Match] = []
    for one in ranked:
        if len(kept) == MOST_MATCHES:
            break
        if not any(_overlap(one, other) for other in kept) and library.takes(one.stretch.rows, *one.position):
            kept.append(one)
    return kept


def _overlap(one: Match, other: Match) -> bool:
    (start, end), (begin, behind) = one.position, other.position
    return one.stretch.source == other.stretch.source and start < behind and begin < end


def _verbatim(asked: Side, stretch: Stretch) -> Iterator[Match]:
    """Yield the places where the words of the text stand in a row."""
    wanted, said = asked.keys, stretch.keys
    for first in (at for at, one in enumerate(said) if one == wanted[0] and said[at : at + len(wanted)] == wanted):
        last = first + len(wanted)
        start, end = stretch.tokens[first].start, stretch.tokens[last - 1].end
        exact = _exact(asked, stretch.text, start)
        yield Match(
            "exact" if exact else "normalised", stretch, *(exact or (start, end)), (first, last), reason=cut(stretch.side, first, last)
        )


def _exact(asked: Side, text: str, at: int) -> tuple[int, int] | None:
    """Return the place of the very characters asked for whose first word begins at `at`; None where they differ."""
    lead = asked.tokens[0].start
    length = _along(text[max(at - MOST_LEAD, 0) : at][::-1], 0, asked.text[:lead][::-1])
    end = _along(text, at, asked.text[lead:])
    return None if length is None or end is None else (at - length, end)


def _along(text: str, at: int, wanted: str) -> int | None:
    """Return where `text` ends to say `wanted` from `at` on, any run of white space being a space; None where it says something else."""
    for one in wanted:
        behind = at
        if one == " ":
            while behind < len(text) and text[behind].isspace():
                behind += 1
        elif text[at : at + 1] == one:
            behind += 1
        if behind == at:
            return None
        at = behind
    return at


def _close(asked: Side, stretch: Stretch, library: Library, least: float) -> Iterator[Match]:
    """Yield the passages that are most like the text."""
    own = Side(asked.text, asked.tokens, stretch.language)
    for fit in fits(asked.keys, stretch.keys, lambda: stretch.sentences, least, MOST_MATCHES):
        said, ops = stretch.side, tuple(fit.ops)
        reason = changed(own, said, ops, library.names)
        left_out = cut(said, fit.first, fit.last)
        reasons = " ".join(one for one in (reason, left_out) if one) or None
        start, end = stretch.tokens[fit.first].start, stretch.tokens[fit.last - 1].end
        yield Match("close", stretch, start, end, (fit.first, fit.last), fit.similarity, ops, reasons)
