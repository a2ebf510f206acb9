"""Bringing orders up to date after the rows of some blocks have been replaced: only the runs that these rows are in are cut again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Final

import apsw
from pyroaring import BitMap

from schemas import Resource

from .layout import as_numbers, keys_index, sort_column, within
from .order_writing import Pair, cut, cut_values, filter_orders, sorted_keys, write_groups, write_missing, write_runs
from .orders import COLUMNS, MISSING, Run, ids_in_row_order, run_from, sort_order

Block = tuple[int, int]
MOST_SPANS: Final = 2  # that a run without an order grows to before it is cut again: to look up the keys of all its rows takes long
BEFORE_ALL: Final = -1  # the place of what is before the first run


@dataclass(frozen=True, slots=True)
class Source:
    """Where the keys of an order stand: a table, the column, what rows of one key are in order of, and whether runs are in order."""

    table: str
    column: str
    last: str
    sorting: bool

    def pairs(self, database: apsw.Connection, rows: BitMap, low: Any, high: Any) -> Iterator[Pair]:
        """Return the pairs of some rows whose keys are within two keys, in order."""
        statement = (
            f"SELECT {self.column}, row FROM {self.table} WHERE row IN carray(?) AND {self.column} BETWEEN ? AND ?"
            f" ORDER BY {self.column}, {self.last}"
        )
        return database.execute(statement, (as_numbers(rows), low, high))

    def place(self, database: apsw.Connection, row: int) -> tuple[Any, Any]:
        """Return the key of a row, and what it is in order of among the rows of that key."""
        ((key, last),) = database.execute(f"SELECT {self.column}, {self.last} FROM {self.table} WHERE row = ?", (row,))
        return key, last

    def within(self, database: apsw.Connection, block: Block, condition: str) -> list[Pair]:
        """Return the pairs of a block under a condition."""
        statement = f"SELECT {self.column}, row FROM {self.table} WHERE row BETWEEN ? AND ? AND {self.column} {condition}"
        return list(database.execute(statement, block))


def refresh_orders(database: apsw.Connection, resource: Resource, blocks: Sequence[Block], span: int, grouped: int) -> None:
    """Bring the orders of a type up to date, after the rows of some blocks have been replaced."""
    table = f"{resource.collection} INDEXED BY {keys_index(resource)}"
    last = "row" if ids_in_row_order(resource) else "id"
    for key in sorted_keys(resource):
        name, source = sort_order(resource, key), Source(table, sort_column(key), last, sorting=True)
        _refresh(database, name, source, blocks, span)
        _refresh_missing(database, name, source, blocks)
        write_groups(database, name, grouped, reaching=False)
    for name, table, column in filter_orders(resource):
        _refresh(database, name, Source(table, column, "row", sorting=False), blocks, span)
        write_groups(database, name, grouped, reaching=True)


def _refresh_missing(database: apsw.Connection, name: str, source: Source, blocks: Sequence[Block]) -> None:
    ((found,),) = database.execute("SELECT rows FROM runs WHERE name = ? AND level = ?", (name, MISSING))
    rows = BitMap.deserialize(found)
    for block in blocks:
        rows.remove_range(block[0], block[1] + 1)
        rows |= BitMap([row for _, row in source.within(database, block, "IS NULL")])
    write_missing(database, name, rows)


def _refresh(database: apsw.Connection, name: str, source: Source, blocks: Sequence[Block], span: int) -> None:
    """Cut again the runs of an order that rows went out of, or that rows come into."""
    gone = within(blocks)
    known = list(
        database.execute("SELECT rowid, low, high, size, ascending IS NULL FROM runs WHERE name = ? AND level = 0 ORDER BY low", (name,))
    )
    alone = [without and (source.sorting or (low == high and size >= span)) for _, low, high, size, without in known]
    coming = _assigned(source, database, blocks, known, alone)
    for place, (rowid, *_) in enumerate(known):
        (run,) = map(run_from, database.execute(f"SELECT {COLUMNS} FROM runs WHERE rowid = ?", (rowid,)))
        pairs = coming.get((place, place), [])
        if not pairs and not run.rows.intersect(gone):
            continue
        database.execute("DELETE FROM runs WHERE rowid = ?", (rowid,))
        write_runs(database, name, _again(source, database, run, alone[place], gone, pairs, span))
    for (place, other), pairs in coming.items():
        if place != other:  # between two runs that are one value each
            keys = [key for key, _ in pairs]
            found = source.pairs(database, BitMap([row for _, row in pairs]), min(keys), max(keys))
            write_runs(database, name, _cut(source, found, span))


def _assigned(
    source: Source, database: apsw.Connection, blocks: Sequence[Block], known: Sequence[Any], alone: Sequence[bool]
) -> dict[tuple[int, int], list[Pair]]:
    """Return the pairs that come in, by the place of the run that takes them, or by the two places that they fall between."""
    lows, highs = [low for _, low, *_ in known], [high for _, _, high, *_ in known]
    found: dict[tuple[int, int], list[Pair]] = defaultdict(list)
    for block in blocks:
        for key, row in source.within(database, block, "IS NOT NULL"):
            place = bisect_right(lows, key) - 1
            if place == BEFORE_ALL or highs[place] < key:
                place, other = _beside(place, alone)
            else:
                other = place
            found[place, other].append((key, row))
    return found


def _beside(place: int, alone: Sequence[bool]) -> tuple[int, int]:
    """Return the run of several values behind, or before, a gap, twice; or the places on both sides where there is none."""
    for one in (place + 1, place):
        if 0 <= one < len(alone) and not alone[one]:
            return one, one
    return place, place + 1


def _again(  # noqa: PLR0917 - a run is cut again by all of this
    source: Source, database: apsw.Connection, run: Run, alone: bool, gone: BitMap, pairs: Sequence[Pair], span: int
) -> Iterable[Run]:
    """Return the runs that a run becomes, without the rows that are gone and with those that come; one that is alone is of one value.

    Where runs are in no order, one stays whole as long as it is not too long: all its keys are within those that it had, or that come.
    """
    if source.sorting and not alone:
        return _patched(source, database, run, gone, pairs, span)
    keys = [run.low, run.high, *(key for key, _ in pairs)]
    rows = run.rows - gone | BitMap([row for _, row in pairs])
    if alone or len(rows) <= MOST_SPANS * span:
        return [Run(min(keys), max(keys), rows)] if rows else []
    return _cut(source, source.pairs(database, rows, min(keys), max(keys)), span)


def _patched(  # noqa: PLR0917 - a run is cut again by all of this
    source: Source, database: apsw.Connection, run: Run, gone: BitMap, pairs: Sequence[Pair], span: int
) -> Iterator[Run]:
    """Yield the runs that a run of several values becomes, without the rows that are gone and with those that come.

    The others are in order already: of them only those are looked up that one which comes has to be compared with.
    """
    place = cache(partial(source.place, database))
    values = [staying for rows in run.values() if (staying := [row for row in rows if row not in gone])]
    for key, row in pairs:
        at = bisect_left(values, key, key=lambda rows: place(rows[0])[0])
        if at < len(values) and place(values[at][0])[0] == key:
            insort(values[at], row, key=lambda one: place(one)[1])
        else:
            values.insert(at, [row])
    for made in cut_values(((rows[0], rows) for rows in values), span):
        yield replace(made, low=place(made.low)[0], high=place(made.high)[0])


def _cut(source: Source, pairs: Iterator[Pair], span: int) -> list[Run]:
    made = list(cut(pairs, span))
    return made if source.sorting else [Run(run.low, run.high, run.rows) for run in made]
