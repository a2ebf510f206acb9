"""Passages: the source texts cut for verification, their index of words, and the quotes and names that a match is told by.

A passage is a stretch of at least PASSAGE indexed words, cut at white space; the passages of a source follow one another without a
gap, so that a row's neighbours are its surroundings. The index of a passage holds the OVERLAP words behind it too: every row of up to
OVERLAP words stands whole in the index of the passage that it begins in, and so a text is found wherever it begins.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, Final

import apsw

from api.verify.tokens import index_words, keys

PASSAGE: Final = 128
OVERLAP: Final = 32
PIECE: Final = re.compile(r"\s*(?:\S{1,3200}\s*){1,32}")  # 32 words; a run without any white space is cut where it gets too long
COMMON: Final = 100  # words in so many passages are counted when the snapshot is built, the others when they are asked for

TABLES: Final = """
CREATE TABLE passages (row INTEGER PRIMARY KEY, source TEXT NOT NULL, start INTEGER NOT NULL, line INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE passage_ranges (source TEXT PRIMARY KEY, debate TEXT NOT NULL, language TEXT NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX passage_ranges_by_debate ON passage_ranges (debate);
CREATE TABLE passage_quotes (passage INTEGER, start INTEGER, end INTEGER, quote TEXT, side TEXT, PRIMARY KEY (passage, start, quote))
    WITHOUT ROWID;
CREATE TABLE spoken_names (name TEXT PRIMARY KEY, actor TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE passage_words USING fts5(words, content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE passage_vocabulary USING fts5vocab(passage_words, row);
CREATE TABLE common_words (word TEXT PRIMARY KEY, passages INTEGER NOT NULL) WITHOUT ROWID;
"""

Record = Mapping[str, Any]


@dataclass(slots=True)
class Block:
    """The passages of a debate: the rows of their tables, counted from 0."""

    passages: list[tuple[int, str, int, int, str]] = field(default_factory=list)
    words: list[tuple[int, str]] = field(default_factory=list)
    ranges: list[tuple[str, str, str, int, int]] = field(default_factory=list)
    quotes: list[tuple[int, int, int, str, str | None]] = field(default_factory=list)


def compiled(texts: Mapping[str, str], sources: Mapping[str, Record], quotes: Iterable[Record]) -> Block:
    """Return the passages of a debate: `texts` by the id of their source in order, `sources` by id and `quotes` in their public form."""
    made, starts = Block(), {}
    for source, text in texts.items():
        row = len(made.passages)
        found = list(_passages(text))
        starts[source] = row, [start for start, _, _, _ in found]
        made.passages += ((at, source, start, line, text) for at, (start, line, text, _) in enumerate(found, start=row))
        made.words += ((at, " ".join(words)) for at, words in enumerate(_indexed(found), start=row))
        about = sources[source]
        made.ranges.append((source, about["debate"]["id"], about["language"], row, row + len(found) - 1))
    made.quotes += _quotes(quotes, starts)
    return made


def write(database: apsw.Connection, made: Block, first: int) -> None:
    """Write the passages of a debate, the first of which gets the row `first`."""
    database.executemany(f"INSERT INTO passages VALUES (? + {first}, ?, ?, ?, ?)", made.passages)
    database.executemany(f"INSERT INTO passage_words (rowid, words) VALUES (? + {first}, ?)", made.words)
    database.executemany(f"INSERT INTO passage_ranges VALUES (?, ?, ?, ? + {first}, ? + {first})", made.ranges)
    database.executemany(f"INSERT INTO passage_quotes VALUES (? + {first}, ?, ?, ?, ?)", made.quotes)


def remove(database: apsw.Connection, debate: str, first: int, last: int) -> None:
    """Remove the passages of a debate, which have the rows from one to another."""
    database.execute("DELETE FROM passages WHERE row BETWEEN ? AND ?", (first, last))
    database.execute("DELETE FROM passage_words WHERE rowid BETWEEN ? AND ?", (first, last))
    database.execute("DELETE FROM passage_ranges WHERE debate = ?", (debate,))
    database.execute("DELETE FROM passage_quotes WHERE passage BETWEEN ? AND ?", (first, last))


def write_names(database: apsw.Connection, actors: Iterable[Record]) -> None:
    """Write by which names actors are spoken of, in place of those that were there; of two actors the first has a name of both."""
    database.execute("DELETE FROM spoken_names")
    database.executemany("INSERT OR IGNORE INTO spoken_names VALUES (?, ?)", _names(actors))


class Counts:
    """Keeps in how many passages a common word stands while passages go and come."""

    def __init__(self, database: apsw.Connection) -> None:
        """Take the database."""
        self._database = database
        self._changed: Counter[str] = Counter()

    def remove(self, first: int, last: int) -> None:
        """Count what goes with the passages from one row to another, before they do."""
        statement = "SELECT source, text FROM passages WHERE row BETWEEN ? AND ? ORDER BY row"
        rows: list[Any] = list(self._database.execute(statement, (first, last)))
        for _, own in groupby(rows, key=itemgetter(0)):
            for words in _indexed([(0, 0, text, index_words(text)) for _, text in own]):
                self._changed.subtract(set(words))

    def add(self, made: Block) -> None:
        """Count what comes with the passages of a debate."""
        for _, words in made.words:
            self._changed.update(set(words.split()))

    def write(self) -> None:
        """Write the counts, once all passages are in."""
        known = dict(self._database.execute("SELECT word, passages FROM common_words"))
        for word in (word for word, change in self._changed.items() if change):
            if word in known:
                count = known[word] + self._changed[word]
            elif self._changed[word] < 0:  # it was in few, and is in fewer
                continue
            else:
                ((count,),) = self._database.execute("SELECT coalesce(sum(doc), 0) FROM passage_vocabulary WHERE term = ?", (word,))
            self._database.execute("DELETE FROM common_words WHERE word = ?", (word,))
            if count >= COMMON:
                self._database.execute("INSERT INTO common_words VALUES (?, ?)", (word, count))


def finish(database: apsw.Connection) -> None:
    """Write what is known once all passages are in."""
    database.execute("INSERT INTO passage_words (passage_words) VALUES ('optimize')")
    database.execute(f"INSERT INTO common_words SELECT term, doc FROM passage_vocabulary WHERE doc >= {COMMON}")


def _passages(text: str) -> Iterator[tuple[int, int, str, list[str]]]:
    """Yield start, line, text and indexed words of each passage of a text."""
    start, at, line, words = 0, 0, 1, list[str]()
    for piece in PIECE.finditer(text):
        words += index_words(piece.group())
        at = piece.end()
        if len(words) >= PASSAGE:
            yield start, line, text[start:at], words
            start, line, words = at, line + text.count("\n", start, at), []
    if at > start:
        yield start, line, text[start:at], words


def _indexed(passages: Sequence[tuple[int, int, str, list[str]]]) -> Iterator[list[str]]:
    """Yield the words of each passage and those behind it that its index holds."""
    for at, (*_, words) in enumerate(passages, start=1):
        behind = chain.from_iterable(following for *_, following in passages[at : at + OVERLAP])
        yield words + list(islice(behind, OVERLAP))


def _quotes(quotes: Iterable[Record], starts: Mapping[str, tuple[int, Sequence[int]]]) -> Iterator[tuple[int, int, int, str, str | None]]:
    """Yield each quote once for every passage that it reaches into."""
    for quote in quotes:
        row, offsets = starts[quote["source"]["id"]]
        start, end = quote["position"]["start"], quote["position"]["end"]
        side = quote["speaks_for"] and quote["speaks_for"]["id"]
        for index in range(bisect_right(offsets, start) - 1, bisect_right(offsets, end - 1)):
            yield row + index, start, end, quote["id"], side


def _names(actors: Iterable[Record]) -> Iterator[tuple[str, str]]:
    """Yield the names by which the actors that have any are spoken of."""
    for actor in actors:
        if actor["named"]:
            for name in (actor["name"], *actor["aliases"]):
                yield " ".join(keys(name)), actor["id"]
