"""Every filter with every operator and every value that occurs finds what a plain recomputation over all records finds."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from worlds import World, written

from api.filters import OPERATORS
from api.query import WRITTEN
from schemas import BY_TYPE, RESOURCES, Resource
from schemas.paths import end, joins

SETTINGS = examples(30)
ORDERED = ("gte", "gt", "lte", "lt")
DATES = ("0001", "1910-06", "1912", "1996-12-31", "1997", "1997-05", "1997-05-27", "1999", "2000-01-01", "2000-02", "2001", "2027-04-01", "9999")  # fmt: skip
ALL_OPERATORS = sorted({operator for one in OPERATORS.values() for operator in one} | {"all"})


def operators(resource: Resource, name: str) -> set[str]:
    """Return the operators that a filter should take, said once more."""
    one = next(one for one in resource.filters if one.name == name)
    found = end(resource, one.steps, one.target)
    if found.kind == "flag":
        return {""}
    return {"", "not", "exists", *(("all",) if found.many else ()), *(ORDERED if found.kind in {"number", "date"} else ())}


def named(name: str, operator: str) -> str:
    """Return the parameter for a filter and an operator."""
    return f"{name}__{operator}" if operator else name


def expected(world: World, resource: Resource, **parameters: str) -> list[str]:
    """Return the ids that the oracle finds."""
    return [str(record["id"]) for record in world.oracle.find(resource, parameters)]


def test_each_value_that_occurs_is_found_by_each_operator(world: World):
    for resource, name, values in world.cases():
        for operator in operators(resource, name) - {"exists"} if name != "date" else ():
            for value in values:
                asked = {named(name, operator): written(value)}
                assert world.found(resource, **asked) == expected(world, resource, **asked), (resource.type, asked)


def test_several_values_are_one_of_them_none_of_them_or_all_of_them(world: World):
    chance = random.Random(1)
    for resource, name, values in world.cases():
        for operator in operators(resource, name) & {"", "not", "all"} if name != "date" else ():
            if len(values) > 1 and not isinstance(values[0], bool):
                asked = {named(name, operator): ",".join(map(written, chance.sample(values, min(len(values), 3))))}
                assert world.found(resource, **asked) == expected(world, resource, **asked), (resource.type, asked)


def test_all_of_the_values_of_a_record_find_that_record(world: World):
    for resource in RESOURCES:
        for one in resource.filters:
            many = max(world.records[resource.type].values(), key=lambda record: len(world.oracle.values(resource, record, one.name)))
            values = world.oracle.values(resource, many, one.name)
            if "all" in operators(resource, one.name) and len(values) > 1:
                asked = {f"{one.name}__all": ",".join(map(str, values))}
                assert many["id"] in world.found(resource, **asked)
                assert world.found(resource, **asked) == expected(world, resource, **asked)


def test_a_filter_can_ask_whether_there_is_a_value(world: World):
    for resource, name, _ in world.cases():
        for wanted in ("true", "false") if "exists" in operators(resource, name) else ():
            asked = {f"{name}__exists": wanted}
            assert world.found(resource, **asked) == expected(world, resource, **asked), (resource.type, asked)


def test_none_of_finds_what_has_no_value_at_all(world: World):
    for resource, name, values in world.cases():
        if values and "not" in operators(resource, name):
            value = "1997" if name == "date" else written(values[0])
            without = set(world.found(resource, **{f"{name}__exists": "false"}))
            assert without <= set(world.found(resource, **{f"{name}__not": value})), (resource.type, name)


def test_one_of_and_none_of_split_a_collection(world: World):
    for resource, name, values in world.cases(most=4):
        shown = ["1997", "1904", "2000-02"] if name == "date" else list(map(written, values))
        for value in shown if "not" in operators(resource, name) else ():
            one, other = world.found(resource, **{name: value}), world.found(resource, **{f"{name}__not": value})
            assert sorted(one + other) == world.ids(resource)


@pytest.mark.parametrize("operator", ["", "not", *ORDERED])
def test_partial_dates_find_events_by_all_days_that_they_can_mean(world: World, operator: str):
    resource = BY_TYPE["event"]
    for date in DATES:
        asked = {named("date", operator): date}
        assert world.found(resource, **asked) == expected(world, resource, **asked), asked


def test_several_dates_are_one_of_them(world: World):
    for asked in ({"date": "1997,2000-02"}, {"date__not": "1997,1904"}, {"date": "1904,1910"}, {"date__gte": "1990", "date__lt": "2001"}):
        assert world.found(BY_TYPE["event"], **asked) == expected(world, BY_TYPE["event"], **asked), asked


def test_an_uncertain_date_is_found_rather_than_missed(odd_world: World):
    dates = {record["id"].removeprefix("tea."): record["date"] for record in odd_world.records["event"].values()}
    found = {dates[served.removeprefix("tea.")] for served in odd_world.found(BY_TYPE["event"], date__gte="1998", date__lte="1998")}
    assert {"199X", "19XX", "1997/2002", "1997-05/..", "../2002-02"} <= found
    assert {dates[one.removeprefix("tea.")] for one in odd_world.found(BY_TYPE["event"], date="1997")} == {
        "1997",
        "1997-05",
        "1997-05-27",
        "1997~",
        "1997?",
    }


def test_numbers_between_those_that_occur_are_compared_as_numbers(world: World):
    for number in (0, 2, 3, 9, 10, 11, 25, 999_999_999):
        for operator in ("", "not", *ORDERED):
            asked = {named("sequence", operator): str(number)}
            assert world.found(BY_TYPE["quote"], **asked) == expected(world, BY_TYPE["quote"], **asked), asked


def some_value(world: World, resource: Resource, name: str) -> str:
    """Return a value that a filter can be asked for."""
    one = next(one for one in resource.filters if one.name == name)
    found = end(resource, one.steps, one.target)
    if found.target:
        return world.ids(BY_TYPE[found.target])[0]
    return {"choice": (*found.choices, "")[0], "date": "1997", "number": "1", "flag": "true", "word": "en"}[found.kind]


def test_exactly_the_operators_that_are_declared_are_taken(world: World):
    for resource in RESOURCES:
        for one in resource.filters:
            for operator in ALL_OPERATORS:
                asked = {named(one.name, operator): "true" if operator == "exists" else some_value(world, resource, one.name)}
                if operator in operators(resource, one.name):
                    world.found(resource, **asked)
                else:
                    assert world.refused(f"/v1/{resource.collection}", **asked) == [(named(one.name, operator), "unknown")]


def test_every_filter_is_described_for_each_operator(world: World):
    document = world.get("/v1/openapi.json")["components"]["parameters"]
    for resource in RESOURCES:
        for one in resource.filters:
            for operator in operators(resource, one.name):
                told = document[f"{resource.collection}.{named(one.name, operator)}"]
                assert one.description in told["description"]
        assert "no value at all is found as well" in document[f"{resource.collection}.tag__not"]["description"]


def test_no_filter_has_the_name_of_another_parameter(world: World):
    for resource in RESOURCES:
        names = [one.name for one in resource.filters]
        assert len(set(names)) == len(names)
        assert not set(names) & {*WRITTEN.values(), "by", "mailto"}
        assert not [name for name in names if "__" in name]


def test_a_filter_that_names_no_record_is_refused_with_the_nearest_id(world: World):
    for resource in RESOURCES:
        for one in resource.filters:
            target = end(resource, one.steps, one.target).target
            for served in world.ids(BY_TYPE[target])[:1] if target else ():
                for operator in sorted(operators(resource, one.name) - {"exists"}):
                    answer = world.client.get(f"/v1/{resource.collection}", query_string={named(one.name, operator): f"{served}x"})
                    (fault,) = answer.get_json()["errors"]
                    assert (answer.status_code, fault["parameter"], fault["code"]) == (400, named(one.name, operator), "invalid_value")
                    assert fault["did_you_mean"] in world.records[str(target)]


def test_a_tag_or_language_that_nothing_has_finds_nothing(world: World):
    assert world.found(BY_TYPE["claim"], tag="no-such-tag") == []
    assert world.found(BY_TYPE["source"], language="tlh") == []


def test_ids_are_looked_up_together_with_filters_and_the_missing_are_named(world: World):
    resource = BY_TYPE["claim"]
    ids = world.ids(resource)[:5]
    asked = {"id": ",".join([ids[-1], "no.such", *ids[:-1], "none"]), "kind": "causal,factual"}
    answer = world.get("/v1/claims", **asked)
    assert [record["id"] for record in answer["data"]] == expected(world, resource, **asked)
    assert answer["meta"]["missing"] == ["no.such", "none"]
    assert world.get("/v1/claims/aggregate", by="kind", **asked)["meta"]["missing"] == ["no.such", "none"]


def test_each_record_narrows_the_collections_that_it_is_joined_to(world: World):
    for parent in RESOURCES:
        for child, one in joins(parent):
            for served in world.ids(parent)[:20]:
                answer = world.get(f"/v1/{parent.collection}/{served}/{child.collection}", per_page="200", select="id")
                assert [record["id"] for record in answer["data"]] == expected(world, child, **{one.name: served})
                assert answer["meta"]["query"][one.name] == [served]


def test_what_a_record_narrows_can_be_filtered_further(world: World):
    for served in world.ids(BY_TYPE["actor"]):
        answer = world.get(f"/v1/actors/{served}/claims", kind="causal,factual", sort="-text", per_page="200")
        found = world.oracle.find(BY_TYPE["claim"], {"made_by": served, "kind": "causal,factual"}, "-text")
        assert answer["data"] == found


def test_a_path_that_names_no_record_is_not_found(world: World):
    for parent in RESOURCES:
        for child, _ in joins(parent):
            answer = world.client.get(f"/v1/{parent.collection}/no-such.thing/{child.collection}")
            assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/not-found")


def test_the_filter_that_a_path_gives_cannot_be_given_again(world: World):
    for parent in RESOURCES:
        for child, one in joins(parent):
            path = f"/v1/{parent.collection}/{parent.example}/{child.collection}"
            for operator in operators(child, one.name):
                assert world.refused(path, **{named(one.name, operator): "true"}) == [(named(one.name, operator), "conflict")]
            assert world.refused(path, facets=one.name) == [("facets", "conflict")]


@pytest.fixture(scope="module")
def choices(world: World) -> list[tuple[Resource, list[tuple[str, str]]]]:
    """Each type with all that can be asked of it."""
    asked: dict[str, list[tuple[str, str]]] = {resource.type: [] for resource in RESOURCES}
    for resource, name, values in world.cases(most=6):
        for operator in operators(resource, name):
            shown = ["true", "false"] if operator == "exists" else list(DATES) if name == "date" else list(map(written, values))
            asked[resource.type] += [(named(name, operator), value) for value in shown]
    return [(resource, [*asked[resource.type], *(("id", served) for served in world.ids(resource)[:3])]) for resource in RESOURCES]


@SETTINGS
@given(data=st.data())
def test_any_filters_together_find_what_passes_each(world: World, choices: Any, data: st.DataObject):
    resource, asked = data.draw(st.sampled_from(choices))
    drawn = dict(data.draw(st.lists(st.sampled_from(asked), max_size=4)))
    assert world.found(resource, **drawn) == expected(world, resource, **drawn)
