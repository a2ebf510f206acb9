"""What a request asks for: a query, the path that it was asked at, and what the path narrows it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from .query import Clause, Query

SAFE: Final = ",:*"


@dataclass(frozen=True, slots=True)
class Asked:
    """A query at a path; ``given`` is the clause that the path adds, as in `/v1/actors/nato/claims`."""

    path: str
    query: Query
    given: Clause | None = None

    @property
    def narrowed(self) -> Query:
        """The query with what the path adds."""
        return self.query.within(self.given) if self.given else self.query

    def but(self, query: Query) -> Asked:
        """Return the same path with another query."""
        return replace(self, query=query)

    def at(self, **changes: Any) -> str:
        """Return the address of the query with changes."""
        return self.but(self.query.but(**changes)).address

    def at_page(self, page: int, more: Mapping[str, str]) -> str:
        """Return the address of a page, with parameters that are none of the query's."""
        return self.but(self.query.but(page=page)).spelled(more)

    @property
    def address(self) -> str:
        """The path-absolute address, in its one canonical spelling."""
        return self.spelled({})

    def spelled(self, more: Mapping[str, str]) -> str:
        """Return the address with parameters that are none of the query's, all in order of name."""
        written = urlencode(sorted([*self.query.parameters(), *more.items()]), safe=SAFE)
        return f"{self.path}?{written}" if written else self.path
