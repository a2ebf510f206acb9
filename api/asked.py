"""What a request asks for: a query, the path that it was asked at, and what the path narrows it by; and the addresses that follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote_plus, urlencode

from . import bounds
from .query import Clause, Query

SAFE: Final = ",:*"
PAGE: Final = "page"
SIZE: Final = "per_page"
PLAIN: Final = re.compile(r"[A-Za-z0-9_.~,:*-]*")  # stands in an address as it is
Links = dict[str, str | None]


@dataclass(frozen=True)
class Asked:
    """A query at a path.

    ``given`` is the clause that the path adds, as in `/v1/actors/nato/claims`; ``more`` are parameters that are none of the query's.
    """

    path: str
    query: Query
    given: Clause | None = None
    more: tuple[tuple[str, str], ...] = ()
    _encoded: Mapping[str, str] = field(init=False, compare=False)  # the parameters as they stand in the address, by name

    def __post_init__(self) -> None:
        """Encode the parameters, which every address of the answer needs."""
        encoded = {name: _quoted(text) for name, text in (*self.query.parameters(), *self.more)}
        object.__setattr__(self, "_encoded", encoded)

    @property
    def narrowed(self) -> Query:
        """The query with what the path adds."""
        return self.query.within(self.given) if self.given else self.query

    def but(self, query: Query) -> Asked:
        """Return the same path with another query."""
        return self if query == self.query else replace(self, query=query)

    @property
    def address(self) -> str:
        """The path-absolute address, in its one canonical spelling."""
        return self._address(self._encoded)

    def at(self, **changes: str | None) -> str:
        """Return the address with some parameters set to a text, or left out where it is None."""
        encoded = {**self._encoded, **{name: _quoted(text) for name, text in changes.items() if text is not None}}
        for name, text in changes.items():
            if text is None:
                encoded.pop(name, None)
        return self._address(encoded)

    def pages(self) -> Callable[[int], str]:
        """Return what gives the address of each page."""
        size = self._encoded.get(SIZE)
        return self.sizes()(f"{SIZE}={size}&" if size else "")

    def sizes(self, **changes: str) -> Callable[[str], Callable[[int], str]]:
        """Return what gives, for a size of pages as it is written, what gives the address of each page, with some parameters set."""
        encoded = sorted({**self._encoded, **{name: _quoted(text) for name, text in changes.items()}}.items())
        before = "".join([f"{name}={text}&" for name, text in encoded if name < PAGE])
        between = "".join([f"{name}={text}&" for name, text in encoded if PAGE < name < SIZE])
        behind = "".join([f"{name}={text}&" for name, text in encoded if name > SIZE])
        start = f"{self.path}?{before}"

        def of_size(written: str) -> Callable[[int], str]:
            end = f"{between}{written}{behind}"[:-1]
            first = f"{start}{end}" if end else start[:-1]
            return lambda number: (f"{start}{PAGE}={number}&{end}" if end else f"{start}{PAGE}={number}") if number > 1 else first

        return of_size

    def _address(self, encoded: Mapping[str, str]) -> str:
        written = "&".join([f"{name}={encoded[name]}" for name in sorted(encoded)])
        return f"{self.path}?{written}" if written else self.path


def _quoted(text: str) -> str:
    return text if PLAIN.fullmatch(text) else quote_plus(text, SAFE)


def address(path: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Return a path with its parameters in order of name."""
    written = urlencode(sorted(parameters), safe=SAFE)
    return f"{path}?{written}" if written else path


def page_links(page: int, per_page: int, total: int, at: Callable[[int], str]) -> Links:
    """Return the links of a page by its number, null where there is none; `at` says the address of a page."""
    if per_page == 0:
        return {"self": at(page), "first": None, "prev": None, "next": None, "last": None}
    last = max(1, min(-(-total // per_page), bounds.MOST_PAGED // per_page))
    return {
        "self": at(page),
        "first": at(1),
        "prev": at(min(page - 1, last)) if page > 1 else None,
        "next": at(page + 1) if page < last else None,
        "last": at(last),
    }


def relations(links: Mapping[str, str | None]) -> Links:
    """Return the links that lead elsewhere: all but the one to the answer itself."""
    return {name: href for name, href in links.items() if name != "self"}
