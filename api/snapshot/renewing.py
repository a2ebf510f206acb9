"""The sets of words brought up to date where some blocks of rows of a collection were written anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Final

import apsw
import orjson
from pyroaring import BitMap

from schemas import BY_COLLECTION, RESOURCES, Resource

from . import lengths
from .levels import Levels, counted
from .postings import BEGINNING, LABEL, LABEL_BEGINNING, STEM, packed
from .search import BETWEEN_FIELDS, document

Token = tuple[str, str]  # its kind, and what it is
Block = tuple[int, int]  # the first and the last row
Pairs = tuple[tuple[int, int], ...]  # rows, and how often something stands in each
KINDS: Final = STEM, BEGINNING, LABEL  # of the words that a record is looked at for; of a beginning and of a label these are whole


def touched(database: apsw.Connection, collection: str, first: int, last: int) -> frozenset[Token]:
    """Return the words of the records in a block of rows, each under its kind: asked before these rows go."""
    resource = BY_COLLECTION[collection]
    found: set[Token] = set()
    for _, record in _records(database, resource, first, last):
        for kind, words in zip(KINDS, _words(resource, record), strict=True):
            found.update((kind, word) for word in words)
    return frozenset(found)


def refresh(database: apsw.Connection, collection: str, blocks: Sequence[Block], notes: Iterable[frozenset[Token]]) -> None:
    """Bring the sets of words up to date for blocks of a collection that hold other records now.

    `notes` holds what `touched` returned for each block before. A token that is common by now and was not is found hit by hit as before.
    """
    resource = BY_COLLECTION[collection]
    common = _Common({(kind, token): number for kind, token, number in database.execute("SELECT kind, token, list FROM common")})
    standing: dict[Token, list[tuple[int, int]]] = defaultdict(list)
    sizes: dict[int, int] = {}
    for first, last in blocks:
        for row, record in _records(database, resource, first, last):
            words = _words(resource, record)
            sizes[row] = sum(map(len, words))
            for token, count in common.counts(words).items():
                standing[token].append((row, count))
    type_ = RESOURCES.index(resource)
    lengths.replace(database, type_, blocks, sizes)
    old = (token for kind, word in frozenset[Token]().union(*notes) for token in common.of_word(kind, word))
    affected = {common.lists[token] for token in (*standing, *old)}
    _renew(database, type_, blocks, {number: common.parts(number, standing) for number in sorted(affected)})


@dataclass
class _Common:
    """The common tokens, each with the number of the list of its sets."""

    lists: dict[Token, int]
    _of_word: dict[Token, list[Token]] = field(default_factory=dict)

    def of_word(self, kind: str, word: str) -> list[Token]:
        """Return the common tokens that stand where a word of a kind does."""
        found = self._of_word.get((kind, word))
        if found is None:
            tokens = [(kind, word)] if kind != BEGINNING else []
            if kind != STEM:
                beginning = BEGINNING if kind == BEGINNING else LABEL_BEGINNING
                tokens += ((beginning, word[: size + 1]) for size in range(len(word)))
            found = self._of_word[kind, word] = [token for token in tokens if token in self.lists and word != BETWEEN_FIELDS]
        return found

    def counts(self, words: Sequence[Sequence[str]]) -> Counter[Token]:
        """Return how often each common token stands in a record of these words, by kind; in a label it counts once."""
        stems, whole, label = words
        counts: Counter[Token] = Counter()
        for kind, some in ((STEM, stems), (BEGINNING, whole)):
            for word in some:
                counts.update(self.of_word(kind, word))
        counts.update({token for word in label for token in self.of_word(LABEL, word)})
        return counts

    def parts(self, number: int, standing: Mapping[Token, Sequence[tuple[int, int]]]) -> dict[Pairs, list[Token]]:
        """Return the tokens that share a list, those together that stand where they do in the same way."""
        made: dict[Pairs, list[Token]] = defaultdict(list)
        for token in self._sharing[number]:
            made[tuple(standing.get(token, ()))].append(token)
        return made

    def __post_init__(self) -> None:
        """Bring together the tokens that share a list."""
        self._sharing: dict[int, list[Token]] = defaultdict(list)
        for token, number in sorted(self.lists.items()):
            self._sharing[number].append(token)


def _records(database: apsw.Connection, resource: Resource, first: int, last: int) -> Iterator[tuple[int, Any]]:
    statement = f"SELECT row, body FROM {resource.collection} WHERE row BETWEEN ? AND ? ORDER BY row"
    for row, body in database.execute(statement, (first, last)):
        yield row, orjson.loads(body)


def _words(resource: Resource, record: Any) -> list[list[str]]:
    """Return the stems and the words of a record, with what stands between fields, and the words of its label."""
    return [text.split() for text in document(resource, record)]


def _renew(database: apsw.Connection, type_: int, blocks: Sequence[Block], wanted: Mapping[int, Mapping[Pairs, Sequence[Token]]]) -> None:
    """Write the sets of lists for a type with what stands in some blocks in the place of what stood there.

    Where tokens that share a list do not stand there in the same way any more, all but the first of them get lists of their own.
    """
    gone = BitMap()
    for first, last in blocks:
        gone.add_range(first, last + 1)
    ((most,),) = database.execute("SELECT coalesce(max(list), 0) FROM common")
    for number, parts in wanted.items():
        found = database.execute("SELECT rows FROM postings WHERE list = ? AND type = ? ORDER BY level", (number, type_))
        old = [BitMap.deserialize(rows) for (rows,) in found]
        for place, (pairs, tokens) in enumerate(parts.items()):
            new, own = _replaced(old, gone, counted(pairs)), number
            if place:
                most = own = most + 1
                copied = "SELECT ?, type, level, rows FROM postings WHERE list = ? AND type <> ?"
                database.execute(f"INSERT INTO postings (list, type, level, rows) {copied}", (own, number, type_))
            _write(database, own, type_, old if own == number else [], new)
            more = sum(map(len, new[:1])) - sum(map(len, old[:1]))
            database.executemany(
                "UPDATE common SET list = ?, hits = hits + ? WHERE kind = ? AND token = ?", ((own, more, *token) for token in tokens)
            )


def _replaced(levels: Levels, gone: BitMap, more: Levels) -> Levels:
    """Return levels without some rows, and with others."""
    made = [rows - gone | added for rows, added in zip_longest(levels, more, fillvalue=BitMap())]
    return [rows for rows in made if rows]


def _write(database: apsw.Connection, number: int, type_: int, old: Levels, new: Levels) -> None:
    """Write the levels of a type in a list, where they are others than those that are there."""
    for level, (before, rows) in enumerate(zip_longest(old, new), start=1):
        if rows is None:
            database.execute("DELETE FROM postings WHERE list = ? AND type = ? AND level = ?", (number, type_, level))
        elif before is None:
            database.execute("INSERT INTO postings (list, type, level, rows) VALUES (?, ?, ?, ?)", (number, type_, level, packed(rows)))
        elif before != rows:
            statement = "UPDATE postings SET rows = ? WHERE list = ? AND type = ? AND level = ?"
            database.execute(statement, (packed(rows), number, type_, level))
