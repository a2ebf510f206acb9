"""What is derived from the tables of a snapshot once these are in: the sets that queries are answered with, and the orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import apsw

from schemas import RESOURCES

from .filter_sets import Block, refresh_sets, values_within, write_sets
from .layout import Rows
from .order_refresh import refresh_orders
from .order_writing import write_orders
from .orders import GROUPED, SPAN
from .sets import LEAST

Note = dict[str, set[Any]]  # the values that stand in the rows of a block, by the name of their sets
COLLECTIONS: Final = {resource.collection: resource for resource in RESOURCES}


@dataclass(frozen=True, slots=True)
class Cut:
    """How fine sets and orders are cut; tests take less, so that little data fills many."""

    least: int = LEAST
    span: int = SPAN
    grouped: int = GROUPED


def write(database: apsw.Connection, cut: Cut = Cut()) -> None:
    """Write all sets and orders, in the place of those that are there; the tables and their indexes are in."""
    for resource in RESOURCES:
        names = f"{resource.collection}.*", f"{resource.collection}"
        for table in ("sets", "few"):
            database.execute(f"DELETE FROM {table} WHERE name GLOB ? OR name = ?", names)
        write_sets(database, resource, cut.least)
        write_orders(database, resource, cut.span, cut.grouped)


def touched(rows: Rows, collection: str, first: int, last: int) -> Note:
    """Return a note of what the rows of a block contribute, given what reads the tables where they are."""
    return values_within(rows, COLLECTIONS[collection], (first, last))


def refresh(
    database: apsw.Connection,
    collection: str,
    blocks: Sequence[Block],
    notes: Sequence[Note],
    cut: Cut = Cut(),
) -> None:
    """Bring the sets and orders of a collection up to date, after the rows of some blocks have been replaced; `notes` are of the old rows.

    Each answer is then the one that writing all anew would give; a value whose rows became few may keep its set.
    """
    resource = COLLECTIONS[collection]
    if blocks:
        both = [*notes, *(values_within(database.execute, resource, block) for block in blocks)]
        changed = {name: {value for note in both for value in note[name]} for name in both[0]}
        refresh_sets(database, resource, blocks, changed)
        refresh_orders(database, resource, blocks, cut.span, cut.grouped)
