"""Where common words stand, as sets of rows: what a search would take too long to find hit by hit.

A word that stands in so many records that its hits are better not visited has, for each type, the rows where it stands once, twice, and
so on (levels). The kinds of a word are a stem of the text, the beginning of a word of the text, a word of a label, and the beginning of
such a word.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

import apsw
import orjson
from pyroaring import BitMap

from . import lengths
from .layout import MOST_ROWS, packed
from .levels import Levels, added, levels_of
from .search import BETWEEN_FIELDS

STEM, BEGINNING, LABEL, LABEL_BEGINNING = "stem", "beginning", "label", "label beginning"
LEAST_COMMON: Final = 400  # times that a token stands in the index for its sets to be kept; rarer ones are found hit by hit
MOST_RARE: Final = 1 << 14  # places where rare words stand, held until sets are made of them
MOST_AT_ONCE: Final = 1 << 20  # times that a token stands in the index to be read at once; commoner ones are read piece by piece
PIECE: Final = 1 << 17  # places of such a token that are read together
TABLES: Final = """
CREATE TABLE common (kind TEXT, token TEXT, list INTEGER NOT NULL, hits INTEGER NOT NULL, PRIMARY KEY (kind, token)) WITHOUT ROWID;
CREATE INDEX common_by_list ON common (list);
CREATE TABLE postings (id INTEGER PRIMARY KEY, list INTEGER NOT NULL, type INTEGER NOT NULL, level INTEGER NOT NULL, rows BLOB NOT NULL);
CREATE UNIQUE INDEX postings_by_list ON postings (list, type, level);
"""
COLUMNS: Final = ("stems", "words", "label")
VOCABULARY: Final = """
CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, search, row);
CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, search, instance);
"""
COMMONEST: Final = "SELECT term FROM temp.vocabulary WHERE cnt > ? ORDER BY term"
# Of each token the rows of the index where it stands in a column, as often as it does: an array in JSON, which takes least to read.
TOKENS: Final = f"""
SELECT term, {", ".join(f"json_group_array(doc) FILTER (WHERE col = '{column}')" for column in COLUMNS)}
FROM temp.places WHERE term > ? AND term < ? GROUP BY term
"""
ROWS: Final = "SELECT doc FROM temp.places WHERE term = ? AND col = ?"
BEFORE_ALL, BEHIND_ALL = "", "\U0010ffff"  # neither is a token, nor is what lies beyond them
Postings = dict[int, Levels]  # by the number of the type


def write(database: apsw.Connection) -> None:
    """Write the sets of all common words from the index of words, which is complete; what is in memory at a time is bounded."""
    database.execute(TABLES)
    database.execute(VOCABULARY)
    _Writer(database).write()
    database.execute("DROP TABLE temp.places; DROP TABLE temp.vocabulary")
    lengths.write(database)


class _Beginning:
    """What the words that begin in one way have in common: a node on the way from the first letter to the word that is read."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self.instances = 0
        self.words: Postings = {}
        self.labels: Postings = {}
        self.written: tuple[int, int] | None = None  # the lists of the one longer beginning that this one is made of
        self._rare: tuple[list[int], list[int]] = ([], [])  # where rare words stand, in words and in labels: rows of the index

    def take(self, words: list[int], labels: list[int], instances: int) -> None:
        """Add where a rare word stands."""
        self.instances += instances
        for rare, more in zip(self._rare, (words, labels), strict=True):
            rare.extend(more)
        if sum(map(len, self._rare)) > MOST_RARE:
            self.settle()

    def take_sets(self, words: Postings, labels: Postings, instances: int) -> None:
        """Add where a word stands so many times, or what begins in a longer way."""
        self.instances += instances
        self.words, self.labels = merged(self.words, words), merged(self.labels, labels)

    def take_from(self, longer: _Beginning) -> None:
        """Add what stands for a longer beginning."""
        self.written = None if self.instances else longer.written
        self.take_sets(longer.words, longer.labels, longer.instances)
        self.take(*longer._rare, 0)

    def settle(self) -> None:
        """Make sets of all that stands for it."""
        words, labels = (_by_type(sorted(rare)) for rare in self._rare)
        self.words, self.labels = merged(self.words, words), merged(self.labels, labels)
        self._rare = ([], [])


def merged(postings: Postings, more: Postings) -> Postings:
    """Return how often one term or another stands in each row of each type."""
    return {type_: added(postings.get(type_, []), more.get(type_, [])) for type_ in postings.keys() | more.keys()}


