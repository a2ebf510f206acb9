"""The sets of what filters ask for, made from the filters' tables; and what of them changes with a block of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import apsw
from pyroaring import BitMap

from api.bounds import MOST_FACET_VALUES
from api.filters import BUCKETS
from schemas import Filter, Resource

from .layout import Rows, as_numbers, filter_table, is_date, within
from .sets import LEAST, WHOLE, any_name, bucket_of, every_name, keep, keep_few, rare_name, value_name

MOST_NOTED: Final = 2 * MOST_FACET_VALUES  # values, so that building again may lose half of them before it has to count all
Block = tuple[int, int]  # first and last row, both within
Kind = tuple[str, str, str, bool]  # the name of sets, the table and the expression of their values, whether rare values have none


def kinds(resource: Resource) -> Iterator[Kind]:
    """Yield the kinds of sets that the filters of a type have: of values, and of a date's buckets."""
    for one in resource.filters:
        table = filter_table(resource, one)
        if is_date(resource, one):
            for bucket in BUCKETS:
                yield value_name(resource, one, bucket), table, bucket_of("value", bucket), False
        else:
            yield value_name(resource, one), table, "value", True


def write_sets(database: apsw.Connection, resource: Resource, least: int = LEAST) -> None:
    """Write the sets of a type."""
    keep(database, every_name(resource.collection), WHOLE, _column(database, f"SELECT row FROM {resource.collection} ORDER BY row"))
    for one in _dated(resource):
        keep(database, any_name(value_name(resource, one)), WHOLE, _standing(database, filter_table(resource, one), "1"))
    for name, table, expression, plain in kinds(resource):
        some, rare = BitMap(), BitMap()
        pairs = database.execute(f"SELECT {expression}, row FROM {table} WHERE {expression} IS NOT NULL ORDER BY value, row")
        for value, group in groupby(pairs, key=itemgetter(0)):
            rows = BitMap([row for _, row in group])
            some |= rows
            if len(rows) >= least or not plain:
                keep(database, name, value, rows)
            else:
                rare |= rows
                keep_few(database, name, value, rows)
        keep(database, any_name(name), WHOLE, some)
        keep(database, rare_name(name), least, rare)
        if plain:
            note_frequent(database, name, table)


def _dated(resource: Resource) -> Iterator[Filter]:
    return (one for one in resource.filters if is_date(resource, one))


def _column(database: apsw.Connection, statement: str, bound: Sequence[Any] = ()) -> list[Any]:
    return [value for (value,) in database.execute(statement, bound)]


def _standing(database: apsw.Connection, table: str, condition: str, bound: Sequence[Any] = ()) -> BitMap:
    """Return the rows that stand in a filter's table under a condition."""
    return BitMap(_column(database, f"SELECT row FROM {table} WHERE {condition}", bound))


def note_frequent(database: apsw.Connection, name: str, table: str) -> None:
    """Write the values of a filter that a facet of the whole collection shows at most, and those that come next."""
    database.execute("DELETE FROM frequent WHERE name = ?", (name,))
    counted = f"SELECT ?, count(*), value FROM {table} GROUP BY value ORDER BY count(*) DESC, value LIMIT ?"
    database.execute(f"INSERT INTO frequent {counted}", (name, MOST_NOTED))


def refresh_frequent(database: apsw.Connection, name: str, table: str, sizes: Mapping[Any, int]) -> None:
    """Bring those values up to date, given how many rows those stand in now that stand in others than before.

    Where there may be more values than are noted, all that is known of the others is that they come behind the last one: only where
    too few come before that are all values counted again.
    """
    noted: list[Any] = database.execute("SELECT size, value FROM frequent WHERE name = ? ORDER BY size DESC, value", (name,)).fetchall()
    more = len(noted) >= MOST_FACET_VALUES
    least = noted[-1][0] if more else 1
    gone = ((name, size, value) for size, value in noted if value in sizes)
    database.executemany("DELETE FROM frequent WHERE name = ? AND size = ? AND value = ?", gone)
    new = ((name, size, value) for value, size in sizes.items() if size >= least)
    database.executemany("INSERT INTO frequent VALUES (?, ?, ?)", new)
    if more:
        _forget(database, name, noted[-1])
        ((left,),) = database.execute("SELECT count(*) FROM frequent WHERE name = ?", (name,))
        if left < MOST_FACET_VALUES:
            note_frequent(database, name, table)
    place = "SELECT size, value FROM frequent WHERE name = ? ORDER BY size DESC, value LIMIT 1 OFFSET ?"
    for last in database.execute(place, (name, MOST_NOTED - 1)).fetchall():
        _forget(database, name, last)


