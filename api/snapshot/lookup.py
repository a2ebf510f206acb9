"""Looking a text up in the passages of a snapshot, within debates, sources and sides.

The work for a text is bounded whatever the size of the dataset: by the rarest words of the text (MOST_TERMS, MOST_HITS, MOST_PAIRS,
MOST_PAIR_HITS), by the passages that are read (MOST_HOLDING, MOST_ALIKE), and by the length of the text itself. What is asked of the
index is made of folded words alone, so that no character of a request can be read as the index's own syntax.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from typing import Any, Final

import orjson

from api.verify.verdict import Stretch

from .passages import OVERLAP, PASSAGE
from .read import Snapshot

LONGEST_PHRASE: Final = 6  # words that a text is looked up by, the rarest of its first OVERLAP that stand in a row
MOST_HOLDING: Final = 64  # passages that are read for the places where the words stand in a row
MOST_ALIKE: Final = 16  # passages that are read for what is like the text
MOST_HITS: Final = 10_000  # passages that are ranked, or looked through for a side
MOST_TERMS: Final = 12  # words that passages are ranked by, the rarest
MOST_PAIRS: Final = 6  # pairs of neighbouring words that passages are ranked by, the rarest
MOST_PAIR_HITS: Final = 50_000  # passages that the rarer words of these pairs stand in


@dataclass(frozen=True)
class Scope:
    """What is asked about: the sources of debates, sources, the quotes spoken for sides; nothing narrows nothing."""

    debates: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passages:
    """The passages of a snapshot within a scope: the library that verification looks texts up in."""

    snapshot: Snapshot
    scope: Scope

    @cached_property
    def _ranges(self) -> list[tuple[int, int]]:
        """The rows of the scope's sources, neighbouring ones as one range."""
        parts = [(column, values) for column, values in (("debate", self.scope.debates), ("source", self.scope.sources)) if values]
        if not parts:
            return [(0, 1 << 62)]
        where = " AND ".join(f"{column} IN ({_marks(values)})" for column, values in parts)
        bound = [value for _, values in parts for value in values]
        merged: list[tuple[int, int]] = []
        for first, last in self.snapshot.rows(f"SELECT first, last FROM passage_ranges WHERE {where} ORDER BY first", bound):
            begin = merged.pop()[0] if merged and merged[-1][1] + 1 == first else first
            merged.append((begin, last))
        return merged

    def holding(self, words: Sequence[str]) -> tuple[Sequence[Stretch], bool]:
        """Return stretches that hold all places where these words stand in a row, and whether these are all there are."""
        reach = -(-len(words) // PASSAGE)
        found, complete = self._holding(_phrase(self._rarest(words), words), reach)
        return list(self._stretches((row - 1, row + reach) for row in found)), complete

    def _holding(self, expression: str, reach: int) -> tuple[list[int], bool]:
        """Return the first rows that an expression finds, and whether these are all."""
        found: list[int] = []
        seen = 0
        side, bound = self._side("row", 0, reach)
        for first, last in self._ranges:
            hits = self.snapshot.rows(
                f"SELECT row, {side} FROM (SELECT rowid AS row FROM passage_words WHERE passage_words MATCH ? AND rowid BETWEEN ? AND ?"
                " LIMIT ?)",
                (*bound, expression, first, last, (MOST_HITS if bound else MOST_HOLDING + 1) - seen),
            )
            seen += len(hits)
            found += [row for row, taken in hits if taken]
            if len(found) > MOST_HOLDING or seen >= MOST_HITS:
                return found[:MOST_HOLDING], False
        return found, True

    def alike(self, words: Sequence[str]) -> Sequence[Stretch]:
        """Return the stretches that have most in common with these words, by BM25 over the rarest of them and the pairs these stand in."""
        expression = _terms(self._rarest(words), words)
        reach = -(-len(words) // PASSAGE)
        side, bound = self._side("passage_words.rowid", reach, reach)
        found: list[tuple[float, int]] = []
        for first, last in self._ranges if expression else ():
            found += self.snapshot.rows(
                f"SELECT rank, rowid FROM passage_words WHERE passage_words MATCH ? AND rowid BETWEEN ? AND ? AND {side} "
                "ORDER BY rank LIMIT ?",
                (expression, first, last, *bound, MOST_ALIKE),
            )
        best = [row for _, row in sorted(found)[:MOST_ALIKE]]
        return list(self._stretches((row - reach, row + reach) for row in best))

    def _side(self, row: str, before: int, behind: int) -> tuple[str, list[Any]]:
        """Return the condition that quotes of the sides asked about are near a row, and what is bound in it."""
        if not self.scope.sides:
            return "1", []
        marks = _marks(self.scope.sides)
        near = f"passage BETWEEN {row} - {before} AND {row} + {behind}"
        return f"EXISTS (SELECT 1 FROM passage_quotes WHERE {near} AND side IN ({marks}))", list(self.scope.sides)

    def _rarest(self, words: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each word stands that stands in any, rarest first."""
        asked = list(dict.fromkeys(words))
        known = dict(self.snapshot.rows(f"SELECT word, passages FROM common_words WHERE word IN ({_marks(asked)})", asked))
        for word in asked:
            if word not in known:
                known |= dict(self.snapshot.rows("SELECT term, doc FROM passage_vocabulary WHERE term = ?", (word,)))
        return dict(sorted(known.items(), key=lambda pair: (pair[1], pair[0])))

    def _stretches(self, wanted: Iterable[tuple[int, int]]) -> Iterator[Stretch]:
        """Yield the passages of ranges of rows, those that touch as one stretch, none across two sources."""
        for first, last in _merged(sorted(wanted)):
            rows = self.snapshot.rows(
                "SELECT row, source, language, start, line, text FROM passages JOIN passage_ranges USING (source) "
                "WHERE row BETWEEN ? AND ? ORDER BY row",
                (first, last),
            )
            for source in dict.fromkeys(row[1] for row in rows):
                own = [row for row in rows if row[1] == source]
                begin, _, language, start, line, _ = own[0]
                text = "".join(row[5] for row in own)
                yield Stretch(source, language.partition("-")[0], start, line, text, (begin, own[-1][0]))

    def takes(self, rows: tuple[int, int], start: int, end: int) -> bool:
        """Say whether a place is in a source that was asked about and touches a quote of a side that was."""
        if not any(first <= rows[0] <= last for first, last in self._ranges):
            return False
        return not self.scope.sides or any(side in self.scope.sides for _, side in self._touched(rows, start, end))

    def _touched(self, rows: tuple[int, int], start: int, end: int) -> list[tuple[str, str | None]]:
        """Return id and side of the quotes that a place touches, in their order."""
        return self.snapshot.rows(
            "SELECT DISTINCT quote, side FROM passage_quotes WHERE passage BETWEEN ? AND ? AND start < ? AND end > ?"
            " ORDER BY start, end, quote",
            (*rows, end, start),
        )

    def quotes(self, rows: tuple[int, int], start: int, end: int) -> list[dict[str, Any]]:
        """Return the public form of the quotes that a place touches, in their order."""
        ids = [quote for quote, _ in self._touched(rows, start, end)]
        return [orjson.loads(body) for one in ids for body in self.snapshot.bodies("quote", [one])]

    def source(self, source: str) -> dict[str, str]:
        """Return the reference to a source."""
        found: dict[str, str] = json.loads(self.snapshot.rows("SELECT reference FROM sources WHERE id = ?", (source,))[0][0])
        return found

    def names(self, texts: set[str]) -> Mapping[str, str]:
        """Return the actors by those of these texts that are names of theirs."""
        found = self.snapshot.rows(
            "SELECT name, actor FROM spoken_names WHERE name IN (SELECT value FROM json_each(?))", (json.dumps([*texts]),)
        )
        return dict(found)


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _merged(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield ranges of rows in order, those that overlap or touch as one."""
    behind: tuple[int, int] | None = None
    for first, last in ranges:
        if behind and first <= behind[1] + 1:
            behind = behind[0], max(behind[1], last)
            continue
        if behind:
            yield behind
        behind = first, last
    if behind:
        yield behind


def _phrase(passages: Mapping[str, int], words: Sequence[str]) -> str:
    """Return the expression for the rarest few words that stand in a row among the first of a text; only words, so it holds no syntax."""
    runs = [words[at : at + LONGEST_PHRASE] for at in range(max(1, min(len(words), OVERLAP) - LONGEST_PHRASE + 1))]
    rarest = min(runs, key=lambda run: min(passages.get(word, 0) for word in run))
    return _quoted(rarest)


def _terms(passages: Mapping[str, int], words: Sequence[str]) -> str:
    """Return the expression for passages alike: any of the rarest words, as many as bring at most MOST_HITS, or of the rarest pairs."""
    terms, hits = [], 0
    for word, count in islice(passages.items(), MOST_TERMS):
        hits += count
        if hits <= MOST_HITS:
            terms.append(_quoted([word]))
    pairs = {pair: min(map(passages.__getitem__, pair)) for pair in pairwise(words) if all(word in passages for word in pair)}
    hits = 0
    for pair in sorted(pairs, key=lambda pair: (pairs[pair], pair))[:MOST_PAIRS]:
        hits += pairs[pair]
        if hits <= MOST_PAIR_HITS or not terms:
            terms.append(_quoted(pair))
    return " OR ".join(terms)


def _quoted(words: Sequence[str]) -> str:
    return f'"{" ".join(words)}"'
