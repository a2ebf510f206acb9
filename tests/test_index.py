"""The index says of each collection how many records it has and what can be asked of it, and all that it says can be asked."""

from __future__ import annotations

from typing import Any

from worlds import World

from schemas import BY_TYPE, RESOURCES
from schemas.paths import end

KNOWN_OPERATORS = ("eq", "not", "all", "gte", "gt", "lte", "lt", "exists")


def entries(world: World) -> list[dict[str, Any]]:
    """Return what the index says of each type."""
    found: list[dict[str, Any]] = world.get("/v1")["data"]["resources"]
    return found


def value_for(world: World, one: dict[str, Any]) -> str:
    """Return a value that a filter should take, from what the index says of it."""
    if one["values"]:
        return str(one["values"][0])
    if one["target"]:
        return world.ids(BY_TYPE[one["target"]])[0]
    return {"date": "1997", "number": "1", "word": "en"}[one["kind"]]


def test_the_index_names_the_service_the_dataset_and_each_type(world: World):
    data = world.get("/v1")["data"]
    about = world.dataset.about
    assert (data["title"], data["api_version"]) == ("Rostrum", "1.0.0")
    assert data["dataset"] == {
        **{name: about[name] for name in ("title", "version", "released", "licence", "citation")}, "digest": world.dataset.digest,
    }  # fmt: skip
    assert [(one["type"], one["href"], one["count"]) for one in data["resources"]] == [
        (resource.type, f"/v1/{resource.collection}", len(world.records[resource.type])) for resource in RESOURCES
    ]


def test_each_collection_has_as_many_records_as_the_index_says(world: World):
    for one in entries(world):
        assert world.get(one["href"], per_page="0")["meta"]["total"] == one["count"]
        assert world.get(one["schema"])["title"] == one["type"]


def test_the_index_lists_each_filter_as_it_is_declared(world: World):
    for one in entries(world):
        declared = BY_TYPE[one["type"]].filters
        assert [(listed["name"], listed["description"]) for listed in one["filters"]] == [
            (each.name, each.description) for each in declared
        ]
        for listed, each in zip(one["filters"], declared, strict=True):
            found = end(BY_TYPE[one["type"]], each.steps, each.target)
            assert (listed["kind"], listed["target"], listed["values"] or []) == (
                found.kind, found.target, ["true", "false"] if found.kind == "flag" else list(found.choices),
            )  # fmt: skip


def test_each_operator_that_is_listed_is_taken_and_no_other(world: World):
    for one in entries(world):
        for listed in one["filters"]:
            assert set(listed["operators"]) <= set(KNOWN_OPERATORS)
            for operator in KNOWN_OPERATORS:
                name = listed["name"] if operator == "eq" else f"{listed['name']}__{operator}"
                value = "true" if operator == "exists" else value_for(world, listed)
                status = world.client.get(one["href"], query_string={name: value, "per_page": "0"}).status_code
                assert status == (200 if operator in listed["operators"] else 400), (one["type"], name)
            assert world.refused(one["href"], **{f"{listed['name']}__eq": "x"}) == [(f"{listed['name']}__eq", "unknown")]


def test_no_parameter_that_looks_like_a_filter_is_left_out_of_the_list(world: World):
    parameters = world.get("/v1/openapi.json")["components"]["parameters"]
    for one in entries(world):
        listed = {
            name if operator == "eq" else f"{name}__{operator}"
            for name, operators in ((each["name"], each["operators"]) for each in one["filters"])
            for operator in operators
        }
        collection = one["href"].rpartition("/")[2]
        documented = {name.partition(".")[2] for name in parameters if name.startswith(f"{collection}.")}
        others = {
            "id",
            "q",
            "select",
            "include",
            "sort",
            "cursor",
            "per_page",
            "facets",
            "facet_limit",
            "sample",
            "seed",
            "highlight",
            "format",
            "by",
        }
        assert documented - others - {"page"} == listed


def test_each_value_that_is_listed_is_taken(world: World):
    for one in entries(world):
        for listed in one["filters"]:
            if listed["values"]:
                joined = listed["values"][:1] if listed["kind"] == "flag" else listed["values"]
                world.get(one["href"], per_page="0", **{listed["name"]: ",".join(joined)})
                assert world.refused(one["href"], **{listed["name"]: "no-such-value"}) == [(listed["name"], "invalid_value")]


def test_each_sort_that_is_listed_is_taken(world: World):
    for one in entries(world):
        for sort in [*one["sorts"], *(f"-{key}" for key in one["sorts"]), one["default_sort"]]:
            world.get(one["href"], per_page="1", sort=sort)
        assert world.get(one["href"])["meta"]["query"]["sort"] == one["default_sort"].split(",")


def test_each_include_that_is_listed_leads_to_its_type_and_one_step_further(world: World):
    targets = {one["type"]: one["includes"] for one in entries(world)}
    for one in entries(world):
        for include in one["includes"]:
            answer = world.get(one["href"], include=include["path"], per_page="200", select="id")
            allowed = {BY_TYPE[include["target"]].collection} | ({"conditions"} if include["path"] == "relations.to" else set())
            assert set(answer["included"]) <= allowed
            for further in targets[include["target"]][:2]:
                world.get(one["href"], include=f"{include['path']}.{further['path']}", per_page="1")
