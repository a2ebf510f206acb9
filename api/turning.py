"""The numbered pages of one query: what they share is made once, and each adds its records, its number and its links.

Whoever turns pages, or asks for longer ones, asks the same again but for these two numbers: the query, the rows that it finds, and how
it is said in the answer are the same on all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from orjson import Fragment
from pyroaring import BitMap

from schemas.canonical import compact

from . import bounds
from .answers import JSON, Answer, Content, answer, negotiated
from .asked import Asked, Numbered, page_links
from .envelope import enveloped, listed, stamp
from .exchange import snapshot
from .filters import EQUAL
from .listing import LIST_MEDIA, alternates, list_of, numbers, shaped
from .query import Query
from .snapshot.find import part_of
from .snapshot.selection import taken

# How many bytes of memory pages take, about: at any rate, for each letter of their address and each value that is asked for, and for
# each row, which is a bit among those up to the last where there are many.
FIXED_BYTES: Final = 1_200
LETTER_BYTES: Final = 3
VALUE_BYTES: Final = 110
ROW_BYTES: Final = 2
BITS: Final = 8  # in a byte


def has_pages(query: Query) -> bool:
    """Say whether a query has pages that differ in their records alone: nothing stands beside these, and no score orders them."""
    beside = query.include or query.facets or query.highlight or query.ids or query.pretty or query.format
    numbered = query.cursor is None and query.sample is None and query.per_page > 0
    return numbered and query.q is None and not beside


class Pages:
    """The pages of a query, of which one was asked for; what is kept is no more than the next one takes."""

    __slots__ = ("_addresses", "_check", "_query", "_rows", "_said")

    def __init__(self, asked: Asked, check: Callable[[], None]) -> None:
        """Take what is asked, and what refuses it where it names what there is not."""
        self._query = asked.narrowed
        self._addresses = asked.addresses
        self._check: Callable[[], None] | None = check
        self._rows: BitMap | None = None
        self._said: Fragment | None = None

    def answer(self, number: int, size: int | None) -> Answer:
        """Answer with a page, by its number and by the size of the pages, None where that was not asked for.

        :raises Refusal: what was asked names what there is not, or the client takes none of what is offered.
        """
        made = self._page(number, size)
        if made.body:  # what it holds in memory is known then
            made.turn, made.weight = self.turn, self._weight()
        return made

    def turn(self, number: int, size: int | None) -> Answer | None:
        """Answer with another page to somebody who has named no format; None where that is no page, or where a table may be wanted.

        :raises Refusal: the client takes none of what is offered.
        """
        per_page = size or bounds.DEFAULT_PER_PAGE
        is_page = per_page <= bounds.MOST_PER_PAGE and bounds.is_reached(number, per_page)
        return self._page(number, size) if is_page and negotiated(*LIST_MEDIA) == JSON else None

    def _page(self, number: int, size: int | None) -> Answer:
        size = size if size != bounds.DEFAULT_PER_PAGE else None
        addresses = self._addresses.of(size)
        return answer(JSON, addresses.at(number), lambda: self._content(number, size or bounds.DEFAULT_PER_PAGE, addresses))

    def _weight(self) -> int:
        """Return how many bytes of memory the pages take, about."""
        rows, values = self._found(), sum(len(clause.values) for clause in self._query.clauses)
        last = rows.max() if rows else 0
        return FIXED_BYTES + LETTER_BYTES * self._addresses.size + VALUE_BYTES * values + min(ROW_BYTES * len(rows), last // BITS)

    def _found(self) -> BitMap:
        """Return all that the query finds: where that is anything, it names what there is."""
        if self._rows is None:
            self._rows = self._find()
        return self._rows

    def _find(self) -> BitMap:
        found, check = taken(snapshot(), self._query), self._check
        if check and (not found or not all(clause.operator == EQUAL and len(clause.values) == 1 for clause in self._query.clauses)):
            check()
        self._check = None  # it holds all that was asked
        return found

    def _understood(self) -> Fragment:
        """Return what the answer says of the query, as JSON."""
        if self._said is None:
            self._said = Fragment(compact(self._query.understood()).decode())  # bytes hold more than they say
        return self._said

    def _content(self, number: int, per_page: int, addresses: Numbered) -> Content:
        query, rows = self._query, self._found()
        found = part_of(snapshot(), query, rows, per_page, (number - 1) * per_page)
        links = page_links(number, per_page, len(rows), addresses.at)
        meta = {**numbers(len(rows), len(found), number, per_page), "query": self._understood(), "dataset": stamp()}
        body = enveloped(listed(shaped(found, query.select)), meta, links)
        return list_of(query.resource, body, links, alternates(self._addresses, addresses.at(number)))
