"""Schemas compiled for the values that are right: they read what `load` would read; of any other value, `load` names every fault.

The marshmallow schema stays the one description: its fields read the values and its rules are asked, without the machinery between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import marshmallow as ma

from .base import Reference
from .fields import Many, Part

Read = Callable[[Any], Any]
_RIGHT: Final[dict[int, Any]] = {}  # references that are right, by their identity, which is theirs while they are here
MOST_REFERENCES: Final = 16_384  # that are remembered: those of a debate, and of its parts


def load(schema: ma.Schema, value: Any) -> Any:
    """Return what ``schema.load`` returns.

    :raises marshmallow.ValidationError: as ``schema.load`` raises it.
    """
    try:
        return reader(schema)(value)
    except ma.ValidationError:
        return schema.load(value)


@lru_cache(maxsize=1_024)
def reader(schema: ma.Schema) -> Read:
    """Return the function that reads a value as a schema does, but stops at the first fault and does not say which it is."""
    return _of_reference(schema) if schema.__class__ is Reference else _of_object(schema)


def _of_reference(schema: ma.Schema) -> Read:
    """Return what reads references, which are the same objects again and again: one that was right is not looked at twice."""
    plain = _of_object(schema)

    def read(value: Any) -> Any:
        if _RIGHT.get(id(value)) is not value:
            plain(value)
            if len(_RIGHT) >= MOST_REFERENCES:
                _RIGHT.clear()
            _RIGHT[id(value)] = value
        return value

    return read


def _of_object(schema: ma.Schema) -> Read:
    fields = [(name, _of_field(one), one.load_default) for name, one in schema.load_fields.items()]
    rules = [getattr(schema, name) for name, _, _ in schema._hooks["validates_schema"]]

    def read(value: Any) -> dict[str, Any]:
        _demand(isinstance(value, dict) and value.keys() <= schema.load_fields.keys())
        made: dict[str, Any] = {}
        for name, one, default in fields:
            if name in value:
                made[name] = one(value[name])
            else:
                _demand(default is not ma.missing)
                made[name] = default() if callable(default) else default
        for rule in rules:
            rule(made)
        return made

    return read


def _demand(fulfilled: bool) -> None:
    if not fulfilled:
        raise ma.ValidationError("is not certainly right")


def _of_field(one: Any) -> Read:
    """Return what reads the value of a field: null where it may be, else by its kind, and then by its validators."""
    nullable, validators = one.allow_none, one.validators
    by_kind = _of_list(one) if isinstance(one, Many) else reader(one.schema) if isinstance(one, Part) else _of_leaf(one)

    def read(value: Any) -> Any:
        if value is None:
            _demand(nullable)
            return None
        made = by_kind(value)
        for validator in validators:
            validator(made)
        return made

    return read


def _of_leaf(one: Any) -> Read:
    deserialize = one._deserialize
    return lambda value: deserialize(value, None, None)


def _of_list(one: Many) -> Read:
    item, least = _of_field(one.inner), one.least

    def read(value: Any) -> list[Any]:
        _demand(isinstance(value, list) and len(value) >= least)
        made = [item(each) for each in value]
        _demand(len(made) < 2 or _are_different(made))
        return made

    return read


def _are_different(items: Sequence[Any]) -> bool:
    try:
        return len(set(items)) == len(items)
    except TypeError:  # objects
        return len(set(map(repr, items))) == len(items)
