"""CSV and JSON Lines say what the JSON says: every cell can be read back, nothing runs as a formula, and a table is whole or says it is not."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from worlds import World, parameters_of

from api import bounds
from api.formats.csv import cell
from schemas import BY_TYPE, RESOURCES, Resource
from schemas.base import Link
from schemas.fields import Many, Part

SETTINGS = examples(75)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TYPES = {"csv": "text/csv; charset=utf-8; header=present", "jsonl": "application/jsonl"}


def table(world: World, resource: Resource, **parameters: str) -> list[dict[str, str]]:
    """Return the lines of a CSV as a reader of RFC 4180 sees them, by column."""
    answer = world.client.get(f"/v1/{resource.collection}", query_string={"format": "csv", **parameters})
    assert (answer.status_code, answer.content_type) == (200, TYPES["csv"])
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True), newline=""), strict=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def unguarded(text: str) -> str:
    """Return what stood in a cell before it was made harmless."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(DANGEROUS) else text


def items(text: str) -> list[str]:
    """Return the items of a cell of several: between bars, each with a space beside it; what has a backslash in front stands for itself."""
    found: list[list[str]] = [[]]
    for piece in re.findall(r"\\.|[^\\]", unguarded(text), flags=re.DOTALL):
        if piece == "|":
            found[-1].pop()
            found.append([])
        else:
            found[-1].append(piece[-1])
    return ["".join(found[0]), *("".join(part[1:]) for part in found[1:])] if text else []


def leaves(schema: Any, prefix: str = "", *, many: bool = False) -> list[tuple[str, bool]]:
    """Return every column of a type, and whether its cells are lists; a reference is one column."""
    found: list[tuple[str, bool]] = []
    for name, field in schema.fields.items():
        several = many or isinstance(field, Many)
        inner = field.inner if isinstance(field, Many) else field
        if isinstance(inner, Part) and not isinstance(inner, Link):
            found += leaves(inner.schema, f"{prefix}{name}.", many=several)
        else:
            found.append((prefix + name, several))
    return found


def told(value: Any) -> str:
    """Return one value as a cell tells it."""
    if isinstance(value, dict):
        return str(value["id"])
    return "" if value is None else json.dumps(value) if isinstance(value, bool | int | float) else value


def at(value: Any, path: list[str]) -> list[Any]:
    """Return all values at the end of a path."""
    if isinstance(value, list):
        return [one for item in value for one in at(item, path)]
    return at(value[path[0]], path[1:]) if path and value is not None else [value]


def test_each_cell_tells_what_the_record_says(world: World):
    for resource in RESOURCES:
        columns = leaves(resource.public)
        rows, records = table(world, resource), world.oracle.find(resource, {})
        assert [row["id"] for row in rows] == [record["id"] for record in records]
        assert all(list(row) == [column for column, _ in columns] for row in rows)
        for row, record in zip(rows, records, strict=True):
            for column, many in columns:
                values = [told(value) for value in at(record, column.split("."))]
                shown = items(row[column]) if many else [unguarded(row[column])]
                assert shown == ([] if many and values == [""] else values), (column, row[column])  # a list of one null is as empty as none


def test_no_cell_begins_as_a_formula_does(world: World):
    for resource in RESOURCES:
        for row in table(world, resource):
            assert not [value for value in row.values() if value.startswith(DANGEROUS)]


@SETTINGS
@given(text=st.text(min_size=1))
def test_any_text_can_be_read_back_from_its_cell(text: str):
    shown = cell({"text": text}, ["text"])
    assert unguarded(shown) == text
    assert not shown.startswith(DANGEROUS)


@SETTINGS
@given(texts=st.lists(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("|\\ '=-")), min_size=1), min_size=1, max_size=4))
def test_any_list_can_be_read_back_from_its_cell(texts: list[str]):
    shown = cell({"texts": texts}, ["texts"])
    assert items(shown) == texts
    assert not shown.startswith(DANGEROUS)


