"""A query in order of relevance as SQL: which rows it takes, with their scores, and how a walk goes on behind a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.query import RELEVANCE, Query

from .layout import as_numbers, sort_column
from .search import SCORE, expression, rows_of

TAKEN: Final = "taken"  # what a statement calls the table whose rows it takes
Part = tuple[str, list[Any]]  # a piece of SQL and what is bound in it


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a query takes: a source, the conditions on it, and what is bound in the two, in this order.

    ``before`` is a common table that has to come first: the hits of a ranked search, each with its score.
    """

    source: str
    conditions: tuple[str, ...] = ()
    bindings: tuple[Any, ...] = ()
    before: str = ""

    def __str__(self) -> str:
        """Return what stands behind FROM."""
        return f"{self.source} WHERE {' AND '.join(self.conditions)}" if self.conditions else self.source

    def where(self, more: str, bound: Sequence[Any]) -> Rows:
        """Return the rows narrowed by one more condition."""
        return Rows(self.source, (*self.conditions, more), (*self.bindings, *bound), self.before) if more else self


@dataclass(frozen=True, slots=True)
class Key:
    """An expression that rows are sorted by; missing values come last in either direction."""

    expression: str
    descending: bool = False
    nullable: bool = False

    @property
    def order(self) -> str:
        """The key in an ORDER BY."""
        return f"{self.expression} {'DESC' if self.descending else 'ASC'}{' NULLS LAST' if self.nullable else ''}"


def ordered_rows(query: Query, among: Iterable[int] | None = None) -> Rows:
    """Return the rows that the words of a query match, each with its score; among some rows, where these are given."""
    found = _scored(query, *rows_of(query.resource))
    return found if among is None else found.where(f"{TAKEN}.row IN carray(?)", [as_numbers(among)])


def one_row(query: Query, row: int) -> Rows:
    """Return one row of a collection with its score."""
    place = rows_of(query.resource)[0] + row
    return _scored(query, place, place)


def _scored(query: Query, first: int, last: int) -> Rows:
    """Return the rows that the words of a query match within some rows of the index, each with its score."""
    least, _ = rows_of(query.resource)
    hits = f"SELECT rowid - ? AS hit, {SCORE} AS score FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
    bindings = (least, expression(query.terms), first, last)
    return Rows(
        f"hits JOIN {query.resource.collection} AS {TAKEN} ON {TAKEN}.row = hit", (), bindings, f"WITH hits AS MATERIALIZED ({hits}) "
    )


def is_ranked(query: Query) -> bool:
    """Say whether the order of a query needs scores."""
    return query.q is not None and any(key.name == RELEVANCE for key in query.order)


def keys(query: Query) -> list[Key]:
    """Return what the rows of a query are sorted by, the last key being one that no two rows share.

    Rows are in the default order of their collection, and the id is the last key of that order.
    """
    names = [key.name for key in query.order]
    if "id" in names:  # no two records share it: what follows decides nothing
        return [_key(key) for key in query.order[: names.index("id") + 1]]
    return [*map(_key, query.order), Key(f"{TAKEN}.row")]


def _key(key: Any) -> Key:
    if key.name == RELEVANCE:
        return Key("score", descending=not key.descending)  # a score is negative, the better the lower
    return Key(sort_column(key.name), key.descending, nullable=key.name != "id")


def continuations(sorted_by: Sequence[Key], values: Sequence[Any]) -> Iterator[Part]:
    """Yield the conditions, one after the other, under which the rows behind a row with these key values follow.

    Each is a plain conjunction that an index can start from, so that every page of a walk costs the same.
    """
    for place in range(len(sorted_by) - 1, -1, -1):
        key, value = sorted_by[place], values[place]
        same = [f"{one.expression} IS ?" for one in sorted_by[:place]]
        bound = list(values[:place])
        if value is not None:
            yield " AND ".join([*same, f"{key.expression} {'<' if key.descending else '>'} ?"]), [*bound, value]
            if key.nullable:
                yield " AND ".join([*same, f"{key.expression} IS NULL"]), bound
