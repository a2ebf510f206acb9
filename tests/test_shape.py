"""What is shown of records: the fields that are selected, the records that are included, on lists and single records alike."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from oracle import by_collection, references, selected
from worlds import World, parameters_of

from api import bounds
from schemas import BY_TYPE, RESOURCES, Resource
from schemas.base import Link
from schemas.fields import Many, Part

SETTINGS = examples(20)


def fields(schema: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Return every dotted path of a public form, with the type that a reference leads to, else nothing."""
    found: list[tuple[str, str]] = []
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, Many) else field
        found.append((prefix + name, inner.target if isinstance(inner, Link) else ""))
        if isinstance(inner, Part):
            found += fields(inner.schema, f"{prefix}{name}.")
    return found


def paths(resource: Resource) -> list[str]:
    """Return every dotted path of a type."""
    return [path for path, _ in fields(resource.public)]


def includes(resource: Resource) -> list[str]:
    """Return the path of every reference, and from there of every reference one step further."""
    near = [(path, target) for path, target in fields(resource.public) if target]
    return [path for path, _ in near] + [
        f"{path}.{far}" for path, target in near for far, further in fields(BY_TYPE[target].public) if further
    ]


def shown(world: World, resource: Resource, asked: list[str]) -> list[Any]:
    """Return all records of a type cut to some paths, worked out again."""
    steps = [path.split(".") for path in ["type", "id", *asked]]
    return [selected(record, steps) for record in world.oracle.find(resource, {})]


def test_each_field_can_be_selected(world: World):
    for resource in RESOURCES:
        for path in paths(resource):
            assert world.get(f"/v1/{resource.collection}", select=path, per_page="200")["data"] == shown(world, resource, [path]), path


@SETTINGS
@given(data=st.data())
def test_any_fields_can_be_selected_together(world: World, data: st.DataObject):
    resource = data.draw(st.sampled_from(RESOURCES))
    asked = data.draw(st.lists(st.sampled_from(paths(resource)), min_size=1, max_size=6, unique=True))
    answer = world.get(f"/v1/{resource.collection}", select=",".join(asked), per_page="200")
    assert json.dumps(answer["data"]) == json.dumps(shown(world, resource, asked))  # the order of the fields as well
    for served in world.ids(resource)[:1]:
        one = world.get(f"/v1/{resource.collection}/{served}", select=",".join(asked))["data"]
        assert one == selected(world.records[resource.type][served], [path.split(".") for path in ["type", "id", *asked]])


def test_an_object_and_a_part_of_it_are_the_whole_object_in_either_order(world: World):
    for asked in ("made_by,made_by.label", "made_by.label,made_by"):
        for record in world.get("/v1/claims", select=asked)["data"]:
            assert record["made_by"] == world.records["claim"][record["id"]]["made_by"]


def test_what_cannot_be_selected_is_refused_with_a_suggestion(world: World):
    (fault,) = world.client.get("/v1/claims?select=made_by.lable").get_json()["errors"]
    assert (fault["code"], fault["did_you_mean"]) == ("unknown_path", "made_by.label")
    for asked, code in [
        ("text,text", "repeated"),
        ("text,", "empty"),
        ("made_by.debates", "unknown_path"),
        ("*", "unknown_path"),
        ("", "empty"),
    ]:
        assert world.refused("/v1/claims", select=asked) == [("select", code)]
        assert world.refused(f"/v1/claims/{world.ids(BY_TYPE['claim'])[0]}", select=asked) == [("select", code)]


def included(world: World, records: list[Any], path: str, resource: Resource) -> set[tuple[str, str]]:
    """Return what an include path adds, worked out again."""
    first = max((one for one, target in fields(resource.public) if target and f"{path}.".startswith(f"{one}.")), key=len)
    near = references(records, first.split("."))
    further = path.removeprefix(first).strip(".")
    return near | (references([world.records[type_][served] for type_, served in near], further.split(".")) if further else set())


def check_included(world: World, answer: dict[str, Any], wanted: set[tuple[str, str]]) -> None:
    """Compare what an answer includes with what it should: whole records, once each, in order of id."""
    assert {name: [record["id"] for record in records] for name, records in answer["included"].items()} == by_collection(wanted)
    assert all(record == world.records[record["type"]][record["id"]] for records in answer["included"].values() for record in records)


