"""Compiling the debates of a unit, or the actors, into rows that only have to be written: no row is numbered yet but from 0 on.

What is made here is plain values, so that it can be made in one process and written in another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas import BY_TYPE, RESOURCES, Filter, Resource
from schemas.canonical import compact
from schemas.dataset import Dataset
from schemas.dates import period
from schemas.paths import sort_value, values

from . import integrity, passages, search
from .computed import public
from .csv_lines import Piece, pieces
from .layout import is_date, own_sorts
from .model import Key, Model, Naming

Record = Mapping[str, Any]
Records = dict[str, dict[str, dict[str, Any]]]
Row = tuple[Any, ...]


@dataclass(slots=True)
class Block:
    """Some records of a collection in their order: rows of its table, of its filters and of the index of words, lines of CSV, and bodies.

    They are counted from 0.
    """

    rows: list[Row]
    pairs: dict[str, list[Row]]
    documents: list[Row]
    lines: list[Piece]
    bodies: list[bytes]


@dataclass(slots=True)
class Compiled:
    """What a snapshot holds of a debate; ``blocks`` by type."""

    debate: str
    blocks: dict[str, Block]
    texts: list[tuple[str, bytes]]
    report: bytes
    passages: passages.Block
    naming: dict[str, Naming] = field(default_factory=dict)
    reference: dict[str, str] = field(default_factory=dict)


def references(shared: Dataset) -> dict[Key, dict[str, str]]:
    """Return the references of what all debates share."""
    return Model(shared).references


def compiled(dataset: Dataset) -> Records:
    """Return the public form of all records of a whole dataset, by type and served id, in the default order of each collection."""
    model = Model(dataset)
    return {resource.type: dict(_in_order(resource, model)) for resource in RESOURCES}


def _in_order(resource: Resource, model: Model) -> Iterable[tuple[str, dict[str, Any]]]:
    keys = [resource.sorts[key] for key in (*resource.default_sort.split(","), "id")]
    made = [public(model, entry) for entry in model.dataset.all(resource.type)]
    return [(record["id"], record) for record in sorted(made, key=lambda record: [sort_value(record, key) for key in keys])]


def debates(dataset: Dataset, shared: Mapping[Key, dict[str, str]], labels: Mapping[str, str]) -> Iterator[Compiled]:
    """Yield the debates of a valid unit, in order, given the references of what all share, and the standing of guests that attack."""
    model = Model(dataset, shared, labels)

    def fetch(type_: str, served: str) -> Record:
        return records[type_].get(served) or model.named(dataset.index[type_][served])

    records = {resource.type: dict(_in_order(resource, model)) for resource in RESOURCES}
    reports = {report["debate"]["id"]: compact(report) for report in integrity.reports(records)}
    parts = {type_: _parted(BY_TYPE[type_], records[type_].values()) for type_ in records if type_ != "actor"}
    for debate in sorted(dataset.debates):
        own = {type_: parted.get(debate, []) for type_, parted in parts.items()}
        texts = {served: dataset.texts[served].text for served in sorted(one["id"] for one in own["source"])}
        yield Compiled(
            debate,
            {type_: block(BY_TYPE[type_], part, fetch) for type_, part in own.items()},
            [(served, text.encode()) for served, text in texts.items()],
            reports[debate],
            passages.compiled(texts, records["source"], own["quote"]),
            {actor: naming for actor, naming in model.naming.items() if debate == min(naming.debates)},
            model.reference("debate", debate),
        )


def _parted(resource: Resource, records: Iterable[Record]) -> dict[str, list[Record]]:
    """Return records by the debate among whose rows they stand: the one that the value they are sorted by first begins with."""
    parts: dict[str, list[Record]] = defaultdict(list)
    path = resource.sorts[resource.default_sort.split(",")[0]]
    for record in records:
        parts[str(sort_value(record, path)).partition(".")[0]].append(record)
    return parts


def actors(shared: Dataset, naming: Mapping[str, Naming], debates: Mapping[str, dict[str, str]]) -> Block:
    """Return the actors, given who names them and the references of all debates, by id."""
    model = Model(shared, {("debate", debate): reference for debate, reference in debates.items()})
    model.naming = dict(naming)
    records = dict(_in_order(BY_TYPE["actor"], model))
    return block(BY_TYPE["actor"], list(records.values()), lambda _, served: records[served])


def block(resource: Resource, records: Sequence[Record], fetch: Callable[[str, str], Record]) -> Block:
    """Return records that are in order as a block; `fetch` returns a public record by type and id."""
    pairs = {one.name: sorted(_pairs(resource, one, records, fetch)) for one in resource.filters}
    bodies = [compact(record) for record in records]
    documents = list(search.documents(resource, records))
    return Block(list(_rows(resource, records)), pairs, documents, list(pieces(resource, records, bodies)), bodies)


def _rows(resource: Resource, records: Iterable[Record]) -> Iterator[Row]:
    keys = [resource.sorts[key] for key in own_sorts(resource)]
    for row, record in enumerate(records):
        yield row, record["id"], *(sort_value(record, key) for key in keys), compact(resource.reference(record))


def _pairs(resource: Resource, one: Filter, records: Iterable[Record], fetch: Callable[[str, str], Record]) -> Iterator[Row]:
    """Yield the rows of a filter's table: each value once a record."""
    dated = is_date(resource, one)
    for row, record in enumerate(records):
        for value in set(values(record, one, fetch)):
            yield (*days(value), row) if dated else (value, row)


def days(date: str) -> tuple[str, str]:
    """Return the first and the last day that an EDTF date can mean; an open end sorts before, or behind, all days."""
    found = period(date)
    return found.earliest.isoformat() if found.earliest else "", found.latest.isoformat() if found.latest else "~"
