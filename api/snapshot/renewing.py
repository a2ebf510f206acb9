"""The sets of words brought up to date where some blocks of rows of a collection were written anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat, takewhile, zip_longest
from typing import Final

import apsw
from pyroaring import BitMap

from schemas import BY_COLLECTION, RESOURCES

from . import lengths
from .layout import Rows, as_numbers, packed
from .levels import NOWHERE, Levels, levels_of
from .postings import BEGINNING, LABEL, LABEL_BEGINNING, STEM
from .search import BETWEEN_FIELDS

Token = tuple[str, str]  # its kind, and what it is
Block = tuple[int, int]  # the first and the last row
Part = tuple[Sequence[int], Sequence[Token]]  # rows, each as often as some tokens stand in it, and these
Held = Sequence[tuple[int, BitMap]]  # the levels of a list, each with the number of its row in their table
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


def refresh(  # noqa: PLR0917 - a change is all of this
    database: apsw.Connection, lists: Lists, collection: str, blocks: Sequence[Block], going: Words, coming: Words
) -> None:
    """Bring the sets of words up to date for blocks of a collection that hold other records now, given the words of these and of the old.

    A token that is common by now and was not is found hit by hit as before.
    """
    type_ = RESOURCES.index(BY_COLLECTION[collection])
    lengths.replace(database, type_, blocks, coming.sizes)
    _renew(database, type_, blocks, lists, lists.standing(coming), sorted(lists.of(going) | lists.of(coming)))


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


def _parted(tokens: Sequence[Token], standing: Mapping[Token, Sequence[int]]) -> list[Part]:
    """Return the tokens that share a list, those together that stand in the same rows now."""
    if len(tokens) == 1:
        return [(standing.get(tokens[0], ()), tokens)]
    made: dict[tuple[int, ...], list[Token]] = defaultdict(list)
    for token in tokens:
        made[tuple(standing.get(token, ()))].append(token)
    return list(made.items())


def _renew(  # noqa: PLR0917 - they are what is renewed, and by what
    database: apsw.Connection,
    type_: int,
    blocks: Sequence[Block],
    lists: Lists,
    standing: Mapping[Token, Sequence[int]],
    numbers: Sequence[int],
) -> None:
    """Write the sets of some lists for a type with what stands in some blocks in the place of what stood there.

    Where tokens that share a list do not stand there in the same way any more, all but the first of them get lists of their own.
    """
    gone = BitMap()
    for first, last in blocks:
        gone.add_range(first, last + 1)
    for some in (numbers[start : start + LISTS_EACH] for start in range(0, len(numbers), LISTS_EACH)):
        written = _Written(database, type_)
        held = _held(database, type_, some)
        for number in some:
            old = held.get(number, [])
            (rows, tokens), *others = _parted(lists.sharing[number], standing)
            for other, apart in others:
                own = lists.part(number, apart)
                written.part(old, (number, own), apart, _with([rows - gone for _, rows in old], levels_of(other)))
            written.renew(old, number, tokens, gone, levels_of(rows))
        written.finish()


def _held(database: apsw.Connection, type_: int, numbers: Sequence[int]) -> Mapping[int, Held]:
    """Return the levels of some lists for a type."""
    held: dict[int, list[tuple[int, BitMap]]] = defaultdict(list)
    statement = "SELECT list, id, rows FROM postings WHERE list IN carray(?) AND type = ? ORDER BY list, level"
    for number, row, rows in database.execute(statement, (as_numbers(numbers), type_)):
        held[number].append((row, BitMap.deserialize(rows)))
    return held


def _with(levels: Levels, more: Levels) -> Levels:
    """Return levels with the rows of others, which have none in common with them."""
    made = [rows | added for rows, added in zip_longest(levels, more, fillvalue=NOWHERE)]
    return [rows for rows in made if rows]


class _Written:
    """What is to be written of some lists of a type, all of it together."""

    def __init__(self, database: apsw.Connection, type_: int) -> None:
        """Take the database and the number of the type."""
        self._database, self._type = database, type_
        self._changed: list[tuple[bytes, int]] = []
        self._gone: list[tuple[int]] = []
        self._new: list[tuple[int, int, int, bytes]] = []
        self._hits: list[tuple[int, str, str]] = []

    def renew(self, old: Held, number: int, tokens: Sequence[Token], gone: BitMap, coming: Levels) -> None:
        """Take a list that some tokens share: what is gone leaves its old levels, which are changed for it, and what comes is added."""
        before = _first([rows for _, rows in old])
        for (row, rows), added in zip(old, chain(coming, repeat(NOWHERE)), strict=False):
            if rows & gone == added:
                continue
            rows.difference_update(gone)
            rows.update(added)
            if rows:
                self._changed.append((packed(rows), row))
            else:
                self._gone.append((row,))
        self._keep(number, coming, len(old))
        if more := _first([rows for _, rows in old] or coming) - before:
            self._hits += ((more, *token) for token in tokens)

    def part(self, old: Held, numbers: tuple[int, int], tokens: Sequence[Token], new: Levels) -> None:
        """Take the levels of some tokens that shared one list, and have another from now on."""
        shared, own = numbers
        copied = "SELECT ?, type, level, rows FROM postings WHERE list = ? AND type <> ?"
        self._database.execute(f"INSERT INTO postings (list, type, level, rows) {copied}", (own, shared, self._type))
        self._keep(own, new, 0)
        more = _first(new) - _first([rows for _, rows in old])
        statement = "UPDATE common SET list = ?, hits = hits + ? WHERE kind = ? AND token = ?"
        self._database.executemany(statement, ((own, more, *token) for token in tokens))

    def _keep(self, number: int, levels: Levels, there: int) -> None:
        """Take the levels of a list behind those that are there."""
        self._new += ((number, self._type, level, packed(rows)) for level, rows in enumerate(levels[there:], start=there + 1))

    def finish(self) -> None:
        """Write all."""
        self._database.executemany("UPDATE postings SET rows = ? WHERE id = ?", self._changed)
        self._database.executemany("DELETE FROM postings WHERE id = ?", self._gone)
        self._database.executemany("INSERT INTO postings (list, type, level, rows) VALUES (?, ?, ?, ?)", self._new)
        self._database.executemany("UPDATE common SET hits = hits + ? WHERE kind = ? AND token = ?", self._hits)


def _first(levels: Levels) -> int:
    """Return in how many rows a token of some levels stands."""
    return len(levels[0]) if levels else 0