def test_each_reference_can_be_included_and_one_step_further(world: World):
    for resource in RESOURCES:
        asked = includes(resource)
        for path in asked[:: max(1, len(asked) // 40)]:
            answer = world.get(f"/v1/{resource.collection}", include=path, select="id", per_page="20")
            records = [world.records[resource.type][record["id"]] for record in answer["data"]]
            check_included(world, answer, included(world, records, path, resource))


def test_several_paths_include_each_record_once(world: World):
    chance = random.Random(7)
    for resource in RESOURCES:
        for served in world.ids(resource)[:6]:
            asked = chance.sample(includes(resource), min(4, len(includes(resource))))
            answer = world.get(f"/v1/{resource.collection}/{served}", include=",".join(asked))
            record = world.records[resource.type][served]
            check_included(world, answer, set().union(*(included(world, [record], path, resource) for path in asked)))


def test_what_a_claim_answers_is_a_condition_and_included_as_one(world: World):
    answer = world.get("/v1/claims", answers__exists="true", include="relations.to.evidence.quote,relations.to.made_by", per_page="200")
    named = {one["to"]["id"] for claim in answer["data"] for one in claim["relations"] if one["kind"] == "answers"}
    assert named <= {record["id"] for record in answer["included"]["conditions"]}
    quotes = {one["quote"]["id"] for record in answer["included"]["conditions"] for one in record["evidence"]}
    assert quotes <= {record["id"] for record in answer["included"]["quotes"]}


def test_nothing_is_included_where_nothing_is_named_or_shown(world: World):
    assert world.get("/v1/actors", part_of__exists="false", include="part_of", per_page="200")["included"] == {}
    assert world.get("/v1/claims", include="made_by", per_page="0")["included"] == {}
    assert "included" not in world.get("/v1/claims")


def test_more_than_one_answer_may_add_is_refused(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bounds, "MOST_INCLUDED", 2)
    assert world.refused("/v1/claims", include="evidence.quote,made_by", per_page="200") == [("include", "out_of_range")]


def test_what_cannot_be_included_is_refused_with_a_suggestion(world: World):
    (fault,) = world.client.get("/v1/claims?include=made_bi").get_json()["errors"]
    assert (fault["code"], fault["did_you_mean"]) == ("unknown_path", "made_by")
    for asked, code in [
        ("text", "unknown_path"), ("made_by,made_by", "repeated"), ("evidence.quote.source.publisher", "unknown_path"), ("made_by.", "unknown_path"),
    ]:  # fmt: skip
        assert world.refused("/v1/claims", include=asked) == [("include", code)]


def test_pretty_says_the_same_over_many_lines(world: World):
    for path in ("/v1/claims", f"/v1/claims/{world.ids(BY_TYPE['claim'])[0]}", "/v1/search?q=the", "/v1/integrity", "/v1"):
        joint = "&" if "?" in path else "?"
        plain, pretty = (world.client.get(path + more).get_data(as_text=True) for more in ("", f"{joint}pretty=true"))
        assert (plain.count("\n"), pretty.count("\n") > 10) == (1, True)
        first, second = json.loads(plain), json.loads(pretty)
        for one in (first, second):
            one["links"] = {name: href and parameters_of(href) | {"pretty": "true"} for name, href in one["links"].items()}
        assert first == second


def test_the_query_is_said_as_it_was_understood(world: World):
    served = world.ids(BY_TYPE["actor"])[0]
    answer = world.get(
        "/v1/claims",
        made_by=served,
        q="  the   milk ",
        select="id",
        facets="kind",
        include="about",
        highlight="true",
        per_page="7",
        page="2",
    )
    assert answer["meta"]["query"] == {
        "made_by": [served], "q": "the milk", "select": ["id"], "facets": ["kind"], "include": ["about"], "highlight": True, "sort": ["-relevance"],
    }  # fmt: skip
    assert answer["links"]["self"] == (
        f"/v1/claims?facets=kind&highlight=true&include=about&made_by={served}&page=2&per_page=7&q=the+milk&select=id"
    )


def test_equal_queries_have_one_address(world: World):
    spellings = [
        "/v1/claims?kind=causal&sort=id", "/v1/claims?sort=id&kind=causal&page=1", "/v1/claims?per_page=25&kind=causal&mailto=me@example.org",
        "/v1/claims?kind=causal&pretty=false&format=json",
    ]  # fmt: skip
    assert {world.get(path)["links"]["self"] for path in spellings} == {"/v1/claims?kind=causal"}


def test_a_head_request_has_the_headers_and_no_body(world: World):
    for path in ("/v1/claims?per_page=2", "/v1/claims?format=csv", "/v1/claims/aggregate?by=kind", "/v1/search?q=the", "/v1/integrity"):
        head, got = world.client.head(path), world.client.get(path)
        assert (head.status_code, head.data) == (200, b"")
        for name in ("Content-Type", "ETag", "Link", "Content-Length", "No-Vary-Search"):
            assert head.headers.get(name) == got.headers.get(name), (path, name)
