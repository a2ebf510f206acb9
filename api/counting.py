"""Counts by value: the facets beside a list, and the groups of an aggregate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas import Resource

from .asked import Asked
from .exchange import snapshot
from .filters import end_of, filter_named
from .query import Query
from .snapshot.facets import values
from .snapshot.tally import groups

Reference = Mapping[str, Any]


def facets(asked: Asked) -> dict[str, list[dict[str, Any]]]:
    """Return, for each facet that was asked for, the values among what is found without what it chooses, with ready links."""
    return {name: list(_facet(asked, name)) for name in asked.query.facets}


def _facet(asked: Asked, name: str) -> Iterator[dict[str, Any]]:
    query = asked.query
    kind, target = _kind(query.resource, name)
    found = [(_shown(kind, value), count) for value, count in values(snapshot(), asked.narrowed, name, query.facet_limit)]
    labels = snapshot().references(target, [value for value, _ in found]) if target else {}
    for value, count in found:
        yield {
            "value": value,
            "label": labels[value]["label"] if target else _label(value),
            "count": count,
            "selected": value in query.chosen(name),
            "href": asked.but(_toggled(query, name, value)).address,
        }


def _kind(resource: Resource, name: str) -> tuple[str, str | None]:
    """Return what kind of values a filter compares, and the type whose ids they are."""
    found = end_of(resource, filter_named(resource, name))
    return found.kind, found.target


def _shown(kind: str, value: Any) -> Any:
    """Return a value of the snapshot as it is served: a flag is kept as a number there."""
    return bool(value) if kind == "flag" and value is not None else value


def _label(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _toggled(query: Query, name: str, value: Any) -> Query:
    """Return the query from its beginning with one value of a filter added, or taken away where it was chosen; of a flag there is one."""
    chosen = query.chosen(name)
    if value in chosen:
        return query.choosing(name, tuple(one for one in chosen if one != value))
    return query.choosing(name, (value,) if isinstance(value, bool) else (*chosen, value))


def aggregate(asked: Asked, by: Sequence[tuple[str, str]]) -> tuple[int, list[dict[str, Any]]]:
    """Return how many groups there are and one page of them, largest first; a missing value is null."""
    total, found = groups(snapshot(), asked.narrowed, by)
    columns = [_column(asked.query.resource, name, [row[place] for row in found]) for place, (name, _) in enumerate(by)]
    names = [dimension(*one) for one in by]
    return total, [
        {"group": dict(zip(names, group, strict=True)), "count": row[-1]}
        for row, group in zip(found, zip(*columns, strict=True), strict=True)
    ]


def _column(resource: Resource, name: str, found: Sequence[Any]) -> list[Any]:
    """Return the values of one dimension as they are served: references whole, flags as truth values."""
    kind, target = _kind(resource, name)
    if target is None:
        return [_shown(kind, value) for value in found]
    references: Mapping[str, Reference] = snapshot().references(target, sorted({value for value in found if value is not None}))
    return [references.get(value) for value in found]


def dimension(name: str, bucket: str) -> str:
    """Return a dimension as it is written: `kind`, `date:year`."""
    return f"{name}:{bucket}" if bucket else name
