"""The sets of words brought up to date where some blocks of rows of a collection were written anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from typing import Any, Final

import apsw
import orjson
from pyroaring import BitMap

from schemas import BY_COLLECTION, RESOURCES, Resource

from . import lengths
from .levels import Levels, levels_of
from .postings import BEGINNING, LABEL, LABEL_BEGINNING, STEM, packed
from .search import BETWEEN_FIELDS, document

Token = tuple[str, str]  # its kind, and what it is
Block = tuple[int, int]  # the first and the last row
Part = tuple[Sequence[int], Sequence[Token]]  # rows, each as often as some tokens stand in it, and these
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
    lists = {(kind, token): number for kind, token, number in database.execute("SELECT kind, token, list FROM common")}
    common = {kind: _Common(kind, lists) for kind in KINDS}
    standing: dict[Token, list[int]] = defaultdict(list)
    sizes: dict[int, int] = {}
    for first, last in blocks:
        for row, record in _records(database, resource, first, last):
            stems, words, label = _words(resource, record)
            sizes[row] = len(stems) + len(words) + len(label)
            for kind, some in ((STEM, stems), (BEGINNING, words)):
                for token in chain.from_iterable(map(common[kind].__getitem__, some)):
                    standing[token].append(row)
            for token in set(chain.from_iterable(map(common[LABEL].__getitem__, label))):
                standing[token].append(row)
    type_ = RESOURCES.index(resource)
    lengths.replace(database, type_, blocks, sizes)
    old = (token for kind, word in frozenset[Token]().union(*notes) for token in common[kind][word])
    _renew(database, type_, blocks, _parts(lists, {*standing, *old}, standing))


class _Common(dict[str, list[Token]]):
    """The common tokens that stand where a word of a kind does, by the word, looked up once each."""

    def __init__(self, kind: str, lists: Mapping[Token, int]) -> None:
        """Take the kind, and the common tokens with the numbers of the lists of their sets."""
        self._kind, self._lists = kind, lists

    def __missing__(self, word: str) -> list[Token]:
        """Look a word up."""
        tokens = [(self._kind, word)] if self._kind != BEGINNING else []
        if self._kind != STEM:
            beginning = BEGINNING if self._kind == BEGINNING else LABEL_BEGINNING
            tokens += ((beginning, word[: size + 1]) for size in range(len(word)))
        found = self[word] = [token for token in tokens if token in self._lists and word != BETWEEN_FIELDS]
        return found


def _parts(lists: Mapping[Token, int], affected: Collection[Token], standing: Mapping[Token, Sequence[int]]) -> dict[int, list[Part]]:
    """Return, by the number of each list that is affected, the tokens that share it: those together that stand in the same rows now."""
    numbers = {lists[token] for token in affected}
    sharing: dict[int, list[Token]] = defaultdict(list)
    for token, number in sorted(lists.items()):
        if number in numbers:
            sharing[number].append(token)
    return {number: _parted(tokens, standing) for number, tokens in sorted(sharing.items())}


def _parted(tokens: Sequence[Token], standing: Mapping[Token, Sequence[int]]) -> list[Part]:
    if len(tokens) == 1:
        return [(standing.get(tokens[0], ()), tokens)]
    made: dict[tuple[int, ...], list[Token]] = defaultdict(list)
    for token in tokens:
        made[tuple(standing.get(token, ()))].append(token)
    return list(made.items())


def _records(database: apsw.Connection, resource: Resource, first: int, last: int) -> Iterator[tuple[int, Any]]:
    statement = f"SELECT row, body FROM {resource.collection} WHERE row BETWEEN ? AND ? ORDER BY row"
    for row, body in database.execute(statement, (first, last)):
        yield row, orjson.loads(body)


def _words(resource: Resource, record: Any) -> list[list[str]]:
    """Return the stems and the words of a record, with what stands between fields, and the words of its label."""
    return [text.split() for text in document(resource, record)]


def _renew(database: apsw.Connection, type_: int, blocks: Sequence[Block], wanted: Mapping[int, Sequence[Part]]) -> None:
    """Write the sets of lists for a type with what stands in some blocks in the place of what stood there.

    Where tokens that share a list do not stand there in the same way any more, all but the first of them get lists of their own.
    """
    gone = BitMap()
    for first, last in blocks:
        gone.add_range(first, last + 1)
    ((most,),) = database.execute("SELECT coalesce(max(list), 0) FROM common")
    for number, parts in wanted.items():
        found = database.execute("SELECT rows FROM postings WHERE list = ? AND type = ? ORDER BY level", (number, type_))
        old = [BitMap.deserialize(level) for (level,) in found]
        for place, (rows, tokens) in enumerate(parts):
            new, own = _replaced(old, gone, levels_of(sorted(rows))), number
            if place:
                most = own = most + 1
                copied = "SELECT ?, type, level, rows FROM postings WHERE list = ? AND type <> ?"
                database.execute(f"INSERT INTO postings (list, type, level, rows) {copied}", (own, number, type_))
            _write(database, own, type_, old if own == number else [], new)
            more = sum(map(len, new[:1])) - sum(map(len, old[:1]))
            if place or more:
                statement = "UPDATE common SET list = ?, hits = hits + ? WHERE kind = ? AND token = ?"
                database.executemany(statement, ((own, more, *token) for token in tokens))


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
