"""Finding words in a source text: runs of white space count as one space, offsets count code points of the text as it stands."""

from __future__ import annotations

import difflib
import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from rapidfuzz import fuzz

RUN: Final = re.compile(r"\s+")
START: Final = re.compile(r"(?:(?<![^\W_])|(?![^\W_]))\S")
CONTEXT: Final = 32
SHORT_TEXT: Final = 20_000
MOST_COMPARED: Final = 2_000

Stretch = tuple[int, int]


def folded(text: str) -> str:
    """Return `text` with each run of white space as one space, none at its ends."""
    return " ".join(text.split())


class Lines:
    """The lines of a text, so that each offset finds its own without the text being counted through again."""

    def __init__(self, text: str) -> None:
        """Note where each line begins."""
        self._starts = array("Q", [0])
        self._starts.extend(match.end() for match in re.finditer("\n", text))

    def at(self, offset: int) -> tuple[int, int]:
        """Turn an offset in code points into line and column, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


@dataclass(frozen=True)
class SourceText:
    """A source's text and its folded twin, whose every character knows where it stands in the first."""

    text: str

    @cached_property
    def folded(self) -> str:
        """The text with each run of white space as one space."""
        return RUN.sub(" ", self.text)

    @cached_property
    def _offsets(self) -> Sequence[int]:
        """For each character of the folded text, its offset in the text: the same where each run is one character."""
        if len(self.folded) == len(self.text):
            return range(len(self.text) + 1)
        offsets, behind = array("I"), 0
        for run in RUN.finditer(self.text):
            offsets.extend(range(behind, run.start() + 1))
            behind = run.end()
        offsets.extend(range(behind, len(self.text) + 1))
        return offsets

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    def find(self, words: str, from_offset: int = 0) -> list[Stretch]:
        """Return the first two places (start, end) of `words` at or after an offset, whole words only."""
        return list(islice(self._occurrences(words, bisect_left(self._offsets, from_offset)), 2))

    def _occurrences(self, words: str, begin: int) -> Iterator[Stretch]:
        at = self.folded.find(words, begin)
        while at >= 0:
            if self._whole(at, at + len(words)):
                yield self._stretch(at, words)
            at = self.folded.find(words, at + 1)

    def _stretch(self, at: int, words: str) -> Stretch:
        return self._offsets[at], self._offsets[at + len(words) - 1] + 1

    def find_all(self, wanted: Collection[str]) -> dict[str, list[Stretch]]:
        """Return every place of each of many folded texts, whole words only, in one walk through the text.

        At each start of a word the text is compared with the heads of what is wanted, the short ones first, so that the
        time grows with the text and hardly with how much is wanted of it.
        """
        lengths, heads = _heads(wanted)
        found: dict[str, list[Stretch]] = {words: [] for words in wanted}
        for match in START.finditer(self.folded):
            at = match.start()
            for length in lengths:
                candidates = heads.get(self.folded[at : at + length])
                if candidates is None or at + length > len(self.folded):
                    break
                for words in candidates:
                    if self.folded.startswith(words, at) and self._whole(at, at + len(words)):
                        found[words].append(self._stretch(at, words))
        return found

    def _whole(self, start: int, end: int) -> bool:
        """Say whether no word is cut at either end."""
        before, behind = self.folded[max(start - 1, 0) : start + 1], self.folded[end - 1 : end + 1]
        return not (len(before) == 2 and before.isalnum()) and not (len(behind) == 2 and behind.isalnum())

    def nearest(self, words: str) -> str:
        """Return the passage of the folded text that is most like `words`, widened to whole words.

        In a long text only the neighbourhood that shares most of the longest words is looked at.
        """
        asked = words[:MOST_COMPARED]
        near = self.folded if len(self.folded) <= SHORT_TEXT else self._neighbourhood(asked)
        best = fuzz.partial_ratio_alignment(asked, near)
        if best is None:
            return ""
        start = near.rfind(" ", 0, best.dest_start + 1) + 1
        end = near.find(" ", max(best.dest_end - 1, start))
        return near[start : end if end >= 0 else None].strip()

    def _neighbourhood(self, words: str) -> str:
        """Return the part of the text around the place that most of the longest words point to."""
        votes: Counter[int] = Counter()
        for word in sorted(set(words.split()), key=len, reverse=True)[:12]:
            at, seen = self.folded.find(word), 0
            while at >= 0 and seen < 50:
                votes[(at - words.index(word)) // len(words)] += len(word)
                at, seen = self.folded.find(word, at + 1), seen + 1
        begin = max(votes, key=votes.__getitem__, default=0) * len(words)
        return self.folded[max(begin - len(words), 0) : begin + 3 * len(words)]

    def lines(self, start: int, end: int) -> tuple[int, int]:
        """Return the lines, from 1, of the first and the last character of a stretch."""
        return self._lines.at(start)[0], self._lines.at(end - 1)[0]


def _heads(wanted: Collection[str]) -> tuple[list[int], dict[str, list[str]]]:
    """Return the lengths of heads (powers of two), and by each head the texts of which it is the longest such."""
    lengths = sorted({1 << (len(words).bit_length() - 1) for words in wanted})
    heads: dict[str, list[str]] = {}
    for words in set(wanted):
        own = [heads.setdefault(words[:length], []) for length in lengths if length <= len(words)]
        own[-1].append(words)
    return lengths, heads


def differences(asked: str, said: str) -> str:
    """Say word by word what differs between what was asked for and what the text says, at most three places."""
    ours, theirs = asked[:MOST_COMPARED].split(), said[:MOST_COMPARED].split()
    changes = (
        f"{_words(ours[a:b])} where the text says {_words(theirs[c:d])}"
        for kind, a, b, c, d in difflib.SequenceMatcher(a=ours, b=theirs, autojunk=False).get_opcodes()
        if kind != "equal"
    )
    return "; ".join(islice(changes, 3)) or "white space or the cut of a word"


def _words(words: list[str]) -> str:
    shown = " ".join(words)
    return f"“{shown if len(shown) <= 80 else shown[:80] + ' …'}”" if words else "nothing"
