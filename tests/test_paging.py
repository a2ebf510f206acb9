"""Pages and walks: complete, in order, bound to their query, and a walk costs the same on every page."""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from tiny import ACTORS, edit, tiny
from worlds import World, parameters_of, written

from api import bounds
from schemas import BY_TYPE, RESOURCES, Resource
from schemas.load import load

SETTINGS = examples(20)


def walk(world: World, path: str, **parameters: str) -> list[dict[str, Any]]:
    """Return the pages of a walk, following `links.next` to its end."""
    pages = [world.get(path, cursor="*", **parameters)]
    while following := pages[-1]["links"]["next"]:
        pages.append(world.get(following))
    return pages


def ids(pages: list[dict[str, Any]]) -> list[str]:
    """Return the ids of records, page after page."""
    return [record["id"] for page in pages for record in page["data"]]


def sorts(resource: Resource) -> list[str]:
    """Return each key of a type in both directions."""
    return [sign + key for key in resource.sorts for sign in ("", "-")]


def test_pages_follow_one_another_and_miss_nothing(world: World):
    for resource in RESOURCES:
        whole = [record["id"] for record in world.oracle.find(resource, {})]
        pages = [world.get(f"/v1/{resource.collection}", per_page="4", select="id")]
        while following := pages[-1]["links"]["next"]:
            pages.append(world.get(following))
        assert ids(pages) == whole
        assert [page["meta"]["page"] for page in pages] == list(range(1, len(pages) + 1))
        assert {page["meta"]["total"] for page in pages} == {len(whole)}


