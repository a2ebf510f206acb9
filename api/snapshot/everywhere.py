"""What words find in a snapshot among the records of all types: hits by relevance, and labels for completion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.filters import filter_named
from api.search_text import Term
from schemas import Resource

from .layout import filter_table
from .read import Snapshot
from .search import SCORE, expression, label_expression, resource_at, rows_of


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records are looked at: those of some types, and of some debates, all without any."""

    types: Sequence[Resource]
    debates: Sequence[str] = ()

    def condition(self) -> tuple[str, list[Any]]:
        """Return the condition on rows of the index, and what is bound in it."""
        ranges = " OR ".join(["rowid BETWEEN ? AND ?"] * len(self.types))
        bound: list[Any] = [bound for resource in self.types for bound in rows_of(resource)]
        if not self.debates:
            return f"({ranges})", bound
        marks = ",".join("?" * len(self.debates))
        parts = []
        for resource in self.types:
            table = filter_table(resource, filter_named(resource, "debate"))
            parts.append(f"SELECT row + {rows_of(resource)[0]} FROM {table} WHERE value IN ({marks})")
            bound += self.debates
        # The plus keeps SQLite from asking the index once for each row of the debates instead of once for the words.
        return f"({ranges}) AND +rowid IN ({' UNION ALL '.join(parts)})", bound


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that a search over all types found; the higher the score, the better."""

    resource: Resource
    body: bytes
    score: float


def search(snapshot: Snapshot, terms: Sequence[Term], scope: Scope, limit: int, offset: int) -> tuple[int, list[Hit]]:
    """Return how many records match, and a page of them, best first."""
    condition, bound = scope.condition()
    match, bindings = f"FROM search WHERE search MATCH ? AND {condition}", [expression(terms), *bound]
    total = snapshot.rows(f"SELECT count(*) {match}", bindings)[0][0]
    statement = f"SELECT rowid, {SCORE} AS score {match} ORDER BY score, rowid LIMIT ? OFFSET ?"
    return total, [_hit(snapshot, rowid, -score) for rowid, score in snapshot.rows(statement, [*bindings, limit, offset])]


def _hit(snapshot: Snapshot, rowid: int, score: float) -> Hit:
    resource, row = resource_at(rowid)
    return Hit(resource, snapshot.rows(f"SELECT body FROM {resource.collection} WHERE row = ?", (row,))[0][0], score)


def labelled(snapshot: Snapshot, typed: Sequence[str], scope: Scope, most: int) -> list[dict[str, Any]]:
    """Return the references to records whose labels hold the words typed so far, at most so many of each type, in the order of rows."""
    found: list[dict[str, Any]] = []
    for resource in scope.types:
        condition, bound = Scope([resource], scope.debates).condition()
        hits = f"SELECT rowid - ? FROM search WHERE search MATCH ? AND {condition} ORDER BY rowid LIMIT ?"
        statement = f"SELECT reference FROM {resource.collection} WHERE row IN ({hits}) ORDER BY row"
        rows = snapshot.rows(statement, [rows_of(resource)[0], label_expression(typed), *bound, most])
        found += [json.loads(reference) for (reference,) in rows]
    return found
