"""The compiled way of reading a record takes nothing that marshmallow refuses, and reads what it takes as marshmallow does."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from api.snapshot.build import compiled
from schemas import RESOURCES, quick
from schemas.load import load

DATASET = load(Path(__file__).parents[1] / "data")
PUBLIC = compiled(DATASET)
RIGHT = [
    *((resource.authored, entry.raw) for resource in RESOURCES for entry in DATASET.all(resource.type)),
    *((resource.public, record) for resource in RESOURCES for record in PUBLIC[resource.type].values()),
]
ODD: list[Any] = [
    None, True, False, 0, 1, -1, 2**53, 1.5, float("nan"), "", " ", "a ", "x", "tea.milk", "1997", "1997-02-29", "https://x.org/", "http://", "inferred",
    "answers", [], {}, [[]], ["a", "a"], [{}], {"a": 1}, [None],
]  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything within a value."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _places(item, (*path, key))


@st.composite
def changed(draw: st.DrawFn) -> tuple[ma.Schema, Any]:
    """Draw a right record and change something in it."""
    schema, right = draw(st.sampled_from(RIGHT))
    value = copy.deepcopy(right)
    *way, last = draw(st.sampled_from(list(_places(value))))
    within = value
    for step in way:
        within = within[step]
    how = draw(st.sampled_from(["put", "put", "remove", "add", "repeat"]))
    if how == "put":
        within[last] = draw(st.sampled_from(ODD))
    elif how == "remove":
        del within[last]
    elif isinstance(within, list):
        within.append(copy.deepcopy(within[last]) if how == "repeat" else draw(st.sampled_from(ODD)))
    else:
        within[draw(st.sampled_from(["kind", "odd", "position"]))] = draw(st.sampled_from(ODD))
    return schema, value


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.type)
def test_what_is_right_is_read_the_quick_way(resource: Any):
    """Every shipped record is, in both forms, and comes out as marshmallow would give it."""
    for schema, value in RIGHT:
        if schema in (resource.authored, resource.public):
            assert json.dumps(quick.reader(schema)(value)) == json.dumps(schema.load(value))


@examples(1_000)
@given(changed())
def test_what_marshmallow_refuses_is_refused(drawn: tuple[ma.Schema, Any]):
    """What is taken is taken by marshmallow too and read alike; what marshmallow takes, the quick way takes."""
    schema, value = drawn
    try:
        wanted = json.dumps(schema.load(value))
    except ma.ValidationError:
        with pytest.raises(ma.ValidationError):
            quick.reader(schema)(value)
    else:
        assert json.dumps(quick.reader(schema)(value)) == wanted


def test_the_faults_are_those_that_marshmallow_names():
    """All of them, though the quick way stops at the first."""
    schema = RESOURCES[0].authored
    with pytest.raises(ma.ValidationError) as found:
        quick.load(schema, {"id": "A b", "odd": 1})
    with pytest.raises(ma.ValidationError) as wanted:
        schema.load({"id": "A b", "odd": 1})
    assert found.value.messages == wanted.value.messages
