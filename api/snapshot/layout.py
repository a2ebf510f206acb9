"""How a snapshot is laid out, derived from RESOURCES: its tables, its version, and which files are snapshots at all."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import apsw
from pyroaring import BitMap

from schemas import Filter, Resource
from schemas.paths import end

MAGIC: Final = b"SQLite format 3\x00"
HEADER_BYTES: Final = 100
APPLICATION_ID: Final = 0x526F7374  # "Rost", in the header of every snapshot
FORMAT: Final = 1
MOST_ROWS: Final = 1 << 32  # of a collection, gaps included: each number of a row fits into 32 bits
SUFFIX: Final = ".rostrum"
ROOT: Final = Path(__file__).parents[2]
DECIDING: Final = ("api/formats", "api/search_text.py", "api/snapshot", "api/verify", "api/words.py", "schemas")
Rows = Callable[[str, Sequence[Any]], Iterable[Any]]  # what reads the rows that a statement finds, given what is bound in it

COMMON: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE integrity (debate TEXT PRIMARY KEY, report BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE texts (source TEXT PRIMARY KEY, text BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE exports (name TEXT PRIMARY KEY, size INTEGER NOT NULL, sha256 BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE export_parts (name TEXT, offset INTEGER, size INTEGER NOT NULL, rendering TEXT NOT NULL, collection TEXT NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, literal BLOB NOT NULL, PRIMARY KEY (name, offset)) WITHOUT ROWID;
"""

BLOCKS: Final = """
CREATE TABLE blocks (collection TEXT, debate TEXT, first INTEGER NOT NULL, last INTEGER NOT NULL, reserved INTEGER NOT NULL,
  PRIMARY KEY (collection, debate)) WITHOUT ROWID;
CREATE TABLE inputs (debate TEXT PRIMARY KEY, known BLOB NOT NULL) WITHOUT ROWID;
"""


def tables(resource: Resource) -> Iterator[str]:
    """Yield the statements that make the tables of one type.

    ``row`` numbers the records in the default order of their collection, with gaps between debates. Each filter has a table of its
    own of value and row; a date's values are the first and the last day that it can mean. What a record is served as stands in `records`.
    """
    keys = "".join(f", {sort_column(key)}" for key in own_sorts(resource))
    name = resource.collection
    yield f"CREATE TABLE {name} (row INTEGER PRIMARY KEY, id TEXT NOT NULL{keys}, reference BLOB NOT NULL)"
    for one in resource.filters:
        last = ", last" if is_date(resource, one) else ""
        table = filter_table(resource, one)
        yield f"CREATE TABLE {table} (value{last}, row INTEGER NOT NULL, PRIMARY KEY (value{last}, row)) WITHOUT ROWID"


def indexes(resource: Resource) -> Iterator[str]:
    """Yield the statements that make the indexes of one type, for after its rows are in."""
    name = resource.collection
    yield f"CREATE UNIQUE INDEX {name}_by_id ON {name} (id)"
    keys = "".join(f", {sort_column(key)}" for key in own_sorts(resource))
    yield f"CREATE INDEX {keys_index(resource)} ON {name} (row, id{keys})"  # what rows are sorted by, without their references
    for one in resource.filters:
        table = filter_table(resource, one)
        yield f"CREATE INDEX {table}_by_row ON {table} (row)"


def sort_column(key: str) -> str:
    """Return the column that a sort key compares."""
    return "id" if key == "id" else f"sort_{key}"


def keys_index(resource: Resource) -> str:
    """Return the index that holds what the rows of a collection are sorted by."""
    return f"{resource.collection}_keys"


def own_sorts(resource: Resource) -> list[str]:
    """Return the sort keys that have a column of their own: all but the id, which every record has anyway."""
    return [key for key in resource.sorts if key != "id"]


def filter_table(resource: Resource, one: Filter) -> str:
    """Return the table that holds the values of a filter."""
    return f"{resource.collection}_with_{one.name}"


def is_date(resource: Resource, one: Filter) -> bool:
    """Say whether a filter compares dates."""
    return end(resource, one.steps, one.target).kind == "date"


@cache
def software() -> str:
    """Return the hash of the code that decides what a snapshot holds, so that none is served that other code has built."""
    places = [ROOT / name for name in DECIDING]
    files = sorted(path for place in places for path in (place.rglob("*.py") if place.is_dir() else [place]))
    named = (path.relative_to(ROOT).as_posix().encode() + path.read_bytes() for path in files)
    return hashlib.sha256(b"".join(named)).hexdigest()[:16]


def file_name(digest: str) -> str:
    """Return the name under which the snapshot of a dataset is kept."""
    return f"{digest.removeprefix('sha256:')[:16]}-{FORMAT}-{software()}{SUFFIX}"


def may_be_replaced(path: Path) -> bool:
    """Say whether a build may take the place of what has that name: nothing, an empty file, or a snapshot, whole or not."""
    if not path.is_file():
        return True  # nothing is there, or what the build will refuse
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
    except OSError:
        return True  # the build will say what is wrong
    return not header or (header.startswith(MAGIC) and int.from_bytes(header[68:72], "big") == APPLICATION_ID)


def packed(rows: BitMap) -> bytes:
    """Return the bytes of a set, which is held in the way that takes fewest from then on."""
    rows.run_optimize()
    return bytes(rows.serialize())


def within(blocks: Iterable[tuple[int, int]]) -> BitMap:
    """Return the rows of some blocks, each of which is its first and its last row."""
    rows = BitMap()
    for first, last in blocks:
        rows.add_range(first, last + 1)
    return rows


def as_numbers(rows: Iterable[int]) -> apsw.CArrayBinding | None:
    """Return rows as `carray(?)` takes them: of none NULL, which it takes for no rows, since the binding of an empty array is refused."""
    numbers = array("q", rows)
    return apsw.carray(numbers) if numbers else None
