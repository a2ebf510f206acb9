"""Where the terms of a search stand in a snapshot: the sets of common ones, and the hits of others from the index of words."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import Final

from pyroaring import BitMap

from api.search_text import Term
from api.words import stem

from .layout import MOST_ROWS
from .lengths import Lengths
from .levels import NOWHERE, Levels, counted
from .postings import BEGINNING, LABEL, LABEL_BEGINNING, STEM, hits_of
from .read import Snapshot
from .search import label_term, matching_term

MOST_KEPT: Final = 40 << 20  # bytes of sets that a process keeps read; with half as many, holes between those that come and go took more
FIXED_BYTES: Final = 1_000  # of a word and a type, at any rate
STEM_WEIGHT, BEGINNING_WEIGHT = 1.0, 0.5
Key = tuple[str, str]  # a kind and a token


class Standing:
    """Where one term stands: for each type, by its number, the rows where it does so at least once, at least twice …"""

    def __init__(self, hits: int, read: Callable[[int], Levels]) -> None:
        """Take in how many records it stands, and what reads the levels of a type, which is asked once for each."""
        self.hits = hits
        self.sizes: dict[int, int] = {}  # bytes of what was read, by the type
        self._read = read
        self._levels: dict[int, Levels] = {}
        self._exactly: dict[int, Levels] = {}

    def levels(self, type_: int) -> Levels:
        """Return the rows of a type where the term stands at least once, at least twice …"""
        found = self._levels.get(type_)
        if found is None:
            found = self._levels[type_] = self._read(type_)
        return found

    def rows(self, type_: int) -> BitMap:
        """Return the rows of a type where the term stands."""
        levels = self.levels(type_)
        return levels[0] if levels else NOWHERE

    def exactly(self, type_: int) -> Levels:
        """Return the rows of a type where the term stands exactly once, exactly twice …"""
        found = self._exactly.get(type_)
        if found is None:
            levels = self.levels(type_)
            found = [level - more for level, more in zip(levels, [*levels[1:], NOWHERE], strict=True)]
            self._exactly[type_] = found
        return found


class Terms:
    """The terms of one snapshot; what was read last is kept, up to a bound."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Take a snapshot; it lives no longer for that."""
        self._snapshot: Snapshot = weakref.proxy(snapshot)
        self._kept: OrderedDict[Key, Standing] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self.lengths = Lengths(self._snapshot)

    def standing(self, term: Term) -> Standing:
        """Return where a term stands in the text of records."""
        if len(term.words) == 1:
            (word,) = term.words
            common = self._common(BEGINNING, word) if term.prefix else self._common(STEM, stem(word))
            if common:
                return common
        return self._found(matching_term(term))

    def label(self, word: str, *, goes_on: bool = False) -> Standing:
        """Return where a word, or what begins with it, stands in labels."""
        return self._common(LABEL_BEGINNING if goes_on else LABEL, word) or self._found(label_term(word, goes_on=goes_on))

    def _common(self, kind: str, token: str) -> Standing | None:
        """Return where a common word stands, or None for one that is not common."""
        key = kind, token
        with self._lock:
            kept = self._kept.get(key)
            if kept:
                self._kept.move_to_end(key)
                return kept
        found = self._snapshot.rows("SELECT list, hits FROM common WHERE kind = ? AND token = ?", key)
        if not found:
            return None
        ((number, hits),) = found
        # What reads does not hold what keeps it, or that would outlive the snapshot until garbage is collected.
        read = partial(Terms._read, weakref.proxy(self), key, number)
        with self._lock:
            return self._kept.setdefault(key, Standing(hits, read))

    def _read(self, key: Key, number: int, type_: int) -> Levels:
        """Read the sets of a list for a type, and let go of the words that nobody has asked for in the longest time."""
        statement = "SELECT rows FROM postings WHERE list = ? AND type = ? ORDER BY level"
        read = [rows for (rows,) in self._snapshot.rows(statement, (number, type_))]
        size = FIXED_BYTES + 2 * sum(map(len, read))  # the sets by exact numbers are made of them
        with self._lock:
            if key in self._kept:
                self._bytes += size - self._kept[key].sizes.get(type_, 0)
                self._kept[key].sizes[type_] = size
            while self._bytes > MOST_KEPT and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= sum(gone.sizes.values())
        return [BitMap.deserialize(rows) for rows in read]

    def _found(self, expression: str) -> Standing:
        """Return where something stands that only the index of words knows, hit by hit."""
        hits = self._snapshot.rows("SELECT rowid, occurrences(search) FROM search WHERE search MATCH ?", (expression,))
        levels = {
            type_: counted((rowid % MOST_ROWS, count) for rowid, count in part)
            for type_, part in groupby(hits, lambda hit: hit[0] // MOST_ROWS)
        }
        return Standing(hits_of(levels), lambda type_: levels.get(type_, []))


_OF: weakref.WeakKeyDictionary[Snapshot, Terms] = weakref.WeakKeyDictionary()


def terms_of(snapshot: Snapshot) -> Terms:
    """Return the terms of a snapshot."""
    found = _OF.get(snapshot)
    if found is None:
        found = _OF[snapshot] = Terms(snapshot)
    return found


def rows_with(wanted: Iterable[BitMap], unwanted: Sequence[BitMap]) -> BitMap:
    """Return the rows that are in all of some sets and in none of others."""
    first, *others = sorted(wanted, key=len)
    rows = first
    for one in others:
        rows = rows & one
    for one in unwanted:
        rows = rows - one
    return rows
