"""The numbered pages of one query: what they share is made once, and each adds its records, its number and its links.

Whoever turns pages, or asks for longer ones, asks the same again but for these two numbers: the query, the rows that it finds, and how
it is said in the answer are the same on all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from orjson import Fragment
from pyroaring import BitMap

from schemas.canonical import compact

from . import bounds
from .answers import JSON, Answer, Content, answer, negotiated
from .asked import Asked, Numbered, page_links, relations
from .envelope import enveloped, listed, stamp
from .exchange import snapshot
from .filters import EQUAL
from .formats import TABLES
from .listing import LIST_MEDIA, NO_VARY_SEARCH, described, numbers, shaped
from .query import Query
from .snapshot.find import part_of
from .snapshot.selection import taken

# How many bytes of memory pages take: at any rate, for each row, each letter of their address and each value that is asked for.
FIXED_BYTES: Final = 3_000
ROW_BYTES: Final = 2
LETTER_BYTES: Final = 14
VALUE_BYTES: Final = 240


def has_pages(query: Query) -> bool:
    """Say whether a query has pages that differ in their records alone: nothing stands beside these, and no score orders them."""
    beside = query.include or query.facets or query.highlight or query.ids or query.pretty or query.format
    numbered = query.cursor is None and query.sample is None and query.per_page > 0
    return numbered and query.q is None and not beside


class Pages:
    """The pages of a query, of which one was asked for."""

    def __init__(self, asked: Asked, check: Callable[[], None]) -> None:
        """Take what is asked, and what refuses it where it names what there is not."""
        self._query = asked.narrowed
        self._check = check
        self._addresses = asked.addresses()
        self._found: BitMap | None = None
        self._stated: dict[str, Any] | None = None

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
        is_page = per_page <= bounds.MOST_PER_PAGE and (number == 1 or number * per_page <= bounds.MOST_PAGED)
        return self._page(number, size) if is_page and negotiated(*LIST_MEDIA) == JSON else None

    def _page(self, number: int, size: int | None) -> Answer:
        size = size if size != bounds.DEFAULT_PER_PAGE else None
        addresses = self._addresses.of(size)
        here = addresses.at(number)
        return answer(JSON, here, lambda: self._content(number, size or bounds.DEFAULT_PER_PAGE, addresses, here))

    def _weight(self) -> int:
        """Return how many bytes of memory the pages take, about."""
        values = sum(len(clause.values) for clause in self._query.clauses)
        return FIXED_BYTES + ROW_BYTES * len(self._rows()) + LETTER_BYTES * len(self._addresses.of(None).first) + VALUE_BYTES * values

    def _rows(self) -> BitMap:
        """Return all that the query finds: where that is anything, it names what there is."""
        if self._found is None:
            self._found = self._find()
        return self._found

    def _find(self) -> BitMap:
        found = taken(snapshot(), self._query)
        if not found or not all(clause.operator == EQUAL and len(clause.values) == 1 for clause in self._query.clauses):
            self._check()
        return found

    def _said(self) -> dict[str, Any]:
        """Return what the answer says of the query and the dataset, as JSON."""
        if self._stated is None:
            parts = {"query": self._query.understood(), "dataset": stamp()}
            self._stated = {name: Fragment(compact(value).decode()) for name, value in parts.items()}  # bytes hold more than they say
        return self._stated

    def _content(self, number: int, per_page: int, addresses: Numbered, here: str) -> Content:
        query, rows = self._query, self._rows()
        found = part_of(snapshot(), query, rows, per_page, (number - 1) * per_page)
        links = page_links(number, per_page, len(rows), addresses.at)
        meta = numbers(len(rows), len(found), number, per_page) | self._said()
        body = enveloped(listed(shaped(found, query.select)), meta, links)
        alternates = {form.media_type: self._addresses.in_format(name, here) for name, form in TABLES.items()}
        return Content(body, {**relations(links), **described(query.resource)}, {"No-Vary-Search": NO_VARY_SEARCH}, alternates)
