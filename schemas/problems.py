"""What is wrong with a dataset: a fault in a value, a problem at a place, and the refusal that carries every problem."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from rapidfuzz import fuzz, process

LONGEST_GUESSED: Final = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one value, and what would be right; where it stands is known to whoever asked."""

    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault at its place. ``line`` and ``column`` count from 1; 0 stands where a file has no such place."""

    file: str
    line: int
    column: int
    record: str
    field: str
    rule: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        about = " ".join(part for part in (self.record, self.field) if part)
        subject = f"{about}: " if about else ""
        return visible(f"{place}: {subject}{self.problem}; {self.remedy} [{self.rule}]")

    def as_json(self) -> dict[str, str | int]:
        """Return the problem as the object that ``rostrum check --json`` prints."""
        return {name: visible(value) if isinstance(value, str) else value for name, value in asdict(self).items()}


class InvalidDataset(Exception):
    """The dataset is refused whole; ``problems`` lists all that is wrong with it, in order of file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(f"the dataset has {len(self.problems)} problem{'s' if len(self.problems) != 1 else ''}")


class Patience:
    """Counts down: a remedy that takes long to work out is worked out for the first hundred problems of a kind."""

    def __init__(self, left: int = 100) -> None:
        """Take how often there is patience."""
        self._left = left

    def lasts(self) -> bool:
        """Say whether there is patience once more, and use it up."""
        self._left -= 1
        return self._left >= 0


def visible(text: str) -> str:
    """Return a text on one line that any terminal can print: what is not printable stands as its escape."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def nearest(word: str, among: Iterable[str]) -> str | None:
    """Return the entry of `among` that is spelled most like `word`, whatever its case, or None where none is like it at all."""
    word = word[:LONGEST_GUESSED].casefold()
    alike = [one for one in sorted(among) if fuzz.ratio(word, one.casefold(), score_cutoff=40)]  # a letter within a long word is not
    found = process.extractOne(word, alike, processor=str.casefold, score_cutoff=60)
    return found[0] if found else None


def did_you_mean(word: str, among: Iterable[str], otherwise: str) -> str:
    """Say which valid name `word` was probably meant to be, else `otherwise`."""
    near = nearest(word, among)
    return f"did you mean {near!r}?" if near else otherwise
