"""Finding words in a source text: runs of white space count as one space, offsets count code points of the text as it stands."""

from __future__ import annotations

import difflib
import re
from array import array
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rapidfuzz import fuzz

RUN: Final = re.compile(r"\s+")
CONTEXT: Final = 32


def folded(text: str) -> str:
    """Return `text` with each run of white space as one space, none at its ends."""
    return " ".join(text.split())


@dataclass(frozen=True)
class SourceText:
    """A source's text and its folded twin, whose every character knows where it stands in the first."""

    text: str

    @cached_property
    def folded(self) -> str:
        """The text with each run of white space as one space."""
        return RUN.sub(" ", self.text)

    @cached_property
    def _offsets(self) -> array[int]:
        """For each character of the folded text, its offset in the text."""
        offsets, behind = array("I"), 0
        for run in RUN.finditer(self.text):
            offsets.extend(range(behind, run.start() + 1))
            behind = run.end()
        offsets.extend(range(behind, len(self.text) + 1))
        return offsets

    def find(self, words: str, from_offset: int = 0) -> list[tuple[int, int]]:
        """Return the first two places (start, end) of `words` at or after an offset, whole words only."""
        places: list[tuple[int, int]] = []
        at = self.folded.find(words)
        while at >= 0 and len(places) < 2:
            start, end = self._offsets[at], self._offsets[at + len(words) - 1] + 1
            if start >= from_offset and self._whole(at, at + len(words)):
                places.append((start, end))
            at = self.folded.find(words, at + 1)
        return places

    def _whole(self, start: int, end: int) -> bool:
        """Say whether no word is cut at either end."""
        before, behind = self.folded[start - 1 : start + 1], self.folded[end - 1 : end + 1]
        return not (len(before) == 2 and before.isalnum()) and not (len(behind) == 2 and behind.isalnum())

    def nearest(self, words: str) -> str:
        """Return the passage of the folded text that is most like `words`, widened to whole words."""
        best = fuzz.partial_ratio_alignment(words, self.folded)
        if best is None:
            return ""
        start = self.folded.rfind(" ", 0, best.dest_start + 1) + 1
        end = self.folded.find(" ", max(best.dest_end - 1, start))
        return self.folded[start : end if end >= 0 else None].strip()

    def lines(self, start: int, end: int) -> tuple[int, int]:
        """Return the lines, from 1, of the first and the last character of a stretch."""
        first = self.text.count("\n", 0, start) + 1
        return first, first + self.text.count("\n", start, end)


def differences(asked: str, said: str) -> str:
    """Say word by word what differs between what was asked for and what the text says, at most three places."""
    ours, theirs = asked.split(), said.split()
    changes = [
        f"{' '.join(ours[a:b]) or 'nothing'!s} where the text says {' '.join(theirs[c:d]) or 'nothing'!s}"
        for kind, a, b, c, d in difflib.SequenceMatcher(a=ours, b=theirs, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    return "; ".join(change[:160] for change in changes[:3])
