"""What a request asks for: a query, the path that it was asked at, and what the path narrows it by; and the addresses that follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, NamedTuple
from urllib.parse import quote_plus, urlencode

from . import bounds
from .query import Clause, Query

SAFE: Final = ",:*"
FORMAT: Final = "format"
PAGE: Final = "page"
SIZE: Final = "per_page"
PLAIN: Final = re.compile(r"[A-Za-z0-9_.~,:*-]*")  # stands in an address as it is
Links = dict[str, str | None]


class Numbered(NamedTuple):
    """The addresses of the pages of one size: that of the first, and what stands before and behind the number of another."""

    first: str
    before: str
    behind: str

    def at(self, number: int) -> str:
        """Return the address of a page."""
        return f"{self.before}{number}{self.behind}" if number > 1 else self.first


class Addresses(NamedTuple):
    """The addresses of the pages of a query: what stands before a format, and before, between and behind the numbers of a page."""

    head: str
    before: str
    between: str
    behind: str

    @property
    def size(self) -> int:
        """How many letters they have."""
        return len(self.before) + len(self.between) + len(self.behind)

    def in_format(self, name: str, address: str) -> str:
        """Return an address of these in another format."""
        rest = address[len(self.head) :]
        return f"{self.head}{FORMAT}={name}&{rest}" if rest else f"{self.head}{FORMAT}={name}"

    def of(self, size: int | None) -> Numbered:
        """Return the addresses of the pages of a size, which is left out where it is None."""
        rest = f"{self.between}{self.behind}" if size is None else f"{self.between}{SIZE}={size}&{self.behind}"
        # Each ends with a separator, or with the question mark.
        return Numbered(f"{self.before}{rest}"[:-1], f"{self.before}{PAGE}=", f"&{rest}"[:-1])


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

    @cached_property
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
        return self.addresses.of(self.query.size).at

    @cached_property
    def addresses(self) -> Addresses:
        """The addresses of all pages, of whatever size."""
        encoded = sorted(self._encoded.items())
        head = f"{self.path}?" + "".join([f"{name}={text}&" for name, text in encoded if name < FORMAT])
        before = "".join([f"{name}={text}&" for name, text in encoded if FORMAT <= name < PAGE])
        between = "".join([f"{name}={text}&" for name, text in encoded if PAGE < name < SIZE])
        behind = "".join([f"{name}={text}&" for name, text in encoded if name > SIZE])
        return Addresses(head, head + before, between, behind)

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
