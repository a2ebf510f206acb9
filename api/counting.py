"""Counts by value: the facets beside a list, and the groups of an aggregate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from schemas import Resource
from schemas.paths import end

from .asked import Asked
from .query import Clause, Query
from .service import snapshot
from .snapshot.find import groups, values


def facets(asked: Asked) -> dict[str, list[dict[str, Any]]]:
    """Return, for each facet that was asked for, the values among what is found without its own filter, with ready links."""
    return {name: list(_facet(asked, name)) for name in asked.query.facets}


def _facet(asked: Asked, name: str) -> Iterable[dict[str, Any]]:
    query = asked.query
    chosen = next((clause.values for clause in query.clauses if clause.parameter == name), ())
    kind, target = _kind(query.resource, name)
    found = values(snapshot(), asked.narrowed, name, query.facet_limit)
    shown = [_shown(kind, value) for value, _ in found]
    labels = snapshot().references(target, shown) if target else {}
    for (_, count), value in zip(found, shown, strict=True):
        yield {
            "value": value,
            "label": labels[value]["label"] if target else str(value).lower() if isinstance(value, bool) else str(value),
            "count": count,
            "selected": value in chosen,
            "href": asked.but(_toggled(query, name, value)).address,
        }


def _kind(resource: Resource, name: str) -> tuple[str, str | None]:
    """Return what kind of values a filter compares, and the type whose ids they are."""
    one = next(one for one in resource.filters if one.name == name)
    found = end(resource, one.steps, one.target)
    return found.kind, found.target


def _shown(kind: str, value: Any) -> Any:
    """Return a value of the snapshot as it is served: a flag is kept as a number there."""
    return bool(value) if kind == "flag" and value is not None else value


def _toggled(query: Query, name: str, value: Any) -> Query:
    """Return the query from its first page with one value of a filter added, or taken away where it was chosen."""
    kept = [clause for clause in query.clauses if clause.parameter != name]
    chosen = next((clause.values for clause in query.clauses if clause.parameter == name), ())
    is_flag = isinstance(value, bool)
    wanted = tuple(one for one in chosen if one != value) if value in chosen else (value,) if is_flag else (*chosen, value)
    if wanted:
        one = next(one for one in query.resource.filters if one.name == name)
        kept.append(Clause(one, "", wanted))
    return query.but(clauses=tuple(sorted(kept, key=lambda clause: clause.parameter)), page=1, cursor=None)


def aggregate(asked: Asked, by: Sequence[tuple[str, str]]) -> tuple[int, list[dict[str, Any]]]:
    """Return how many groups there are and one page of them, largest first; a missing value is null."""
    resource = asked.query.resource
    total, found = groups(snapshot(), asked.narrowed, by)
    kinds = [_kind(resource, name) for name, _ in by]
    references: list[Mapping[str, Any]] = [
        snapshot().references(target, sorted({row[place] for row in found if row[place] is not None})) if target else {}
        for place, (_, target) in enumerate(kinds)
    ]
    return total, [
        {
            "group": {
                dimension(name, bucket): references[place].get(row[place], _shown(kinds[place][0], row[place]))
                for place, (name, bucket) in enumerate(by)
            },
            "count": row[-1],
        }
        for row in found
    ]


def dimension(name: str, bucket: str) -> str:
    """Return a dimension as it is written: `kind`, `date:year`."""
    return f"{name}:{bucket}" if bucket else name
