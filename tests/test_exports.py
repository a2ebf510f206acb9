"""Exports hold exactly what the API serves, byte for byte what their digest says, whole and in ranges, and are described for strangers."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import apsw
import frictionless
import marshmallow as ma
import pytest
from changing import database_of
from conftest import make_app
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from laws import examples
from tiny import change, tiny
from werkzeug.test import TestResponse

from api import exports as answers
from api.app import create_app
from api.config import Settings
from api.datapackage import columns
from api.formats import csv as csv_format
from api.snapshot import csv_lines, exports, measuring
from api.snapshot.build import build
from api.snapshot.exports import DATASET, NAMES, Mismatch
from api.snapshot.holding import UnusableSnapshot
from api.snapshot.read import Snapshot
from api.snapshot.record_writing import draft_records
from schemas import BY_COLLECTION, RESOURCES, Resource
from schemas.dataset import Dataset
from schemas.fields import Many
from schemas.load import load

RECORD_NAMES = [name for name in NAMES if name != DATASET]
CACHED = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=86400"


@pytest.fixture(params=["client", "tiny_client"])
def either(request: pytest.FixtureRequest) -> FlaskClient:
    """A client of the shipped dataset, then one of the tiny dataset."""
    client: FlaskClient = request.getfixturevalue(request.param)
    return client


@pytest.fixture(scope="module")
def cut(tiny_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An app of the tiny dataset whose exports have a part for nearly every record."""
    path = tmp_path_factory.mktemp("cut") / "snapshot.rostrum"
    build(tiny_dataset, path)
    measure(path, tiny_dataset, block=700)
    return create_app(path, Settings())


def measure(path: Path, dataset: Dataset, block: int) -> None:
    """Measure the exports of a snapshot anew, in blocks of so many bytes."""
    records = Snapshot(path).records
    with database_of(path) as database:
        measuring.write(database, measuring.Draft(path, records, {**dataset.about, "digest": dataset.digest}, block).measure())


def whole(client: FlaskClient, name: str) -> bytes:
    """Return the bytes of an export."""
    answer = client.get(f"/v1/exports/{name}")
    assert answer.status_code == 200
    return answer.data


def served(client: FlaskClient, collection: str) -> list[dict[str, Any]]:
    """Return all records of a collection as the API serves them."""
    answer = client.get(f"/v1/{collection}?per_page=200").json
    assert answer is not None
    assert answer["meta"]["total"] == len(answer["data"])
    records: list[dict[str, Any]] = answer["data"]
    return records


def refused(answer: TestResponse, status: int, parameter: str) -> dict[str, Any]:
    """Return the one fault of a problem document."""
    assert answer.json is not None
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    (fault,) = answer.json["errors"]
    assert fault["parameter"] == parameter
    return {"problem": answer.json["detail"], **fault}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.type)
def test_json_lines_hold_every_record_as_it_is_served(either: FlaskClient, resource: Resource) -> None:
    lines = whole(either, f"{resource.collection}.jsonl").split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line) for line in lines] == served(either, resource.collection)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.type)
def test_csv_is_what_the_collection_gives_as_csv(either: FlaskClient, resource: Resource) -> None:
    answer = either.get(f"/v1/{resource.collection}?format=csv")
    assert whole(either, f"{resource.collection}.csv") == answer.data
    assert either.get(f"/v1/exports/{resource.collection}.csv").content_type == answer.content_type


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.type)
def test_csv_is_read_by_the_csv_module_one_line_a_record(either: FlaskClient, resource: Resource) -> None:
    rows = list(csv.DictReader(io.StringIO(whole(either, f"{resource.collection}.csv").decode(), newline=""), strict=True))
    assert [row["id"] for row in rows] == [record["id"] for record in served(either, resource.collection)]
    assert all(None not in row and None not in row.values() for row in rows)


def test_the_dataset_in_one_document_leaves_nothing_out(either: FlaskClient) -> None:
    document = json.loads(whole(either, DATASET))
    index = either.get("/v1").json
    assert index is not None
    assert list(document) == ["dataset", *(resource.collection for resource in RESOURCES), "texts"]
    assert {name: document["dataset"][name] for name in index["data"]["dataset"]} == index["data"]["dataset"]
    assert document["dataset"].keys() >= {"contributors", "description"}
    for resource in RESOURCES:
        assert document[resource.collection] == served(either, resource.collection)
    texts = {source["id"]: either.get(f"/v1/sources/{source['id']}/text").get_data(as_text=True) for source in document["sources"]}
    assert document["texts"] == texts


