"""Compiling a valid dataset into a snapshot: its records in their public form, and the tables that queries are answered from."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import apsw

from schemas import RESOURCES, Filter, Resource
from schemas.canonical import compact
from schemas.dataset import Dataset
from schemas.dates import period
from schemas.paths import sort_value, values

from . import exports, integrity, passages, postings, search, sets
from .computed import public
from .draft import draft_of, sync
from .layout import APPLICATION_ID, COMMON, FORMAT, filter_table, indexes, is_date, own_sorts, software, tables
from .model import Model

Item = TypeVar("Item")
Records = dict[str, dict[str, dict[str, Any]]]
Tell = Callable[[int, int], None]


class Progress:
    """Counts the steps of a build and tells somebody how many of how many are done."""

    def __init__(self, total: int, tell: Tell) -> None:
        """Take how many steps there are and whom to tell."""
        self._done, self._total, self._tell = 0, total, tell

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield items, each one a step."""
        for item in items:
            yield item
            self._done += 1
            self._tell(self._done, self._total)


def nobody(done: int, total: int) -> None:
    """Take note of nothing."""


def build(dataset: Dataset, target: Path, tell: Tell = nobody) -> None:
    """Compile a dataset that ``schemas.load.load`` returned into the file `target`; `tell` hears of each step.

    :raises OSError: the file cannot be written; what stood there before still does.
    """
    try:
        target = Path(os.path.realpath(target))  # a link is followed and stays
        if target.exists() and not target.is_file():
            raise OSError("something else than a file has that name")
        target.parent.mkdir(parents=True, exist_ok=True)
        with draft_of(target) as draft:
            _write(dataset, draft, tell)
            sync(draft)
            draft.replace(target)
        sync(target.parent)
    except (OSError, apsw.Error) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise OSError(f"the snapshot {target} cannot be written: {reason}") from error


def _write(dataset: Dataset, draft: Path, tell: Tell) -> None:
    progress = Progress(2 * sum(len(dataset.all(resource.type)) for resource in RESOURCES), tell)
    records = compiled(dataset, progress)
    database = apsw.Connection(str(draft))
    try:
        database.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE")
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}")
        with database:
            database.execute(COMMON)
            database.execute(sets.TABLE)
            database.execute(search.TABLE)
            database.execute(search.GATHERED)
            for resource in RESOURCES:
                _write_type(database, resource, records, progress)
            database.execute(search.MERGED)
            postings.write(database)
            texts = sorted((name, text.text.encode()) for name, text in dataset.texts.items())
            database.executemany("INSERT INTO texts VALUES (?, ?)", texts)
            reports = [(report["debate"]["id"], compact(report)) for report in integrity.reports(records)]
            database.executemany("INSERT INTO integrity VALUES (?, ?)", reports)
            passages.write(database, {name: text.text for name, text in dataset.texts.items()}, records)
            exports.write(database, {**dataset.about, "digest": dataset.digest})
            database.executemany("INSERT INTO meta VALUES (?, ?)", _meta(dataset, records))
        database.execute("ANALYZE")
    finally:
        database.close()


def compiled(dataset: Dataset, progress: Progress | None = None) -> Records:
    """Return the public form of all records, by type and served id, in the default order of each collection."""
    model = Model(dataset)
    progress = progress or Progress(0, nobody)
    return {resource.type: dict(_in_order(resource, model, progress)) for resource in RESOURCES}


def _in_order(resource: Resource, model: Model, progress: Progress) -> Iterable[tuple[str, dict[str, Any]]]:
    keys = [resource.sorts[key] for key in (*resource.default_sort.split(","), "id")]
    made = [public(model, entry) for entry in progress.over(model.dataset.all(resource.type))]
    return [(record["id"], record) for record in sorted(made, key=lambda record: [sort_value(record, key) for key in keys])]


def _write_type(database: apsw.Connection, resource: Resource, records: Records, progress: Progress) -> None:
    """Write the tables of one type."""
    for statement in tables(resource):
        database.execute(statement)
    columns = 4 + len(own_sorts(resource))
    insert = f"INSERT INTO {resource.collection} VALUES ({','.join('?' * columns)})"
    database.executemany(insert, _rows(resource, progress.over(records[resource.type].values())))
    for one in resource.filters:
        marks = "?, ?, ?" if is_date(resource, one) else "?, ?"
        database.executemany(f"INSERT INTO {filter_table(resource, one)} VALUES ({marks})", _pairs(resource, one, records))
    for statement in indexes(resource):
        database.execute(statement)
    documents = search.documents(resource, records[resource.type].values())
    database.executemany("INSERT INTO search (rowid, stems, words, label) VALUES (?, ?, ?, ?)", documents)


def _rows(resource: Resource, records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for row, record in enumerate(records, start=1):
        keys = (sort_value(record, resource.sorts[key]) for key in own_sorts(resource))
        yield row, record["id"], *keys, compact(resource.reference(record)), compact(record)


def _pairs(resource: Resource, one: Filter, records: Records) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a filter's table: each value once a record, in the order of the key."""
    dated = is_date(resource, one)

    def fetch(type_: str, served: str) -> Mapping[str, Any]:
        return records[type_][served]

    numbered = enumerate(records[resource.type].values(), start=1)
    pairs = ((value, row) for row, record in numbered for value in set(values(record, one, fetch)))
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