def test_the_links_of_a_page_lead_to_its_neighbours(world: World):
    total = len(world.records["claim"])
    for number in range(1, -(-total // 2) + 1):
        links = world.get("/v1/claims", page=str(number), per_page="2", kind__not="evaluative", sort="-text")["links"]
        last = max(1, -(-len(world.oracle.find(BY_TYPE["claim"], {"kind__not": "evaluative"})) // 2))
        numbers = {name: int(parameters_of(href).get("page", 1)) if href else None for name, href in links.items()}
        assert numbers["self"] == number
        assert (numbers["first"], numbers["last"]) == (1, last)
        assert numbers["prev"] == (min(number - 1, last) if number > 1 else None)
        assert numbers["next"] == (number + 1 if number < last else None)
        assert all(href.startswith("/v1/claims?") for href in links.values() if href)


def test_a_page_beyond_the_end_is_empty_and_leads_back(world: World):
    answer = world.get("/v1/quotes", page="99", per_page="5")
    assert (answer["data"], answer["meta"]["count"], answer["links"]["next"]) == ([], 0, None)
    assert answer["links"]["prev"] == answer["links"]["last"]
    assert world.get(answer["links"]["prev"])["data"]


def test_no_records_a_page_leave_the_counts(world: World):
    answer = world.get("/v1/claims", per_page="0", facets="kind")
    assert (answer["data"], answer["meta"]["total"], answer["meta"]["count"]) == ([], len(world.records["claim"]), 0)
    assert answer["facets"]["kind"]
    assert [name for name, href in answer["links"].items() if href] == ["self"]


def test_an_empty_collection_has_one_empty_page(world: World):
    answer = world.get("/v1/claims", tag="no-such-tag")
    assert (answer["data"], answer["meta"]["total"]) == ([], 0)
    assert {name for name, href in answer["links"].items() if href} == {"self", "first", "last"}
    assert ids(walk(world, "/v1/claims", tag="no-such-tag")) == []


def test_every_page_that_a_link_names_is_within_what_pages_reach(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bounds, "MOST_PAGED", 5)
    answer = world.get("/v1/quotes", per_page="2", select="id")
    assert int(parameters_of(answer["links"]["last"])["page"]) == 2
    assert world.get(answer["links"]["last"])["links"]["next"] is None
    assert world.refused("/v1/quotes", per_page="2", page="3") == [("page", "out_of_range")]
    assert ids(walk(world, "/v1/quotes", per_page="2")) == [record["id"] for record in world.oracle.find(BY_TYPE["quote"], {})]


def test_each_key_sorts_in_both_directions_with_the_missing_last(world: World):
    for resource in RESOURCES:
        for sort in sorts(resource):
            found = world.found(resource, sort=sort)
            assert found == [record["id"] for record in world.oracle.find(resource, {}, sort)], (resource.type, sort)


def test_a_walk_finds_in_order_what_a_sort_finds(world: World):
    for resource in RESOURCES:
        for sort in sorts(resource):
            pages = walk(world, f"/v1/{resource.collection}", sort=sort, per_page="3", select="id")
            assert ids(pages) == [record["id"] for record in world.oracle.find(resource, {}, sort)], (resource.type, sort)
            assert {page["meta"]["total"] for page in pages} == {len(world.records[resource.type])}
            assert all(page["meta"]["page"] is None and page["links"]["prev"] is None for page in pages)


@pytest.fixture(scope="module")
def choices(world: World) -> dict[str, list[tuple[str, str]]]:
    """All that can be asked of each type."""
    asked: dict[str, list[tuple[str, str]]] = {resource.type: [] for resource in RESOURCES}
    for resource, name, values in world.cases(most=5):
        asked[resource.type] += [(name, written(value)) for value in values if name != "date"]
        asked[resource.type] += [(f"{name}__not", written(value)) for value in values if name != "date" and not isinstance(value, bool)]
    return asked


@SETTINGS
@given(data=st.data())
def test_a_walk_through_any_filters_and_sorts_is_complete(world: World, choices: Any, data: st.DataObject):
    resource = data.draw(st.sampled_from(RESOURCES))
    asked = dict(data.draw(st.lists(st.sampled_from(choices[resource.type]), max_size=2))) if choices[resource.type] else {}
    keys = data.draw(st.lists(st.sampled_from(sorted(resource.sorts)), max_size=3, unique=True))
    sort = ",".join(data.draw(st.sampled_from(["", "-"])) + key for key in keys)
    per_page = data.draw(st.integers(1, 9))
    pages = walk(world, f"/v1/{resource.collection}", per_page=str(per_page), select="id", **asked, **({"sort": sort} if sort else {}))
    assert ids(pages) == [record["id"] for record in world.oracle.find(resource, asked, sort)]
    assert all(len(page["data"]) == per_page for page in pages[:-1])


@pytest.mark.parametrize("sort", ["", "-relevance", "relevance", "kind,-relevance", "-text", "id"])
def test_a_walk_through_a_search_is_what_its_pages_are(world: World, sort: str):
    asked = {"q": "the*", **({"sort": sort} if sort else {})}
    whole = world.found(BY_TYPE["claim"], **asked)
    assert ids(walk(world, "/v1/claims", per_page="2", select="id", **asked)) == whole
    if sort == "-relevance":
        assert whole == world.found(BY_TYPE["claim"], q="the*")


@pytest.mark.parametrize("sort", ["-relevance", "relevance", "kind,-relevance", "text"])
@pytest.mark.parametrize("narrowed", [{"q": "zzzz", "kind": "causal"}, {"q": "the", "tag": "no-such-tag"}, {"q": "the", "id": "nobody"}])
def test_a_walk_through_nothing_ends_where_it_begins(world: World, narrowed: dict[str, str], sort: str):
    page = world.get("/v1/claims", cursor="*", sort=sort, **narrowed)
    assert (page["data"], page["meta"]["total"], page["links"]["next"]) == ([], 0, None)


def test_a_walk_may_change_its_stride_and_what_it_shows(world: World):
    first = world.get("/v1/claims", cursor="*", per_page="2", sort="-text", facets="kind", facet_limit="3", include="made_by")
    cursor = parameters_of(first["links"]["next"])["cursor"]
    rest = world.get("/v1/claims", cursor=cursor, per_page="200", sort="-text", select="id", pretty="true")
    assert ids([first, rest]) == [record["id"] for record in world.oracle.find(BY_TYPE["claim"], {}, "-text")]


def test_a_walk_along_a_path_stays_on_it(world: World):
    actor = max(world.ids(BY_TYPE["actor"]), key=lambda one: len(world.oracle.find(BY_TYPE["claim"], {"made_by": one})))
    pages = walk(world, f"/v1/actors/{actor}/claims", per_page="1")
    assert ids(pages) == [record["id"] for record in world.oracle.find(BY_TYPE["claim"], {"made_by": actor})]
    assert all(href.startswith(f"/v1/actors/{actor}/claims?") for page in pages for href in page["links"].values() if href)


def test_a_cursor_is_opaque_short_and_only_of_its_query(odd_world: World):
    given = parameters_of(odd_world.get("/v1/claims", cursor="*", per_page="1", kind="factual")["links"]["next"])["cursor"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{46}", given)
    for path, asked in [
        ("/v1/claims", {}), ("/v1/claims", {"kind": "causal"}), ("/v1/claims", {"kind": "factual", "sort": "-text"}),
        ("/v1/claims", {"kind": "factual", "q": "tea"}), ("/v1/conditions", {}),
    ]:  # fmt: skip
        answer = odd_world.client.get(path, query_string={"cursor": given, **asked}).get_json()
        (fault,) = answer["errors"]
        assert (fault["parameter"], fault["code"]) == ("cursor", "bad_cursor")
        assert "another query" in fault["detail"]
    plain = parameters_of(odd_world.get("/v1/quotes", cursor="*", per_page="1")["links"]["next"])["cursor"]
    assert odd_world.refused("/v1/claims", cursor=plain) == [("cursor", "bad_cursor")]


def test_a_cursor_of_an_older_dataset_says_so(odd_world: World, tmp_path: Path):
    edit(tiny(tmp_path / "data"), "dataset.json", lambda about: about | {"version": "2026.10.0"})
    older = World("older", load(tmp_path / "data"), tmp_path)
    cursor = parameters_of(older.get("/v1/claims", cursor="*", per_page="1")["links"]["next"])["cursor"]
    (fault,) = odd_world.client.get("/v1/claims", query_string={"cursor": cursor}).get_json()["errors"]
    assert (fault["code"], "another version of the dataset" in fault["detail"]) == ("bad_cursor", True)


def test_a_cursor_that_was_changed_anywhere_is_refused(odd_world: World):
    given = parameters_of(odd_world.get("/v1/claims", cursor="*", per_page="1")["links"]["next"])["cursor"]
    changed = [given[:place] + ("A" if given[place] != "A" else "B") + given[place + 1 :] for place in range(len(given) - 1)]
    for cursor in [*changed, given[:-1], given[1:], given + "A", given + "AAAA", "**", "A", "=" * 8, "é", given.replace(given[0], "+")]:
        assert odd_world.refused("/v1/claims", cursor=cursor) == [("cursor", "bad_cursor")], cursor
    assert odd_world.refused("/v1/claims", cursor="A" * 101) == [("cursor", "out_of_range")]


@SETTINGS
@given(row=st.integers(-(2**63), 2**63 - 1), total=st.integers(-(2**63), 2**63 - 1), sort=st.sampled_from(["", "text", "-relevance"]))
def test_a_cursor_that_somebody_made_up_reaches_nothing_that_is_not_public(odd_world: World, row: int, total: int, sort: str):
    asked = {"q": "tea", **({"sort": sort} if sort else {})}
    link = odd_world.get("/v1/claims", cursor="*", per_page="1", **asked)["links"]["next"]
    raw = base64.urlsafe_b64decode(parameters_of(link)["cursor"] + "==")
    dataset, query = raw[6:12], raw[12:18]
    check = hashlib.sha256(b"rostrum cursor\n" + b"%b %b %d %d" % (dataset, query, total, row)).digest()[:6]
    forged = base64.urlsafe_b64encode(struct.pack(">6s6s6sqq", check, dataset, query, total, row)).decode().rstrip("=")
    answer = odd_world.client.get("/v1/claims", query_string={"cursor": forged, **asked})
    assert answer.status_code in {200, 400}


@pytest.mark.parametrize("sort", ["", "name", "-kind", "-quotes,name"])
def test_every_page_of_a_walk_costs_the_same(tmp_path: Path, sort: str):
    edit(
        tiny(tmp_path / "data"),
        "actors.json",
        lambda actors: actors + [{**ACTORS[4], "id": f"x-{number:04}", "name": f"X {number % 7}"} for number in range(600)],
    )
    crowded = World("crowded", load(tmp_path / "data"), tmp_path)
    path: str | None = f"/v1/actors?cursor=*&per_page=10&select=id{f'&sort={sort}' if sort else ''}"
    crowded.get(path)
    connection = crowded.app.extensions["rostrum"].snapshot._connections._local.connection
    steps = [0]

    def count() -> bool:
        steps[0] += 1
        return False

    connection.set_progress_handler(count, 1)
    costs = []
    while path:
        steps[0] = 0
        path = crowded.get(path)["links"]["next"]
        costs.append(steps[0])
    connection.set_progress_handler(None)
    assert len(costs) > 60
    assert max(costs[1:]) < 2.5 * min(costs[1:-1])


def test_contradictions_are_named(world: World):
    for asked, fault in [
        ({"cursor": "*", "page": "1"}, ("page", "conflict")),
        ({"cursor": "*", "sample": "2"}, ("sample", "conflict")),
        ({"cursor": "*", "per_page": "0"}, ("per_page", "conflict")),
        ({"sort": "-relevance"}, ("sort", "conflict")),
        ({"sort": "id,-id"}, ("sort", "conflict")),
        ({"sort": "id,id"}, ("sort", "repeated")),
        ({"sort": "-"}, ("sort", "invalid_value")),
        ({"page": "0"}, ("page", "out_of_range")),
        ({"page": "401"}, ("page", "out_of_range")),
        ({"page": "01"}, ("page", "invalid_value")),
        ({"page": "1e3"}, ("page", "invalid_value")),
        ({"page": "9" * 400}, ("page", "out_of_range")),
        ({"per_page": "201"}, ("per_page", "out_of_range")),
        ({"per_page": "-1"}, ("per_page", "out_of_range")),
        ({"per_page": "٣"}, ("per_page", "invalid_value")),
    ]:
        assert world.refused("/v1/claims", **asked) == [fault], asked