def test_a_negative_number_stays_a_number_and_a_list_of_them_is_made_harmless():
    assert cell({"number": -1.5}, ["number"]) == "-1.5"
    assert cell({"numbers": [-1, 2]}, ["numbers"]) == "'-1 | 2"
    assert cell({"flag": True, "nothing": None}, ["flag"]) == "true"
    assert cell({"nothing": None}, ["nothing", "deeper"]) == ""


def test_lines_end_in_crlf_and_there_is_no_byte_order_mark(world: World):
    data = world.client.get("/v1/quotes?format=csv").data
    assert data.endswith(b"\r\n")
    assert data.startswith(b"type,id,")


def test_columns_are_the_same_whatever_is_found(world: World):
    for resource in RESOURCES:
        headers = {
            world.client.get(f"/v1/{resource.collection}?format=csv{more}").data.partition(b"\r\n")[0]
            for more in ("", "&tag=nothing-has-this", "&id=x")
        }
        assert headers == {",".join(column for column, _ in leaves(resource.public)).encode()}
    assert world.client.get("/v1/claims?format=csv&tag=nothing-has-this").data.count(b"\r\n") == 1
    assert world.client.get("/v1/claims?format=jsonl&tag=nothing-has-this").data == b""


def test_selected_fields_are_the_columns_in_the_order_of_the_record(world: World):
    for asked, columns in [
        ("text", ["type", "id", "text"]), ("tags,text,id", ["type", "id", "text", "tags"]), ("made_by", ["type", "id", "made_by"]),
        ("made_by.label,made_by.id", ["type", "id", "made_by.id", "made_by.label"]), ("fidelity", ["type", "id", "fidelity.grade", "fidelity.overlap"]),
        ("evidence.quote.label", ["type", "id", "evidence.quote.label"]), ("made_by.id,made_by", ["type", "id", "made_by"]),
    ]:  # fmt: skip
        for row in table(world, BY_TYPE["claim"], select=asked):
            record = world.records["claim"][row["id"]]
            assert list(row) == columns
            for column in columns:
                values = [told(value) for value in at(record, column.split("."))]
                assert (items(row[column]) if column.startswith(("evidence", "tags")) else [unguarded(row[column])]) == values


def test_each_line_of_json_lines_is_the_record_of_the_json(world: World):
    for resource in RESOURCES:
        for select in ({}, {"select": "id,tags"}):
            asked = {**select, "sort": "-id"}
            data = world.get(f"/v1/{resource.collection}", per_page="200", **asked)["data"]
            answer = world.client.get(f"/v1/{resource.collection}", query_string={"format": "jsonl", **asked})
            assert (answer.content_type, answer.data.endswith(b"\n")) == (TYPES["jsonl"], True)
            assert [json.loads(line) for line in answer.data.decode().split("\n")[:-1]] == data


def test_a_table_holds_all_that_a_query_finds_or_the_page_that_is_asked_for(world: World):
    whole = [record["id"] for record in world.oracle.find(BY_TYPE["quote"], {})]
    for asked, expected in [
        ({}, whole), ({"per_page": "2"}, whole[:2]), ({"page": "2", "per_page": "2"}, whole[2:4]), ({"page": "1"}, whole[:25]), ({"per_page": "25"}, whole[:25]),
    ]:  # fmt: skip
        assert [row["id"] for row in table(world, BY_TYPE["quote"], **asked)] == expected


def test_a_table_can_be_walked(world: World):
    whole = [record["id"] for record in world.oracle.find(BY_TYPE["claim"], {}, "-text")]
    path: str | None = "/v1/claims?format=csv&cursor=*&per_page=4&sort=-text&select=id"
    found: list[str] = []
    while path:
        answer = world.client.get(path)
        found += [line.split(",")[1] for line in answer.get_data(as_text=True).split("\r\n")[1:-1]]
        following = re.search(r'<([^>]*)>; rel="next"', answer.headers["Link"])
        path = following[1] if following else None
    assert found == whole


