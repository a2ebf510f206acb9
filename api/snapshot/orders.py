"""Orders: the rows of a collection by what they are sorted by, or compared by, cut into runs of some hundred rows.

A run is a set of rows, so that how many rows of a query stand in it takes a microsecond to count; and it holds them in their order.
A value that stands in many rows is a run of its own, in which the next key decides. Runs that follow one another make a group, so that
what is far from the beginning is reached without a look at each run. Thus neither a page nor a comparison visits all rows.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any, Final

import apsw
from pyroaring import BitMap

from schemas import Filter, Resource

from .layout import filter_table
from .read import Snapshot

TABLE: Final = """
CREATE TABLE runs (name TEXT NOT NULL, level INTEGER NOT NULL, low, high, size INTEGER NOT NULL, rows BLOB NOT NULL,
  ascending BLOB, descending BLOB);
CREATE UNIQUE INDEX runs_by_low ON runs (name, level, low);
"""
SPAN: Final = 512  # rows from which on a run, or a value, is one for itself
GROUPED: Final = 32  # runs in a group
RUN, GROUP, MISSING = 0, 1, 2  # the levels: runs, groups of them, and the rows without a value
FIRST, LAST = "value", "last"  # the columns that a filter compares
COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {">=": ge, ">": gt, "<=": le, "<": lt}
COLUMNS: Final = "low, high, rows, ascending, descending"


@dataclass(frozen=True, slots=True)
class Run:
    """Rows whose keys follow one another, from the lowest key to the highest, both within; in their order unless it is one value."""

    low: Any
    high: Any
    rows: BitMap
    ascending: array[int] | None = None
    descending: array[int] | None = None

    def ordered(self, *, descending: bool) -> array[int]:
        """Return the rows of several values in their order; among equal keys ids ascend in either direction."""
        made = self.ascending or array("I")
        if not descending:
            return made
        return made[::-1] if self.descending is None else self.descending


def sort_order(resource: Resource, key: str) -> str:
    """Return the name of the order by a sort key."""
    return f"{resource.collection} by {key}"


def filter_order(resource: Resource, one: Filter, column: str) -> str:
    """Return the name of the order of what a filter compares."""
    return f"{resource.collection}.{one.name} by {column}"


def ids_in_row_order(resource: Resource) -> bool:
    """Say whether the default order of a collection, in which rows are numbered, is that of its ids."""
    return resource.default_sort == "id"


def run_from(row: tuple[Any, ...]) -> Run:
    """Return a run as it was written."""
    low, high, rows, ascending, descending = row
    return Run(low, high, BitMap.deserialize(rows), numbers(ascending), numbers(descending))


def numbers(written: bytes | None) -> array[int] | None:
    """Return the numbers of rows that were written one after the other."""
    if written is None:
        return None
    made = array("I")
    made.frombytes(written)
    return made


def runs(snapshot: Snapshot, name: str, level: int, *, descending: bool = False, around: Any = None, until: Any = None) -> Iterator[Run]:
    """Yield the runs, or the groups, of an order one after the other.

    The first is the one that holds the key `around`, or that is below it where none does; the last one begins at `until` or before it.
    """
    sign, direction = ("<", "DESC") if descending else (">", "ASC")
    found = []
    if around is not None:
        found = snapshot.rows(
            f"SELECT {COLUMNS} FROM runs WHERE name = ? AND level = ? AND low <= ? ORDER BY low DESC LIMIT 1", (name, level, around)
        )
    if not found:
        found = snapshot.rows(f"SELECT {COLUMNS} FROM runs WHERE name = ? AND level = ? ORDER BY low {direction} LIMIT 1", (name, level))
    following = f"SELECT {COLUMNS} FROM runs WHERE name = ? AND level = ? AND low {sign} ? ORDER BY low {direction} LIMIT 1"
    while found:
        run = run_from(found[0])
        if until is not None and (run.low < until if descending else run.low > until):
            return
        yield run
        found = snapshot.rows(following, (name, level, run.low))


def missing(snapshot: Snapshot, name: str) -> BitMap:
    """Return the rows that have no value to be sorted by."""
    found = snapshot.rows("SELECT rows FROM runs WHERE name = ? AND level = ?", (name, MISSING))
    return BitMap.deserialize(found[0][0]) if found else BitMap()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison with a value, as SQL writes it: its sign and the value."""

    sign: str
    value: Any

    def holds(self, low: Any, high: Any) -> bool:
        """Say whether all values between two pass."""
        passes = COMPARISONS[self.sign]
        return passes(low, self.value) and passes(high, self.value)


def compared(snapshot: Snapshot, resource: Resource, one: Filter, column: str, comparison: Comparison) -> BitMap:
    """Return the rows with a value that passes: whole groups, whole runs, and of one run what SQL finds."""
    found = BitMap()
    name = filter_order(resource, one, column)
    for low, high, rows in _reaching(snapshot, name, GROUP, comparison):
        if comparison.holds(low, high):
            found |= BitMap.deserialize(rows)
            continue
        for first, last, within in _reaching(snapshot, name, RUN, comparison, (low, high)):
            run = Run(first, last, BitMap.deserialize(within))
            found |= run.rows if comparison.holds(first, last) else _edge(snapshot, filter_table(resource, one), column, comparison, run)
    return found


def _reaching(snapshot: Snapshot, name: str, level: int, comparison: Comparison, bounds: tuple[Any, ...] = ()) -> list[Any]:
    """Return bounds and rows of the runs, or groups, within bounds that hold a value that passes."""
    nearest = "high" if comparison.sign.startswith(">") else "low"
    within = " AND low BETWEEN ? AND ?" if bounds else ""
    statement = f"SELECT low, high, rows FROM runs WHERE name = ? AND level = ?{within} AND {nearest} {comparison.sign} ?"
    return snapshot.rows(statement, (name, level, *bounds, comparison.value))


def _edge(snapshot: Snapshot, table: str, column: str, comparison: Comparison, run: Run) -> BitMap:
    """Return the rows of a run with a value that passes."""
    condition, bound = "value BETWEEN ? AND ?", [run.low, run.high]
    if column != FIRST:  # no index leads to these but by the row
        condition, bound = "row IN carray(?)", [apsw.carray(array("q", run.rows))]
    statement = f"SELECT row FROM {table} WHERE {condition} AND {column} {comparison.sign} ?"
    return BitMap([row for (row,) in snapshot.rows(statement, (*bound, comparison.value))])