class _Writer:
    """Reads the tokens of the index in their order and writes the sets of those that are common."""

    def __init__(self, database: apsw.Connection) -> None:
        self.database = database
        self.path: list[_Beginning] = []
        self.lists = 0

    def write(self) -> None:
        before = BEFORE_ALL
        commonest: list[str] = [token for (token,) in self.database.execute(COMMONEST, (MOST_AT_ONCE,))]
        for token in (*commonest, BEHIND_ALL):
            for other, *columns in self.database.execute(TOKENS, (before, token)):
                if other != BETWEEN_FIELDS:
                    self._token(other, *map(orjson.loads, columns))
            if token not in {BETWEEN_FIELDS, BEHIND_ALL}:
                self._reach(token)
                self._common(token, *(self._in_pieces(token, column) for column in COLUMNS))
            before = token
        self._leave(0)

    def _in_pieces(self, token: str, column: str) -> Postings:
        """Return where a token stands in a column, read piece by piece."""
        found: Postings = {}
        rows = self.database.execute(ROWS, (token, column))
        while piece := [row for (row,) in islice(rows, PIECE)]:
            found = merged(found, _by_type(piece))
        return found

    def _token(self, token: str, stems: list[int], words: list[int], labels: list[int]) -> None:
        """Take a token, given the rows of the index where it stands in each column."""
        self._reach(token)
        instances = len(stems) + len(words) + len(labels)
        if instances < LEAST_COMMON:
            self.path[-1].take(words, labels, instances)
        else:
            self._common(token, *map(_by_type, (stems, words, labels)))

    def _reach(self, token: str) -> None:
        """Go to a token letter by letter, from the beginning that it shares with the token before."""
        shared = 0
        while shared < len(self.path) and token.startswith(self.path[shared].letters):
            shared += 1
        self._leave(shared)
        self.path += [_Beginning(token[: size + 1]) for size in range(len(self.path), len(token))]

    def _common(self, token: str, stems: Postings, words: Postings, labels: Postings) -> None:
        """Take a token that stands in many records, given how often it stands in each column of each."""
        within = {type_: levels[:1] for type_, levels in labels.items()}
        self.path[-1].take_sets(words, within, sum(map(_instances, (stems, words, labels))))
        self._keep(STEM, token, stems)
        self._keep(LABEL, token, within)

    def _leave(self, depth: int) -> None:
        """Write the beginnings that no further token has, and give what they hold to the shorter ones."""
        while len(self.path) > depth:
            done = self.path.pop()
            if done.instances >= LEAST_COMMON:
                done.settle()
                words, labels = done.written or (None, None)
                done.written = (
                    self._keep(BEGINNING, done.letters, done.words, words),
                    self._keep(LABEL_BEGINNING, done.letters, {type_: levels[:1] for type_, levels in done.labels.items()}, labels),
                )
            if self.path:
                self.path[-1].take_from(done)

    def _keep(self, kind: str, token: str, postings: Postings, same: int | None = None) -> int:
        """Write the sets of a token, or that they are the same as those of a list; return the number of the list."""
        if same is None:
            self.lists += 1
            keep_list(self.database, self.lists, postings)
        number = same or self.lists
        self.database.execute("INSERT INTO common VALUES (?, ?, ?, ?)", (kind, token, number, hits_of(postings)))
        return number


def _instances(postings: Postings) -> int:
    """Return how often a term stands in all records together."""
    return sum(len(rows) for levels in postings.values() for rows in levels)


def hits_of(postings: Mapping[int, Sequence[BitMap]]) -> int:
    """Return in how many records a term stands."""
    return sum(len(levels[0]) for levels in postings.values() if levels)


def keep_list(database: apsw.Connection, number: int, postings: Postings) -> None:
    """Write the sets of a list, in the place of those that it has."""
    database.execute("DELETE FROM postings WHERE list = ?", (number,))
    rows = (
        (number, type_, level, packed(rows)) for type_, levels in sorted(postings.items()) for level, rows in enumerate(levels, 1) if rows
    )
    database.executemany("INSERT INTO postings (list, type, level, rows) VALUES (?, ?, ?, ?)", rows)


def _by_type(rows: list[int]) -> Postings:
    """Return rows of the index, in order and each as often as something stands there, as levels of the rows of each type."""
    made: Postings = {}
    place = 0
    while place < len(rows):
        type_ = rows[place] // MOST_ROWS
        behind = bisect_left(rows, (type_ + 1) * MOST_ROWS, place)
        made[type_] = levels_of([row - type_ * MOST_ROWS for row in rows[place:behind]])
        place = behind
    return made