def test_the_dataset_in_one_document_has_a_line_for_each_record_and_text(either: FlaskClient) -> None:
    document = json.loads(whole(either, DATASET))
    items = sum(len(document[name]) for name in document if name != "dataset")
    assert whole(either, DATASET).count(b"\n") == items + 2 * len(document) - 1


@pytest.mark.parametrize("path", ["/v1/exports/dataset.json", "/v1/datapackage.json"])
def test_documents_are_what_openapi_says(either: FlaskClient, path: str) -> None:
    openapi, document = either.get("/v1/openapi.json").json, either.get(path).json
    assert openapi is not None
    described = openapi["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(described["required"]) <= set(described["properties"])
    assert list(Draft202012Validator({**described, "components": openapi["components"]}).iter_errors(document)) == []


def test_a_part_of_an_answer_is_documented(client: FlaskClient) -> None:
    openapi = client.get("/v1/openapi.json").json
    assert openapi is not None
    for path in ("/v1/exports/{name}", "/v1/exports/dataset.json", "/v1/sources/{id}/text"):
        operation = openapi["paths"][path]["get"]
        assert {"206", "416"} <= operation["responses"].keys()
        assert "Content-Range" in operation["responses"]["206"]["headers"]
        assert "Range" in {one.get("name") for one in operation["parameters"]}


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_carries_the_hash_and_the_length_of_the_whole(either: FlaskClient, name: str) -> None:
    path = f"/v1/exports/{name}"
    body = whole(either, name)
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    full, head, part = either.get(path), either.head(path), either.get(path, headers={"Range": "bytes=0-0"})
    assert [one.headers["Repr-Digest"] for one in (full, head, part)] == [digest] * 3
    assert [one.content_length for one in (full, head, part)] == [len(body), len(body), 1]
    assert head.data == b""
    unlike = {"Content-Length", "X-Request-Id", "Content-Range"}
    assert set(head.headers) - set(full.headers) == {("X-Request-Id", head.headers["X-Request-Id"])}
    assert {key: value for key, value in part.headers if key not in unlike} == {
        key: value for key, value in full.headers if key not in unlike
    }


def test_head_renders_nothing(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_render", lambda *_: pytest.fail("a part was rendered"))
    assert client.head("/v1/exports/quotes.csv").status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_parts_however_small_join_to_the_same_bytes(cut: Flask, tiny_client: FlaskClient, name: str) -> None:
    client = cut.test_client()
    assert whole(client, name) == whole(tiny_client, name)


def test_parts_are_many_where_blocks_are_small(cut: Flask) -> None:
    snapshot: Snapshot = cut.extensions["rostrum"].snapshot
    assert snapshot.rows("SELECT count(*) FROM export_parts")[0][0] > snapshot.counts["quotes"] + snapshot.counts["claims"]
    assert max(row[0] for row in snapshot.rows("SELECT last - first FROM export_parts")) > 0


@examples(50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(NAMES),
    first=st.integers(0, 40_000),
    length=st.integers(0, 3_000),
    form=st.sampled_from(["{0}-{1}", "{0}-", "-{0}"]),
)
def test_every_range_is_the_slice_that_it_names(cut: Flask, name: str, first: int, length: int, form: str) -> None:
    client = cut.test_client()
    body = whole(client, name)
    asked = form.format(first, first + length)
    begin, end = {"{0}-{1}": (first, first + length + 1), "{0}-": (first, len(body)), "-{0}": (max(0, len(body) - first), len(body))}[form]
    answer = client.get(f"/v1/exports/{name}", headers={"Range": f"bytes={asked}"})
    if body[begin:end]:
        assert (answer.status_code, answer.data) == (206, body[begin:end])
        assert answer.headers["Content-Range"] == f"bytes {begin}-{min(end, len(body)) - 1}/{len(body)}"
    else:
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(body)}")


def test_a_range_renders_only_the_parts_that_it_touches(cut: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = []
    render = exports._render
    monkeypatch.setattr(exports, "_render", lambda rows, part: rendered.append(part) or render(rows, part))
    client = cut.test_client()
    assert client.get("/v1/exports/claims.csv", headers={"Range": "bytes=-1"}).status_code == 206
    assert len(rendered) == 1


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,3-4", "bytes=5-3", "bytes=-", "bytes=a-b", "items=0-1", "bytes 0-1", "bytes=0-1-2", "bytes=²-"]
)
def test_what_is_not_one_range_of_bytes_is_ignored(client: FlaskClient, asked: str) -> None:
    answer = client.get("/v1/exports/claims.csv", headers={"Range": asked})
    assert (answer.status_code, answer.data) == (200, whole(client, "claims.csv"))


@pytest.mark.parametrize("digits", ["9" * 20, "9" * 90])
def test_a_range_far_behind_the_end_cannot_be_satisfied(client: FlaskClient, digits: str) -> None:
    assert client.get("/v1/exports/claims.csv", headers={"Range": f"bytes={digits}-"}).status_code == 416


def test_head_takes_no_range(client: FlaskClient) -> None:
    answer = client.head("/v1/exports/claims.csv", headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.content_length) == (200, len(whole(client, "claims.csv")))


def test_a_range_is_kept_only_where_if_range_names_the_tag(client: FlaskClient) -> None:
    path = "/v1/exports/claims.csv"
    known = client.get(path).headers
    tags = {known["ETag"]: 206, f"W/{known['ETag']}": 200, '"other"': 200, known["Last-Modified"]: 200}
    asked = {tag: client.get(path, headers={"Range": "bytes=5-9", "If-Range": tag}).status_code for tag in tags}
    assert asked == tags


def test_a_source_text_takes_ranges_in_the_same_way(tiny_client: FlaskClient) -> None:
    path = "/v1/sources/tea.kettle-hour/text"
    text = tiny_client.get(path).data
    for asked, status, body in (("bytes=3-8", 206, text[3:9]), ("bytes=-99999", 206, text), ("lines=1-2", 200, text)):
        answer = tiny_client.get(path, headers={"Range": asked})
        assert (answer.status_code, answer.data) == (status, body)


def test_who_has_an_export_already_gets_304(client: FlaskClient) -> None:
    path = "/v1/exports/claims.csv"
    tag = client.get(path).headers["ETag"]
    answers = [client.get(path, headers={"If-None-Match": one}) for one in (tag, f'"x", W/{tag}', "*")]
    assert [(one.status_code, one.data, one.headers["ETag"], one.headers["Cache-Control"]) for one in answers] == [
        (304, b"", tag, CACHED)
    ] * 3


def test_an_export_is_never_coded_and_varies_by_accept_alone(client: FlaskClient) -> None:
    answer = client.get("/v1/exports/quotes.jsonl", headers={"Accept-Encoding": "zstd, br, gzip"})
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept"
    assert client.get("/v1/exports/quotes.jsonl", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("path", ["/v1/exports/claims.csv", "/v1/exports/claims.jsonl", "/v1/exports/dataset.json", "/v1/datapackage.json"])
def test_under_the_digest_of_the_dataset_an_answer_may_be_kept_for_good(client: FlaskClient, path: str) -> None:
    digest = client.get("/v1").json["data"]["dataset"]["digest"]  # type: ignore[index]
    plain = client.get(path)
    assert plain.headers["Cache-Control"] == CACHED
    for version in (digest, digest.removeprefix("sha256:")):
        answer = client.get(path, query_string={"v": version})
        assert (answer.headers["Cache-Control"], answer.data) == ("public, max-age=31536000, immutable", plain.data)


@pytest.mark.parametrize("path", ["/v1/exports/claims.csv", "/v1/exports/dataset.json", "/v1/datapackage.json"])
def test_another_digest_is_a_404_that_names_the_one_that_is_served(client: FlaskClient, path: str) -> None:
    dataset = client.get("/v1").json["data"]["dataset"]  # type: ignore[index]
    fault = refused(client.get(path, query_string={"v": "0" * 64}), 404, "v")
    assert fault["did_you_mean"] == dataset["digest"]
    assert dataset["version"] in fault["problem"]


def test_the_descriptor_is_had_in_parts_too_and_its_hash_is_that_of_what_is_sent(client: FlaskClient) -> None:
    path = "/v1/datapackage.json"
    full, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip"})
    part, head = client.get(path, headers={"Range": "bytes=5-9"}), client.head(path)
    assert (part.status_code, part.data) == (206, full.data[5:10])
    assert packed.headers["Content-Encoding"] == "gzip"
    for answer, body in ((full, full.data), (part, full.data), (head, full.data), (packed, packed.data)):
        assert answer.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    assert "Repr-Digest" not in client.get(path, headers={"If-None-Match": full.headers["ETag"]}).headers


@pytest.mark.parametrize("version", ["", "latest", "sha256:", "sha512:" + "0" * 64, "A" * 64, "0" * 65])
def test_what_is_no_digest_is_a_400(client: FlaskClient, version: str) -> None:
    refused(client.get("/v1/exports/claims.csv", query_string={"v": version}), 400, "v")


def test_parameters_are_strict(client: FlaskClient) -> None:
    assert client.get("/v1/exports/claims.csv?mailto=you@example.org").status_code == 200
    assert refused(client.get("/v1/exports/claims.csv?kind=causal"), 400, "kind")["code"] == "unknown"


@pytest.mark.parametrize(("name", "meant"), [("claim.csv", "claims.csv"), ("datset.json", "dataset.json"), ("quote.jsonl", "quotes.jsonl")])
def test_an_unknown_name_suggests_the_one_that_was_meant(client: FlaskClient, name: str, meant: str) -> None:
    assert refused(client.get(f"/v1/exports/{name}"), 404, "name")["did_you_mean"] == meant


@pytest.mark.parametrize("name", ["claims.xls", "claims", "claims.csv.gz"])
def test_an_unknown_format_lists_those_that_there_are(client: FlaskClient, name: str) -> None:
    assert refused(client.get(f"/v1/exports/{name}"), 404, "name")["allowed"] == ["claims.csv", "claims.jsonl"]


def test_the_name_of_a_download_says_which_dataset_it_is_of(client: FlaskClient) -> None:
    dataset = client.get("/v1").json["data"]["dataset"]  # type: ignore[index]
    shown = client.get("/v1/exports/claims.csv").headers["Content-Disposition"]
    assert shown == f'attachment; filename="claims-{dataset["version"]}-{dataset["digest"][7:19]}.csv"'


def test_an_export_links_to_its_description_its_licence_and_its_other_format(client: FlaskClient) -> None:
    link = client.get("/v1/exports/claims.csv").headers["Link"]
    assert '</v1/datapackage.json>; rel="describedby"' in link
    assert 'rel="license"' in link
    assert '</v1/exports/claims.jsonl>; rel="alternate"; type="application/jsonl"' in link


def test_two_builds_of_one_dataset_have_the_same_exports(tiny_dataset: Dataset, tiny_client: FlaskClient, tmp_path: Path) -> None:
    again = make_app(tiny_dataset, tmp_path).test_client()
    assert {name: whole(again, name) for name in NAMES} == {name: whole(tiny_client, name) for name in NAMES}


def test_an_empty_collection_is_an_empty_export(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "data")
    for name in ("tea/events.json", "tea/conditions.json", "tea/claims.json", "biscuits/claims.json"):
        (folder / name).write_text("[]\n", encoding="utf-8")
    client = make_app(load(folder), tmp_path).test_client()
    assert whole(client, "events.jsonl") == b""
    assert whole(client, "events.csv").count(b"\r\n") == 1
    assert json.loads(whole(client, DATASET))["events"] == []
    assert client.get("/v1/exports/events.jsonl", headers={"Range": "bytes=0-"}).status_code == 416


def test_no_text_becomes_a_formula_and_the_package_says_so(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "data")
    change(folder, "actors.json", "tea-first", description="=1+1")
    client = make_app(load(folder), tmp_path).test_client()
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(whole(client, "actors.csv").decode(), newline=""))}
    assert rows["tea-first"]["description"] == "'=1+1"
    assert "apostrophe" in package(client)["resources"][2]["description"]


