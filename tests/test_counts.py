"""Facets and aggregates count what a plain recomputation counts, and every link of a facet leads to what it says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from worlds import World, written

from schemas import BY_TYPE, RESOURCES, Resource

SETTINGS = examples(20)


def facetable(resource: Resource) -> list[str]:
    """Return the filters that can be counted beside a list."""
    return [one.name for one in resource.filters if one.name != "date"]


def dimensions(resource: Resource) -> list[str]:
    """Return what an aggregate can count by."""
    return facetable(resource) + (["date:year", "date:decade"] if resource.type == "event" else [])


def counted(entries: list[dict[str, Any]]) -> list[tuple[Any, int]]:
    """Return value and count of each entry of a facet."""
    return [(one["value"], one["count"]) for one in entries]


def grouped(answer: dict[str, Any]) -> dict[tuple[Any, ...], int]:
    """Return the groups of an aggregate, a reference as its id, with their counts."""
    return {
        tuple(one["id"] if isinstance(one, dict) else one for one in entry["group"].values()): entry["count"] for entry in answer["data"]
    }


def test_each_facet_counts_each_value_the_most_frequent_first(world: World):
    for resource in RESOURCES:
        for name in facetable(resource):
            answer = world.get(f"/v1/{resource.collection}", facets=name, facet_limit="200", per_page="0")
            assert counted(answer["facets"][name]) == world.oracle.facet(resource, {}, name), (resource.type, name)


def test_the_links_of_a_facet_lead_to_so_many_records(world: World):
    for resource in RESOURCES:
        for name in facetable(resource):
            for entry in world.get(f"/v1/{resource.collection}", facets=name, facet_limit="4", per_page="0")["facets"][name]:
                assert not entry["selected"]
                assert world.get(entry["href"])["meta"]["total"] == entry["count"], entry


def test_a_value_has_the_label_of_the_record_that_it_names(world: World):
    answer = world.get("/v1/claims", facets="made_by,kind,evidence".removesuffix(",evidence"), per_page="0")
    assert all(entry["label"] == world.records["actor"][entry["value"]]["name"] for entry in answer["facets"]["made_by"])
    assert all(entry["label"] == entry["value"] for entry in answer["facets"]["kind"])
    flags = world.get("/v1/actors", facets="named", per_page="0")["facets"]["named"]
    assert {(entry["value"], entry["label"]) for entry in flags} <= {(True, "true"), (False, "false")}
    numbers = world.get("/v1/quotes", facets="sequence", per_page="0")["facets"]["sequence"]
    assert all(entry["label"] == str(entry["value"]) for entry in numbers)


def test_a_facet_leaves_out_what_its_own_filter_chooses_and_its_links_change_the_choice(world: World):
    for resource, name, values in world.cases(most=3):
        for value in values if name != "date" else ():
            asked = {name: written(value)}
            answer = world.get(f"/v1/{resource.collection}", facets=name, facet_limit="200", per_page="0", **asked)
            assert counted(answer["facets"][name]) == world.oracle.facet(resource, asked, name)
            for entry in answer["facets"][name][:3]:
                chosen = [value] if not isinstance(value, bool) else []
                kept = [one for one in [*chosen, entry["value"]] if not (entry["selected"] and one == value)]
                assert entry["selected"] == (entry["value"] == value)
                wanted = {name: ",".join(map(written, kept))} if kept else {}
                assert world.get(entry["href"])["meta"]["total"] == len(world.oracle.find(resource, wanted))


def test_other_operators_on_a_filter_stay_in_force_for_its_facet(world: World):
    for resource, name, values in world.cases(most=2):
        if name != "date" and values and not isinstance(values[0], bool):
            for asked in ({f"{name}__not": written(values[0])}, {f"{name}__exists": "true"}):
                answer = world.get(f"/v1/{resource.collection}", facets=name, facet_limit="200", per_page="0", **asked)
                assert counted(answer["facets"][name]) == world.oracle.facet(resource, asked, name)
                for entry in answer["facets"][name][:2]:
                    assert world.get(entry["href"])["meta"]["total"] == entry["count"]


def test_facets_along_a_path_stay_on_it(world: World):
    actor = max(world.ids(BY_TYPE["actor"]), key=lambda one: len(world.oracle.find(BY_TYPE["claim"], {"made_by": one})))
    answer = world.get(f"/v1/actors/{actor}/claims", facets="kind,about", facet_limit="200", per_page="0")
    for name, entries in answer["facets"].items():
        assert counted(entries) == world.oracle.facet(BY_TYPE["claim"], {"made_by": actor}, name)
        for entry in entries:
            assert entry["href"].startswith(f"/v1/actors/{actor}/claims?")
            assert world.get(entry["href"])["meta"]["total"] == entry["count"]


def test_the_links_of_a_facet_begin_again_from_the_first_page(world: World):
    for asked in ({"page": "2"}, {"cursor": "*"}):
        for entry in world.get("/v1/claims", facets="kind", per_page="2", **asked)["facets"]["kind"]:
            assert "&page=" not in entry["href"]
            assert "cursor" not in entry["href"]


def test_a_facet_of_a_search_counts_what_is_found(world: World):
    found = {record["id"] for record in world.get("/v1/claims", q="the", per_page="200")["data"]}
    answer = world.get("/v1/claims", q="the", facets="made_by", facet_limit="200", per_page="0")
    assert counted(answer["facets"]["made_by"]) == world.oracle.facet(BY_TYPE["claim"], {"id": ",".join(found)}, "made_by")


def test_a_facet_lists_no_more_values_than_were_asked_for(world: World):
    assert len(world.get("/v1/claims", facets="quote", facet_limit="1", per_page="0")["facets"]["quote"]) == 1
    assert len(world.get("/v1/claims", facets="made_by", per_page="0")["facets"]["made_by"]) <= 20
    assert world.refused("/v1/claims", facet_limit="5") == [("facet_limit", "conflict")]
    assert world.refused("/v1/claims", facets="kinds", facet_limit="5") == [("facets", "invalid_value")]
    assert world.refused("/v1/events", facets="date") == [("facets", "invalid_value")]
    assert world.refused("/v1/claims", facets="kind,kind") == [("facets", "repeated")]


def test_an_aggregate_counts_by_each_dimension(world: World):
    for resource in RESOURCES:
        for name in dimensions(resource):
            answer = world.get(f"/v1/{resource.collection}/aggregate", by=name, per_page="200")
            expected = world.oracle.aggregate(resource, {}, [name]).items()
            in_order = sorted(expected, key=lambda one: (-one[1], one[0][0] is None, one[0]))  # what is missing last among equals
            assert list(grouped(answer).items()) == in_order, (resource.type, name)
            assert answer["meta"]["total"] == answer["meta"]["count"] == len(answer["data"])
            assert answer["meta"]["query"] == {"by": [name]}


def test_an_aggregate_counts_by_each_pair_of_dimensions(world: World):
    for resource in RESOURCES:
        names = dimensions(resource)
        for number, name in enumerate(names):
            for other in (names[number - 1], names[number - 3], "tag"):
                if other != name and (resource.type != "claim" or number % 2):
                    answer = world.get(f"/v1/{resource.collection}/aggregate", by=f"{name},{other}", per_page="200")
                    expected = world.oracle.aggregate(resource, {}, [name, other])
                    assert answer["meta"]["total"] == len(expected)
                    assert len(expected) > 200 or grouped(answer) == dict(expected), (resource.type, name, other)


def test_what_has_no_value_is_a_group_of_its_own(world: World):
    answer = world.get("/v1/quotes/aggregate", by="speaks_for", per_page="200")
    missing = [entry["count"] for entry in answer["data"] if entry["group"]["speaks_for"] is None]
    none = world.get("/v1/quotes", speaks_for__exists="false", per_page="0")["meta"]["total"]
    assert missing == ([none] if none else [])


def test_groups_name_records_by_references(world: World):
    for entry in world.get("/v1/claims/aggregate", by="made_by", per_page="200")["data"]:
        reference = entry["group"]["made_by"]
        assert reference == BY_TYPE["actor"].reference(world.records["actor"][reference["id"]])


def test_dates_are_counted_by_the_first_day_that_they_can_mean(odd_world: World):
    years = grouped(odd_world.get("/v1/events/aggregate", by="date:year", per_page="200"))
    assert years["1997",] == 7
    assert years["0001",] == years["1904",] == 1
    assert years[None,] == 3  # two without a date, and one with an open beginning
    assert grouped(odd_world.get("/v1/events/aggregate", by="date:decade", per_page="200"))["1990s",] == 9


def test_the_largest_group_comes_first_and_groups_have_pages(world: World):
    whole = world.get("/v1/claims/aggregate", by="quote,kind", per_page="200")["data"]
    counts = [entry["count"] for entry in whole]
    assert counts == sorted(counts, reverse=True)
    path, found = "/v1/claims/aggregate?by=quote,kind&per_page=3", []
    while path:
        answer = world.get(path)
        found += answer["data"]
        path = answer["links"]["next"]
    assert found == whole[: len(found)]
    assert len(found) == len(whole)


@pytest.mark.parametrize(("asked", "fault"), [
    ({}, ("by", "empty")),
    ({"by": ""}, ("by", "empty")),
    ({"by": "kind,kind"}, ("by", "repeated")),
    ({"by": "kind,tag,debate"}, ("by", "out_of_range")),
    ({"by": "kinds"}, ("by", "invalid_value")),
    ({"by": "kind:year"}, ("by", "invalid_value")),
    ({"by": "kind", "sort": "id"}, ("sort", "unknown")),
    ({"by": "kind", "made_by": "nobody-at-all"}, ("made_by", "invalid_value")),
])  # fmt: skip
def test_a_count_that_cannot_be_made_is_refused(odd_world: World, asked: dict[str, str], fault: tuple[str, str]):
    assert odd_world.refused("/v1/claims/aggregate", **asked) == [fault]


@SETTINGS
@given(data=st.data())
def test_counts_of_any_query_are_those_of_its_records(world: World, data: st.DataObject):
    resource, name, values = data.draw(st.sampled_from([case for case in world.cases(most=5) if case[2] and case[1] != "date"]))
    operator = data.draw(st.sampled_from(["", "__not"])) if not isinstance(values[0], bool) else ""
    asked = {f"{name}{operator}": written(data.draw(st.sampled_from(values)))}
    facet = data.draw(st.sampled_from(facetable(resource)))
    answer = world.get(f"/v1/{resource.collection}", facets=facet, facet_limit="200", per_page="0", **asked)
    assert counted(answer["facets"][facet]) == world.oracle.facet(resource, asked, facet)
    by = data.draw(st.lists(st.sampled_from(dimensions(resource)), min_size=1, max_size=2, unique=True))
    groups = world.get(f"/v1/{resource.collection}/aggregate", by=",".join(by), per_page="200", **asked)
    expected = world.oracle.aggregate(resource, asked, by)
    assert groups["meta"]["total"] == len(expected)
    assert len(expected) > 200 or grouped(groups) == dict(expected)
