"""The sets of words brought up to date where some blocks of rows of a collection were written anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from typing import Final

import apsw
from pyroaring import BitMap

from schemas import BY_COLLECTION, RESOURCES

from . import lengths
from .layout import Rows, as_numbers, packed, within
from .levels import NOWHERE, Levels, levels_of
from .postings import BEGINNING, LABEL, LABEL_BEGINNING, STEM, hits_of
from .search import BETWEEN_FIELDS

Token = tuple[str, str]  # its kind, and what it is
Block = tuple[int, int]  # the first and the last row
Rowed = tuple[int, bytes]  # a level of a list as it is written, and the number of its row in their table
KINDS: Final = STEM, BEGINNING, LABEL  # of the words of a record; of a beginning and of a label these are whole
COUNTED: Final = STEM, BEGINNING  # of what stands in a label it is not known how often
LISTS_EACH: Final = 1_000  # of words, whose sets are read, and written, together


class Words:
    """The words of some records of a collection: in which rows each stands, as often as it does, and how many a row has."""

    def __init__(self) -> None:
        """Begin without any."""
        self.rows: dict[str, dict[str, list[int]]] = {kind: defaultdict(list) for kind in KINDS}
        self.sizes: dict[int, int] = {}

    def add(self, row: int, document: Sequence[str]) -> None:
        """Take what the index of words holds of the record of a row."""
        words = [text.split() for text in document]
        self.sizes[row] = sum(map(len, words))
        for kind, some in zip(KINDS, words, strict=True):
            rows = self.rows[kind]
            for word in some:
                rows[word].append(row)


class Lists:
    """The common tokens of a database, each with the number of the list of its sets, which several may share."""

    def __init__(self, rows: Rows) -> None:
        """Take what reads the tables."""
        self.numbers: dict[Token, int] = {}
        self.sharing: dict[int, list[Token]] = defaultdict(list)
        for kind, token, number in rows("SELECT kind, token, list FROM common ORDER BY kind, token", ()):
            self.numbers[kind, token] = number
            self.sharing[number].append((kind, token))
        self._most = max(self.sharing, default=0)
        self._common = {kind: _Common(kind, self.numbers) for kind in KINDS}

    def of(self, words: Words) -> set[int]:
        """Return the numbers of the lists of the common tokens that stand in some records."""
        return {self.numbers[token] for kind, some in words.rows.items() for word in some for token in self._common[kind][word]}

    def standing(self, coming: Words) -> dict[Token, Sequence[int]]:
        """Return in which rows the common tokens stand, in order, each as often as it does, or once where that is not known."""
        standing: dict[Token, list[int]] = defaultdict(list)
        for kind, words in coming.rows.items():
            common = self._common[kind]
            for word, rows in words.items():
                for token in common[word]:
                    standing[token] += rows
        return {token: sorted(rows if token[0] in COUNTED else set(rows)) for token, rows in standing.items()}

    def part(self, number: int, tokens: Sequence[Token]) -> int:
        """Give some of the tokens that share a list one of their own, and return its number."""
        self._most += 1
        self.sharing[number] = [token for token in self.sharing[number] if token not in tokens]
        self.sharing[self._most] = [*tokens]
        self.numbers.update(dict.fromkeys(tokens, self._most))
        return self._most


@dataclass(frozen=True, slots=True)
class Change:
    """The blocks of a collection that hold other records now, and the words of these and of the old ones."""

    collection: str
    blocks: Sequence[Block]
    going: Words
    coming: Words


def refresh(database: apsw.Connection, lists: Lists, changes: Iterable[Change]) -> None:
    """Bring the sets of words up to date for some changes, each of another collection.

    A token that is common by now and was not is found hit by hit as before.
    """
    types = []
    for change in changes:
        number, blocks, coming = RESOURCES.index(BY_COLLECTION[change.collection]), change.blocks, change.coming
        lengths.replace(database, number, blocks, coming.sizes)
        types.append(_Type(number, within(blocks), lists.standing(coming), lists.of(change.going) | lists.of(coming)))
    touched = sorted(NOWHERE.union(*(BitMap(type_.touched) for type_ in types)))
    for some in (touched[start : start + LISTS_EACH] for start in range(0, len(touched), LISTS_EACH)):
        _renew(database, lists, types, some)


class _Common(dict[str, list[Token]]):
    """The common tokens that stand where a word of a kind does, by the word, looked up once each."""

    def __init__(self, kind: str, lists: Mapping[Token, int]) -> None:
        """Take the kind, and the common tokens with the numbers of the lists of their sets."""
        self._kind, self._lists = kind, lists

    def __missing__(self, word: str) -> list[Token]:
        """Look a word up."""
        found = self[word] = [] if word == BETWEEN_FIELDS else [*self._whole(word), *self._beginnings(word)]
        return found

    def _whole(self, word: str) -> Iterator[Token]:
        if self._kind != BEGINNING and (self._kind, word) in self._lists:
            yield self._kind, word

    def _beginnings(self, word: str) -> Iterator[Token]:
        """Yield the beginnings that are common; where one is not, neither is a longer one."""
        if self._kind != STEM:
            beginning = BEGINNING if self._kind == BEGINNING else LABEL_BEGINNING
            tokens = ((beginning, word[: size + 1]) for size in range(len(word)))
            yield from takewhile(self._lists.__contains__, tokens)


@dataclass(frozen=True, slots=True)
class _Type:
    """What changes in the records of a type: which rows hold others, where tokens stand in these, and which lists that touches."""

    number: int
    gone: BitMap
    standing: Mapping[Token, Sequence[int]]
    touched: AbstractSet[int]

    def coming(self, token: Token) -> Levels:
        """Return the levels of a token in the records that come."""
        rows = self.standing.get(token)
        return levels_of(rows) if rows else []

    def renewed(self, levels: Levels, token: Token) -> Levels:
        """Return levels with what a token stands in now, without what is gone."""
        made = [rows - self.gone | added for rows, added in zip_longest(levels, self.coming(token), fillvalue=NOWHERE)]
        return [rows for rows in made if rows]


def _parted(tokens: Sequence[Token], types: Sequence[_Type]) -> list[Sequence[Token]]:
    """Return the tokens that share a list, those together that stand in the same rows now."""
    if len(tokens) == 1:
        return [tokens]
    made: dict[tuple[tuple[int, ...], ...], list[Token]] = defaultdict(list)
    for token in tokens:
        made[tuple(tuple(type_.standing.get(token, ())) for type_ in types)].append(token)
    return list(made.values())


def _renew(database: apsw.Connection, lists: Lists, types: Sequence[_Type], numbers: Sequence[int]) -> None:
    """Write the sets of some lists with what stands in some rows now in the place of what stood there.

    Where tokens that share a list do not stand there in the same way any more, all but the first of them get lists of their own.
    """
    written, held = _Written(database), _held(database, numbers)
    for number in numbers:
        old = held[number]
        tokens, *others = _parted(lists.sharing[number], types)
        for apart in others:
            written.part(old, lists.part(number, apart), apart, types)
        written.renew(old, number, tokens, [type_ for type_ in types if number in type_.touched])
    written.finish()


def _held(database: apsw.Connection, numbers: Sequence[int]) -> Mapping[int, Mapping[int, Sequence[Rowed]]]:
    """Return the levels of some lists by the number of the type."""
    held: dict[int, dict[int, list[Rowed]]] = defaultdict(lambda: defaultdict(list))
    statement = "SELECT list, type, id, rows FROM postings WHERE list IN carray(?) ORDER BY list, type, level"
    for number, type_, row, rows in database.execute(statement, (as_numbers(numbers),)):
        held[number][type_].append((row, rows))
    return held


class _Written:
    """What is to be written of some lists, all of it together."""

    def __init__(self, database: apsw.Connection) -> None:
        """Take the database."""
        self._database = database
        self._changed: list[tuple[bytes, int]] = []
        self._gone: list[tuple[int]] = []
        self._new: list[tuple[int, int, int, bytes]] = []
        self._hits: list[tuple[int, str, str]] = []

    def renew(self, old: Mapping[int, Sequence[Rowed]], number: int, tokens: Sequence[Token], types: Iterable[_Type]) -> None:
        """Take a list that some tokens share: what is gone leaves its old levels, which are changed for it, and what comes is added."""
        more = sum(self._renewed(old.get(type_.number, ()), number, type_, type_.coming(tokens[0])) for type_ in types)
        if more:
            self._hits += ((more, *token) for token in tokens)

    def _renewed(self, old: Sequence[Rowed], number: int, type_: _Type, coming: Levels) -> int:
        """Take the levels of a list for a type, and return in how many more rows its tokens stand."""
        more = len(coming[0]) if coming and not old else 0
        for place, (row, held) in enumerate(old):
            rows, added = BitMap.deserialize(held), coming[place] if place < len(coming) else NOWHERE
            if not added and not rows.intersect(type_.gone):
                continue
            now = rows - type_.gone | added
            if not place:
                more = len(now) - len(rows)
            if not now:
                self._gone.append((row,))
            elif now != rows:
                self._changed.append((packed(now), row))
        self._keep(number, type_.number, coming, len(old))
        return more

    def part(self, old: Mapping[int, Sequence[Rowed]], number: int, tokens: Sequence[Token], types: Iterable[_Type]) -> None:
        """Take the levels of some tokens that shared one list, and have another from now on."""
        levels = {type_: [BitMap.deserialize(rows) for _, rows in rowed] for type_, rowed in old.items()}
        before = hits_of(levels)
        levels |= {type_.number: type_.renewed(levels.get(type_.number, []), tokens[0]) for type_ in types}
        for type_, made in levels.items():
            self._keep(number, type_, made, 0)
        self._hits += ((hits_of(levels) - before, *token) for token in tokens)
        self._database.executemany("UPDATE common SET list = ? WHERE kind = ? AND token = ?", ((number, *token) for token in tokens))

    def _keep(self, number: int, type_: int, levels: Levels, there: int) -> None:
        """Take the levels of a list behind those that are there."""
        self._new += ((number, type_, level, packed(rows)) for level, rows in enumerate(levels[there:], start=there + 1))

    def finish(self) -> None:
        """Write all."""
        self._database.executemany("UPDATE postings SET rows = ? WHERE id = ?", self._changed)
        self._database.executemany("DELETE FROM postings WHERE id = ?", self._gone)
        self._database.executemany("INSERT INTO postings (list, type, level, rows) VALUES (?, ?, ?, ?)", self._new)
        self._database.executemany("UPDATE common SET hits = hits + ? WHERE kind = ? AND token = ?", self._hits)