def _forget(database: apsw.Connection, name: str, last: Any) -> None:
    """Take out the values that come behind one, which is given with its size before it."""
    behind = "DELETE FROM frequent WHERE name = ?1 AND (size < ?2 OR (size = ?2 AND value > ?3))"
    database.execute(behind, (name, *last))


def values_within(rows: Rows, resource: Resource, block: Block) -> dict[str, set[Any]]:
    """Return the values that stand in the rows of a block, by the name of their sets, given what reads the tables."""
    return {
        name: {value for (value,) in rows(f"SELECT {expression} FROM {table} INDEXED BY {table}_by_row WHERE row BETWEEN ? AND ?", block)}
        - {None}
        for name, table, expression, _ in kinds(resource)
    }


def refresh_sets(database: apsw.Connection, resource: Resource, blocks: Sequence[Block], changed: dict[str, set[Any]]) -> None:
    """Bring the sets of a type up to date, where the values that stood or stand in the rows of some blocks are `changed`."""
    _renew(database, every_name(resource.collection), WHOLE, blocks, f"SELECT row FROM {resource.collection} WHERE row BETWEEN ? AND ?")
    for one in _dated(resource):
        name, table = value_name(resource, one), filter_table(resource, one)
        _renew(database, any_name(name), WHOLE, blocks, f"SELECT row FROM {table} WHERE row BETWEEN ? AND ?")
    for name, table, expression, plain in kinds(resource):
        sizes = _refresh_kind(database, (name, table, expression, plain), blocks, changed[name])
        if plain:
            refresh_frequent(database, name, table, sizes)


def _refresh_kind(database: apsw.Connection, kind: Kind, blocks: Sequence[Block], changed: Iterable[Any]) -> dict[Any, int]:
    """Bring the sets of a kind up to date where some values changed, and return how many rows each of these stands in."""
    name, table, expression, plain = kind
    sizes = {}
    within = f"SELECT row FROM {table} WHERE row BETWEEN ? AND ? AND {expression}"
    _renew(database, any_name(name), WHOLE, blocks, f"{within} IS NOT NULL")
    (least,) = _column(database, "SELECT value FROM sets WHERE name = ?", (rare_name(name),))
    gone = BitMap()
    database.executemany("DELETE FROM few WHERE name = ? AND value = ?", ((name, value) for value in changed))
    for value in sorted(changed):
        stands = database.execute("SELECT 1 FROM sets WHERE name = ? AND value = ?", (name, value)).fetchone()
        if stands:
            rows = _renew(database, name, value, blocks, f"{within} = ?", value)
        else:
            rows = _standing(database, table, f"{expression} = ?", (value,))
            if len(rows) >= least or not plain:
                keep(database, name, value, rows)
                gone |= rows
            else:
                keep_few(database, name, value, rows)
        sizes[value] = len(rows)
    _refresh_rare(database, kind, blocks, gone, least)
    return sizes


def _refresh_rare(database: apsw.Connection, kind: Kind, blocks: Sequence[Block], gone: BitMap, least: int) -> None:
    """Look again at which rows have a rare value: those of the blocks, and those of values that have a set now."""
    name, table, _, plain = kind
    if not plain:
        return
    again = gone | within(blocks)
    some, kept = _only(database, any_name(name)), _only(database, rare_name(name))
    condition = f"row IN carray(?) AND NOT EXISTS (SELECT 1 FROM sets WHERE name = ? AND sets.value = {table}.value)"
    found = _standing(database, table, condition, (as_numbers(again & some), name))
    keep(database, rare_name(name), least, (kept - again) | found)


def _only(database: apsw.Connection, name: str) -> BitMap:
    """Return the one set of a name."""
    (rows,) = _column(database, "SELECT rows FROM sets WHERE name = ?", (name,))
    return BitMap.deserialize(rows)


def _renew(database: apsw.Connection, name: str, value: Any, blocks: Sequence[Block], within: str, *bound: Any) -> BitMap:
    """Take the rows of blocks out of a set, put those into it that a statement finds within them, and return it; an empty one goes."""
    (found,) = _column(database, "SELECT rows FROM sets WHERE name = ? AND value = ?", (name, value))
    rows = BitMap.deserialize(found)
    for first, last in blocks:
        rows.remove_range(first, last + 1)
        rows |= BitMap(_column(database, within, (first, last, *bound)))
    if rows or value == WHOLE:
        keep(database, name, value, rows)
    else:
        database.execute("DELETE FROM sets WHERE name = ? AND value = ?", (name, value))
    return rows