def test_a_table_that_would_be_too_large_is_refused_and_a_walk_is_not(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bounds, "MOST_PAGED", 3)
    for form, media_type in TYPES.items():
        assert world.refused("/v1/claims", format=form) == [("format", "out_of_range")]
        assert world.client.get("/v1/claims", headers={"Accept": media_type.partition(";")[0]}).status_code == 400
        assert world.client.get(f"/v1/claims?format={form}&cursor=*&per_page=5").status_code == 200
        assert world.client.get(f"/v1/claims?format={form}&per_page=3").status_code == 200


@pytest.mark.parametrize(("accept", "expected"), [
    ("", "application/json"),
    ("*/*", "application/json"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
    ("application/json", "application/json"),
    ("text/csv", "text/csv"),
    ("text/*", "text/csv"),
    ("application/jsonl", "application/jsonl"),
    ("text/csv;q=0.5, application/json", "application/json"),
    ("text/csv, application/json;q=0.5", "text/csv"),
    ("application/json;q=0.1, application/jsonl;q=0.2, text/csv;q=0.3", "text/csv"),
    ("application/json;q=0, */*", "text/csv"),
    ("image/png, text/csv;q=0.1", "text/csv"),
    ("image/png", ""),
    ("text/html", ""),
    ("application/json;q=0", ""),
])  # fmt: skip
def test_what_is_accepted_decides_the_format(odd_world: World, accept: str, expected: str):
    answer = odd_world.client.get("/v1/claims", headers={"Accept": accept})
    assert answer.status_code == (200 if expected else 406)
    assert answer.mimetype == (expected or "application/problem+json")
    assert "Accept" in answer.headers["Vary"]
    if not expected:
        assert answer.get_json()["errors"][0]["allowed"] == ["application/json", "text/csv", "application/jsonl"]


def test_the_format_parameter_goes_before_what_is_accepted(odd_world: World):
    for form, media_type in {**TYPES, "json": "application/json"}.items():
        answer = odd_world.client.get(f"/v1/claims?format={form}", headers={"Accept": "image/png"})
        assert (answer.status_code, answer.content_type) == (200, media_type)
    answer = odd_world.client.get("/v1/claims?format=xml")
    assert (answer.status_code, answer.get_json()["errors"][0]["allowed"]) == (406, ["json", "csv", "jsonl"])
    assert odd_world.refused("/v1/claims/aggregate", by="kind", format="csv") == [("format", "unknown")]


def test_a_table_has_no_place_for_what_is_not_a_record(odd_world: World):
    for name, value in {"include": "made_by", "facets": "kind", "pretty": "true", "highlight": "true"}.items():
        for form in TYPES:
            assert odd_world.refused("/v1/claims", q="tea", format=form, **{name: value}) == [(name, "conflict")]


def test_a_list_names_its_tables_and_they_find_the_same(world: World):
    for asked in (
        {},
        {"kind": "causal", "facets": "kind", "facet_limit": "2"},
        {"q": "the", "highlight": "true", "include": "made_by"},
        {"sample": "3"},
        {"cursor": "*"},
    ):
        answer = world.client.get("/v1/claims", query_string={**asked, "select": "id", "per_page": "3"} if "sample" not in asked else asked)
        alternates = dict(re.findall(r'<([^>]*)>; rel="alternate"; type="([^"]*)"', answer.headers["Link"]))
        assert sorted(alternates.values()) == ["application/jsonl", "text/csv"]
        for href in alternates:
            if parameters_of(href)["format"] == "jsonl":
                lines = world.client.get(href).data.splitlines()
                assert [json.loads(line)["id"] for line in lines] == [record["id"] for record in answer.get_json()["data"]]


def test_a_table_is_named_after_its_collection_and_dataset(world: World):
    about = world.dataset.about
    answer = world.client.get("/v1/actors?format=csv")
    digest = answer.headers["Content-Disposition"].removesuffix('.csv"').rpartition("-")[2]
    assert answer.headers["Content-Disposition"] == f'inline; filename="actors-{about["version"]}-{digest}.csv"'
    assert world.get("/v1")["data"]["dataset"]["digest"].startswith(f"sha256:{digest}")
