"""Compiling a valid dataset into a snapshot, whole or not at all: a draft is written beside it, then renamed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import apsw

from schemas import RESOURCES, Filter, Resource
from schemas.canonical import compact
from schemas.dataset import Dataset
from schemas.dates import period
from schemas.paths import sort_value, values

from .computed import public
from .layout import APPLICATION_ID, COMMON, FORMAT, filter_table, indexes, is_date, software, tables
from .model import Model

Records = dict[str, dict[str, dict[str, Any]]]


def build(dataset: Dataset, target: Path) -> None:
    """Compile a dataset that ``schemas.load.load`` returned into the file `target`.

    :raises OSError: the file cannot be written; what stood there before still does.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.draft-{os.getpid()}")
    try:
        _write(dataset, draft)
        _sync(draft)
        draft.replace(target)
        _sync(target.parent)
    except apsw.Error as error:
        raise OSError(f"the snapshot {target} cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have the system write a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(dataset: Dataset, draft: Path) -> None:
    draft.unlink(missing_ok=True)
    records = compiled(dataset)
    database = apsw.Connection(str(draft))
    try:
        database.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE")
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}")
        with database:
            database.execute(COMMON)
            for resource in RESOURCES:
                _write_type(database, resource, records)
            database.executemany("INSERT INTO texts VALUES (?, ?)", sorted((name, text.text.encode()) for name, text in dataset.texts.items()))
            database.executemany("INSERT INTO meta VALUES (?, ?)", _meta(dataset, records))
        database.execute("ANALYZE")
    finally:
        database.close()


def compiled(dataset: Dataset) -> Records:
    """Return the public form of all records, by type and served id, in the default order of each collection."""
    model = Model(dataset)
    return {resource.type: dict(_in_order(resource, model)) for resource in RESOURCES}


def _in_order(resource: Resource, model: Model) -> Iterable[tuple[str, dict[str, Any]]]:
    keys = [resource.sorts[key] for key in (*resource.default_sort.split(","), "id")]
    made = [public(model, entry) for entry in model.dataset.all(resource.type)]
    return [(record["id"], record) for record in sorted(made, key=lambda record: [sort_value(record, key) for key in keys])]


def _write_type(database: apsw.Connection, resource: Resource, records: Records) -> None:
    """Write the tables of one type."""
    for statement in tables(resource):
        database.execute(statement)
    columns = 4 + len(resource.sorts)
    insert = f"INSERT INTO {resource.collection} VALUES ({','.join('?' * columns)})"
    database.executemany(insert, _rows(resource, records[resource.type].values()))
    for one in resource.filters:
        marks = "?, ?, ?" if is_date(resource, one) else "?, ?"
        database.executemany(f"INSERT INTO {filter_table(resource, one)} VALUES ({marks})", _pairs(resource, one, records))
    for statement in indexes(resource):
        database.execute(statement)


def _rows(resource: Resource, records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for row, record in enumerate(records, start=1):
        keys = (sort_value(record, path) for path in resource.sorts.values())
        yield row, record["id"], *keys, compact(resource.reference(record)), compact(record)


def _pairs(resource: Resource, one: Filter, records: Records) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a filter's table: each value once a record, in the order of the key."""
    dated = is_date(resource, one)

    def fetch(type_: str, served: str) -> Mapping[str, Any]:
        return records[type_][served]

    pairs = ((value, row) for row, record in enumerate(records[resource.type].values(), start=1) for value in set(values(record, one, fetch)))
    yield from sorted((*days(value), row) if dated else (value, row) for value, row in pairs)


def days(date: str) -> tuple[str, str]:
    """Return the first and the last day that an EDTF date can mean; an open end sorts before, or behind, all days."""
    found = period(date)
    return found.earliest.isoformat() if found.earliest else "", found.latest.isoformat() if found.latest else "~"


def _meta(dataset: Dataset, records: Records) -> Iterator[tuple[str, str]]:
    """Yield what a snapshot says of itself; ``complete`` is written last."""
    yield "software", software()
    yield "digest", dataset.digest
    yield "about", json.dumps(dataset.about, ensure_ascii=False)
    yield "counts", json.dumps({resource.collection: len(records[resource.type]) for resource in RESOURCES})
    yield "complete", "yes"
