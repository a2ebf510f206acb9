"""A filter's path leads to the values that are meant, through lists, across references, and past keys of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from schemas import BY_TYPE, RESOURCES, Filter
from schemas.paths import end, sort_value, values


def reference(type_: str, id_: str) -> dict[str, str]:
    """Return a reference as it is served."""
    return {"type": type_, "id": id_, "label": id_, "href": f"/v1/{type_}s/{id_}"}


CLAIM: dict[str, Any] = {
    "id": "tea.c",
    "kind": "causal",
    "evidence": [{"quote": reference("quote", "tea.q"), "text": None}],
    "relations": [
        {"kind": "attacks", "to": reference("claim", "tea.a")},
        {"kind": "supports", "to": reference("claim", "tea.b")},
        {"kind": "answers", "to": reference("condition", "tea.k")},
        {"kind": "attacks", "to": reference("claim", "tea.d")},
    ],
    "events": [],
    "fidelity": {"grade": "close", "overlap": 0.5},
    "note": None,
}


def fetch(type_: str, served: str) -> Mapping[str, Any]:
    """Return the one record that a path of these tests crosses into."""
    assert (type_, served) == ("quote", "tea.q")
    return {"type": "quote", "id": served, "source": reference("source", "tea.s")}


def found(name: str) -> list[Any]:
    """Return what a filter of claims compares in the claim of these tests."""
    one = next(one for one in BY_TYPE["claim"].filters if one.name == name)
    return list(values(CLAIM, one, fetch))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kind", ["causal"]),
        ("attacks", ["tea.a", "tea.d"]),
        ("supports", ["tea.b"]),
        ("answers", ["tea.k"]),
        ("restates", []),
        ("quote", ["tea.q"]),
        ("source", ["tea.s"]),
        ("event", []),
        ("fidelity", ["close"]),
    ],
)
def test_a_filter_compares_the_values_at_the_end_of_its_path(name: str, expected: list[Any]):
    """A relation is told by its own kind, not by that of the claim that holds it."""
    assert found(name) == expected


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.type)
def test_every_filter_and_every_sort_leads_somewhere(resource: Any):
    """A path that is mistyped in a declaration is found here."""
    for one in resource.filters:
        assert end(resource, one.steps, one.target).kind in {"reference", "choice", "flag", "date", "number", "word"}
    for path in resource.sorts.values():
        assert end(resource, tuple(path.split("."))).field.description


def test_a_path_that_leads_nowhere_is_refused():
    """At the first step that no field has."""
    with pytest.raises(KeyError, match="nowhere"):
        end(BY_TYPE["claim"], ("evidence", "quote", "nowhere"))


def test_missing_values_are_left_out_and_sorted_as_none():
    """A null compares with nothing."""
    assert list(values(CLAIM, Filter("note", "x"), fetch)) == []
    assert sort_value(CLAIM, "note") is None
    assert sort_value(CLAIM, "fidelity.overlap") == 0.5
    assert sort_value({"name": "ÉCLAIR"}, "name") == "éclair"
