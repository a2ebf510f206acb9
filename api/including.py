"""The records that stand at the end of include paths, and those on the way, once each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from schemas import BY_TYPE, Resource
from schemas.canonical import Body

from . import bounds
from .errors import Fault, invalid
from .exchange import snapshot
from .shaping import named, split_include

Key = tuple[str, str]


def included(resource: Resource, bodies: Sequence[Body], paths: Iterable[str]) -> dict[str, list[Any]]:
    """Return the records that include paths lead to from some records, by collection, in order of id.

    :raises Refusal: 400, they are more than one answer may add.
    """
    records = [orjson.loads(body) for body in bodies]
    known: dict[Key, Any] = {}
    for path in paths:
        first, second = split_include(resource.type, path)
        near = _fetched(named(records, first), known)
        if second:
            _fetched(named(near, second), known)
    found: dict[str, list[Any]] = {}
    for type_, served in sorted(known):
        found.setdefault(BY_TYPE[type_].collection, []).append(known[type_, served])
    return found


def _fetched(keys: set[Key], known: dict[Key, Any]) -> list[Any]:
    """Return the records of some types and ids, adding to those that are known already."""
    wanted = keys - known.keys()
    if len(known) + len(wanted) > bounds.MOST_INCLUDED:
        detail = f"would add more than {bounds.MOST_INCLUDED} records; ask for a smaller page"
        raise invalid([Fault("out_of_range", detail, parameter="include")])
    for type_ in {type_ for type_, _ in wanted}:
        for body in snapshot().bodies(type_, [served for kind, served in wanted if kind == type_]):
            record = orjson.loads(body)
            known[type_, record["id"]] = record
    return [known[key] for key in keys]