def test_what_differs_from_what_was_measured_is_not_sent(cut: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot: Snapshot = cut.extensions["rostrum"].snapshot
    export = exports.exports(snapshot)[0]
    monkeypatch.setattr(exports, "_render", lambda *_: b"something else")
    with pytest.raises(Mismatch, match=r"debates\.csv at byte 0"):
        list(exports.stream(snapshot, export, 0, export.size))


def test_large_downloads_leave_a_thread_for_other_requests(tiny_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "AT_ONCE", 10)
    monkeypatch.setitem(tiny_app.extensions, answers.SLOTS, answers.BoundedSemaphore(1))
    client = tiny_app.test_client()
    first = client.get("/v1/exports/claims.csv", buffered=False)
    second = client.get("/v1/exports/claims.csv")
    assert (first.status_code, second.status_code, second.headers["Retry-After"]) == (200, 503, "30")
    assert client.head("/v1/exports/claims.csv").status_code == 200
    assert client.get("/v1/exports/claims.csv", headers={"Range": "bytes=0-9"}).status_code == 206
    first.close()
    assert client.get("/v1/exports/claims.csv").status_code == 200


def package(client: FlaskClient) -> dict[str, Any]:
    """Return the descriptor of the Data Package."""
    descriptor = client.get("/v1/datapackage.json").json
    assert descriptor is not None
    return descriptor


@pytest.fixture
def copied(either: FlaskClient, tmp_path: Path) -> tuple[FlaskClient, frictionless.Package]:
    """A client, and the Data Package that was copied from it, file by file."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "datapackage.json").write_bytes(either.get("/v1/datapackage.json").data)
    for resource in package(either)["resources"]:
        (tmp_path / resource["path"]).write_bytes(either.get(f"/v1/{resource['path']}").data)
    return either, frictionless.Package(str(tmp_path / "datapackage.json"))


def test_the_data_package_and_every_table_of_it_are_valid(copied: tuple[FlaskClient, frictionless.Package]) -> None:
    report = copied[1].validate()
    assert report.flatten(["name", "message"]) == []
    assert report.stats["tasks"] == len(RESOURCES) + 1


def test_a_key_that_leads_nowhere_would_be_noticed(copied: tuple[FlaskClient, frictionless.Package]) -> None:
    path = Path(copied[1].basepath or "") / "exports" / "actors.csv"
    path.write_bytes(path.read_bytes().replace(b"actor,", b"actor,un", 1))
    assert {"foreign-key", "hash-count"} <= {kind for (kind,) in copied[1].validate().flatten(["type"])}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.type)
def test_tables_read_by_their_description_equal_the_records(copied: tuple[FlaskClient, frictionless.Package], resource: Resource) -> None:
    client, read = copied
    rows = [row.to_dict() for row in read.get_resource(resource.collection).read_rows()]
    described = {field["name"]: field["type"] for field in read.get_resource(resource.collection).schema.to_descriptor()["fields"]}
    expected = [
        {name: expect(resource, record, name, kind) for name, kind in described.items()} for record in served(client, resource.collection)
    ]
    assert [{name: plain(value) for name, value in row.items()} for row in rows] == expected


def plain(value: Any) -> Any:
    """Return what was read as JSON has it."""
    return float(value) if isinstance(value, Decimal) else value


def expect(resource: Resource, record: dict[str, Any], name: str, kind: str) -> Any:
    """Return what a cell should be read as, from the record alone."""
    found = list(walk(record, name.split(".")))
    if kind == "list":
        return found or None
    if is_many(resource.public, name.split(".")):
        texts = ["" if one is None else str(one).replace("\\", "\\\\").replace("|", "\\|") for one in found]
        return guarded(" | ".join(texts)) or None
    (value,) = found
    if value is None or value == "":
        return None
    return guarded(value) if kind == "string" else value if kind == "boolean" else as_kind(value, kind)


def guarded(text: str) -> str:
    """Return a text with the apostrophe that keeps a spreadsheet from running it."""
    return f"'{text}" if text.lstrip("'").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) else text  # noqa: RUF001


def as_kind(value: Any, kind: str) -> Any:
    """Return a value as the type that a table says it has."""
    return {"integer": int, "number": float, "date": date.fromisoformat}[kind](value)


def walk(value: Any, steps: list[str]) -> Iterator[Any]:
    """Yield the values at the end of a path, references as ids; a null on the way is the value."""
    if isinstance(value, list):
        for item in value:
            yield from walk(item, steps)
    elif value is None or not steps:
        yield value["id"] if isinstance(value, dict) else value
    else:
        yield from walk(value[steps[0]], steps[1:])


def is_many(schema: ma.Schema, steps: list[str]) -> bool:
    """Say whether a path goes through a list."""
    field: Any = schema.fields[steps[0]]
    return isinstance(field, Many) or (len(steps) > 1 and is_many(field.schema, steps[1:]))


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.type)
def test_every_column_is_described_in_its_place(resource: Resource) -> None:
    assert [column.name for column in columns(resource)] == csv_format.columns(resource, None)
    assert all(column.description.endswith((".", "?", "”.")) for column in columns(resource))


def test_the_package_says_what_is_known_and_nothing_else(either: FlaskClient) -> None:
    descriptor, dataset = package(either), json.loads(whole(either, DATASET))["dataset"]
    assert descriptor["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert (descriptor["title"], descriptor["version"], descriptor["id"]) == (dataset["title"], dataset["version"], dataset["digest"])
    assert descriptor["licenses"][0]["name"] == dataset["licence"]
    assert [one["title"] for one in descriptor["contributors"]] == [one["name"] for one in dataset["contributors"]]
    assert [one["title"] for one in descriptor["sources"]] == [source["title"] for source in served(either, "sources")]
    assert "created" not in descriptor


def test_the_package_gives_size_hash_and_type_of_every_file(either: FlaskClient) -> None:
    for resource in package(either)["resources"]:
        answer = either.get(f"/v1/{resource['path']}")
        assert resource["bytes"] == answer.content_length
        assert resource["hash"] == f"sha256:{hashlib.sha256(answer.data).hexdigest()}"
        assert resource["mediatype"] == answer.mimetype


def test_closed_lists_keys_and_lists_are_described(client: FlaskClient) -> None:
    tables = {one["name"]: one["schema"] for one in package(client)["resources"] if one.get("type") == "table"}
    assert set(tables) == set(BY_COLLECTION)
    fields = {name: {field["name"]: field for field in table["fields"]} for name, table in tables.items()}
    assert "causal" in fields["claims"]["kind"]["constraints"]["enum"]
    assert fields["claims"]["events"]["type"] == "list"
    assert fields["claims"]["evidence.position.start"]["itemType"] == "integer"
    assert {"fields": ["made_by"], "reference": {"fields": ["id"], "resource": "actors"}} in tables["claims"]["foreignKeys"]
    assert {"fields": ["part_of"], "reference": {"fields": ["id"]}} in tables["actors"]["foreignKeys"]
    assert all(table["primaryKey"] == ["id"] for table in tables.values())


@pytest.mark.parametrize("twice", [False, True])
def test_lines_of_a_record_that_is_another_now_stand_in_the_place_of_the_old_ones(tiny_dataset: Dataset, tmp_path: Path, twice: bool):
    build(tiny_dataset, tmp_path / "whole.rostrum")
    one, two, new, *_ = [bytes(body) for _, body in Snapshot(tmp_path / "whole.rostrum").records.between("claims")]
    held = [one, one if twice else two]
    claims = BY_COLLECTION["claims"]
    with apsw.Connection(":memory:") as database, draft_records(tmp_path) as records:
        database.execute(csv_lines.TABLE)
        records.write("claims", 7, [held[0], new])
        csv_lines.write(database, "claims", csv_lines.pieces(claims, list(map(json.loads, held)), held), 7, 1)
        csv_lines.renew(database, records, "claims", 8, before=held[1], body=new)
        ((size, lines),) = database.execute("SELECT size, lines FROM csv_lines")
    assert csv_lines.unpacked(lines, size) == csv_format.lines(claims, [held[0], new], None)


def test_lines_of_which_any_bit_is_another_one_now_are_never_taken_for_right(tiny_client: FlaskClient) -> None:
    lines = whole(tiny_client, "claims.csv")
    held = csv_lines.packed(lines)
    assert csv_lines.unpacked(held, len(lines)) == lines
    refused = 0
    for bit in range(8 * len(held)):
        damaged = bytearray(held)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            assert csv_lines.unpacked(bytes(damaged), len(lines)) == lines
        except UnusableSnapshot:
            refused += 1
    assert refused > 0.99 * 8 * len(held), "few bits are of no account"
    with pytest.raises(UnusableSnapshot, match="lines of CSV are damaged"):
        csv_lines.unpacked(held, len(lines) + 1)
