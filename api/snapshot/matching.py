"""The rows of a collection that the words of a search match."""

from __future__ import annotations

from collections.abc import Sequence

from pyroaring import BitMap

from api.search_text import Term
from schemas import Resource

from .read import Snapshot
from .search import expression, rows_of


def matching(snapshot: Snapshot, resource: Resource, terms: Sequence[Term]) -> BitMap:
    """Return the rows of a collection that terms match."""
    least, most = rows_of(resource)
    statement = "SELECT rowid - ? FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
    return BitMap([row for (row,) in snapshot.rows(statement, (least, expression(terms), least, most))])
