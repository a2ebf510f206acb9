"""Orders: the rows of a collection by what they are sorted by, or compared by, cut into runs of some hundred rows.

A run is a set of rows, so that how many rows of a query stand in it takes a microsecond to count; and it holds them in their order.
A value that stands in many rows is a run of its own, in which the next key decides. Runs that follow one another make a group, so that
what is far from the beginning is reached without a look at each run. In the order of what a filter compares, a run also holds its reach:
all rows from the beginning of its group on, and a group all from the beginning of the order on. Thus neither a page nor a comparison
visits all rows.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import le, lt
from typing import Any, Final

from pyroaring import BitMap

from schemas import Filter, Resource

from .layout import as_numbers, filter_table
from .read import Snapshot
from .sets import any_name, value_name, whole

TABLE: Final = """
CREATE TABLE runs (name TEXT NOT NULL, level INTEGER NOT NULL, low, high, size INTEGER NOT NULL, rows BLOB NOT NULL,
  ascending BLOB, descending BLOB, reach BLOB);
CREATE UNIQUE INDEX runs_by_low ON runs (name, level, low);
"""
SPAN: Final = 512  # rows from which on a run, or a value, is one for itself
GROUPED: Final = 32  # runs in a group
RUN, GROUP, MISSING = 0, 1, 2  # the levels: runs, groups of them, and the rows without a value
FIRST, LAST = "value", "last"  # the columns that a filter compares
BELOW: Final[Mapping[str, Callable[[Any, Any], bool]]] = {"<=": le, "<": lt}
OPPOSITE: Final = {">=": "<", ">": "<="}
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

    def values(self) -> list[list[int]]:
        """Return the rows of several values in their order, those of a value together: they come in the same order in both directions."""
        ascending, descending = (self.ordered(descending=direction).tolist() for direction in (False, True))
        places = {row: place for place, row in enumerate(ascending)}
        found, behind = [], len(ascending)
        while behind:
            begin = places[descending[len(ascending) - behind]]
            found.append(ascending[begin:behind])
            behind = begin
        return found[::-1]


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


def _run(snapshot: Snapshot, number: int) -> Run:
    """Return a run, or a group, by its number in the table."""
    key = "runs", number
    remembered: Run | None = snapshot.memory.get(key)
    if remembered is not None:
        return remembered
    (row,) = snapshot.rows(f"SELECT {COLUMNS} FROM runs WHERE rowid = ?", (number,))
    made = run_from(row)
    snapshot.memory.keep(key, made, sum(len(one) for one in row[2:] if one))
    return made


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
    of = "SELECT rowid FROM runs WHERE name = ? AND level = ?"
    found = snapshot.rows(f"{of} AND low <= ? ORDER BY low DESC LIMIT 1", (name, level, around)) if around is not None else []
    found = found or snapshot.rows(f"{of} ORDER BY low {direction} LIMIT 1", (name, level))
    while found:
        run = _run(snapshot, found[0][0])
        if until is not None and (run.low < until if descending else run.low > until):
            return
        yield run
        found = snapshot.rows(f"{of} AND low {sign} ? ORDER BY low {direction} LIMIT 1", (name, level, run.low))


def missing(snapshot: Snapshot, name: str) -> BitMap:
    """Return the rows that have no value to be sorted by."""
    found = snapshot.rows("SELECT rows FROM runs WHERE name = ? AND level = ?", (name, MISSING))
    return BitMap.deserialize(found[0][0]) if found else BitMap()


def compared(snapshot: Snapshot, resource: Resource, one: Filter, column: str, comparison: tuple[str, Any]) -> BitMap:
    """Return the rows whose value, of which each has one at most, compares so with another; a comparison is its sign and the other value.

    What is above or at a value is what has any, without what is below it.
    """
    sign, value = comparison
    if sign in BELOW:
        return _up_to(snapshot, resource, one, column, (sign, value))
    return whole(snapshot, any_name(value_name(resource, one))) - _up_to(snapshot, resource, one, column, (OPPOSITE[sign], value))


def _up_to(snapshot: Snapshot, resource: Resource, one: Filter, column: str, comparison: tuple[str, Any]) -> BitMap:
    """Return the rows below a value, or at it as well.

    These are the groups before the last one that is reached, the runs in it before the last one, and what SQL finds in that.
    """
    name, (sign, value) = filter_order(resource, one, column), comparison
    passes = BELOW[sign]
    groups = _reached(snapshot, name, GROUP, comparison)
    if not groups or passes(groups[0][1], value):
        return BitMap.deserialize(groups[0][2]) if groups else BitMap()
    runs = _reached(snapshot, name, RUN, comparison)
    inner = [BitMap.deserialize(reach) for low, _, reach in runs[1:] if low >= groups[0][0]]
    found = BitMap().union(*inner, *(BitMap.deserialize(reach) for _, _, reach in groups[1:]))
    last = BitMap.deserialize(runs[0][2])
    if passes(runs[0][1], value):
        return found | last
    own = last - inner[0] if inner else last
    condition, bound = "value BETWEEN ? AND ?", [runs[0][0], runs[0][1]]
    if column != FIRST:  # no index leads to these but by the row
        condition, bound = "row IN carray(?)", [as_numbers(own)]
    edge = snapshot.rows(f"SELECT row FROM {filter_table(resource, one)} WHERE {condition} AND {column} {sign} ?", (*bound, value))
    return found | BitMap([row for (row,) in edge])


def _reached(snapshot: Snapshot, name: str, level: int, comparison: tuple[str, Any]) -> list[Any]:
    """Return bounds and reach of the last run, or group, that a value below another is in, and of the one before it."""
    sign, value = comparison
    statement = f"SELECT low, high, reach FROM runs WHERE name = ? AND level = ? AND low {sign} ? ORDER BY low DESC LIMIT 2"
    return snapshot.rows(statement, (name, level, value))
