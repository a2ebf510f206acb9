"""Ids that have to name a record: where one does not, the refusal suggests the nearest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from .errors import MOST_ERRORS, Fault, invalid, not_found, shortened
from .exchange import snapshot


def unknown(type_: str, ids: Iterable[str], parameter: str) -> Iterator[Fault]:
    """Yield a fault for each id that names no record of a type; looking for the nearest takes a while, so take no more than are told."""
    for served in snapshot().missing(type_, ids):
        near = snapshot().nearest(type_, served)
        yield Fault("invalid_value", f"{shortened(served)} names no {type_}", near, parameter=parameter)


def refuse_any(faults: Iterable[Fault]) -> None:
    """Refuse the request if there is any fault, and tell as many as an answer lists.

    :raises Refusal: 400.
    """
    if told := list(islice(faults, MOST_ERRORS + 1)):
        raise invalid(told)


def check_path(type_: str, served: str) -> None:
    """Refuse an id in a path that names no record.

    :raises Refusal: 404.
    """
    if snapshot().missing(type_, [served]):
        raise not_found(type_, served, snapshot().nearest(type_, served))
