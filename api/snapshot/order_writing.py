"""Writing orders: the rows of a collection in order, cut into runs and groups of them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import apsw
from pyroaring import BitMap

from api.filters import end_of
from schemas import Resource

from .layout import filter_table, keys_index, packed, sort_column
from .orders import FIRST, GROUP, GROUPED, LAST, MISSING, RUN, SPAN, Run, filter_order, ids_in_row_order, sort_order

INSERT: Final = "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
Pair = tuple[Any, int]  # a key and a row
Value = tuple[Any, Sequence[int]]  # a key and its rows in order


def filter_orders(resource: Resource) -> Iterator[tuple[str, str, str]]:
    """Yield name, table and column of the orders by what filters compare: numbers, and the days that a date can mean."""
    columns = {"number": (FIRST,), "date": (FIRST, LAST)}
    for one in resource.filters:
        for column in columns.get(end_of(resource, one).kind, ()):
            yield filter_order(resource, one, column), filter_table(resource, one), column


def sorted_keys(resource: Resource) -> Iterator[str]:
    """Yield the sort keys of a type that have an order: all but the one that rows are numbered by."""
    return (key for key in resource.sorts if key != "id" or not ids_in_row_order(resource))


def write_orders(database: apsw.Connection, resource: Resource, span: int = SPAN, grouped: int = GROUPED) -> None:
    """Write the orders of a type: runs of `span` rows or a few more, so many of them a group."""
    database.execute("DELETE FROM runs WHERE name GLOB ? OR name GLOB ?", (f"{resource.collection} *", f"{resource.collection}.*"))
    last = "row" if ids_in_row_order(resource) else "id"
    table = f"{resource.collection} INDEXED BY {keys_index(resource)}"
    for key in sorted_keys(resource):
        name, column = sort_order(resource, key), sort_column(key)
        pairs = database.execute(f"SELECT {column}, row FROM {table} WHERE {column} IS NOT NULL ORDER BY {column}, {last}")
        write_runs(database, name, cut(pairs, span))
        write_groups(database, name, grouped, reaching=False)
        write_missing(database, name, BitMap([row for (row,) in database.execute(f"SELECT row FROM {table} WHERE {column} IS NULL")]))
    for name, table, column in filter_orders(resource):
        pairs = database.execute(f"SELECT {column}, row FROM {table} ORDER BY {column}")
        write_runs(database, name, (Run(run.low, run.high, run.rows) for run in cut(pairs, span)))
        write_groups(database, name, grouped, reaching=True)


def cut(pairs: Iterable[Pair], span: int) -> Iterator[Run]:
    """Yield the runs of pairs in order: a value of `span` rows is one for itself, others come together until they are as many."""
    return cut_values(((key, array("I", [row for _, row in group])) for key, group in groupby(pairs, key=itemgetter(0))), span)


def cut_values(values: Iterable[Value], span: int) -> Iterator[Run]:
    """Yield the runs of values in order."""
    gathered: list[Value] = []
    count = 0
    for key, rows in values:
        if gathered and (count >= span or len(rows) >= span):
            yield together(gathered)
            gathered, count = [], 0
        if len(rows) >= span:
            yield Run(key, key, BitMap(rows))
        else:
            gathered.append((key, rows))
            count += len(rows)
    if gathered:
        yield together(gathered)


def together(gathered: Sequence[Value]) -> Run:
    """Return the run of several values, each with its rows in order."""
    ascending = array("I", [row for _, rows in gathered for row in rows])
    descending = array("I", [row for _, rows in reversed(gathered) for row in rows])
    return Run(gathered[0][0], gathered[-1][0], BitMap(ascending), ascending, None if descending == ascending[::-1] else descending)


def write_runs(database: apsw.Connection, name: str, runs: Iterable[Run]) -> None:
    """Write the runs of an order."""
    for run in runs:
        write_run(database, name, RUN, run)


def write_run(database: apsw.Connection, name: str, level: int, run: Run) -> None:
    """Write one run; its reach comes with its group."""
    arrays = [made if made is None else made.tobytes() for made in (run.ascending, run.descending)]
    database.execute(INSERT, (name, level, run.low, run.high, len(run.rows), packed(run.rows), *arrays, None))


def write_groups(database: apsw.Connection, name: str, grouped: int, *, reaching: bool) -> None:
    """Write the groups of an order anew, so many runs in each, and the reach of runs and groups where it is one of a filter."""
    database.execute("DELETE FROM runs WHERE name = ? AND level = ?", (name, GROUP))
    numbers = [row for (row,) in database.execute("SELECT rowid FROM runs WHERE name = ? AND level = ? ORDER BY low", (name, RUN))]
    reach = BitMap()
    for first in range(0, len(numbers), grouped):
        group = _group(database, numbers[first : first + grouped], reaching=reaching)
        write_run(database, name, GROUP, group)
        if reaching:
            reach |= group.rows
            _reach(database, database.last_insert_rowid(), reach)


def _group(database: apsw.Connection, numbers: Sequence[int], *, reaching: bool) -> Run:
    """Return a group of runs by the numbers of their rows, and note how far each one reaches."""
    bounds, rows = [], BitMap()
    for number in numbers:
        ((low, high, own),) = database.execute("SELECT low, high, rows FROM runs WHERE rowid = ?", (number,))
        rows |= BitMap.deserialize(own)
        bounds += [low, high]
        if reaching:
            _reach(database, number, rows)
    return Run(bounds[0], bounds[-1], rows)


def _reach(database: apsw.Connection, number: int, rows: BitMap) -> None:
    database.execute("UPDATE runs SET reach = ? WHERE rowid = ?", (packed(rows), number))


def write_missing(database: apsw.Connection, name: str, rows: BitMap) -> None:
    """Write the rows that have no value to be sorted by."""
    database.execute("DELETE FROM runs WHERE name = ? AND level = ?", (name, MISSING))
    write_run(database, name, MISSING, Run(None, None, rows))
