"""The JSON Schemas say what marshmallow checks, the generated files are fresh, and an editor finds them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from tiny import FILES, records

from schemas import RESOURCES
from schemas.dictionary import data_dictionary
from schemas.json_schema import DIALECT, authored, authored_file, editor_files, public
from schemas.layout import DATASET_FILES, DEBATE_FILES, DatasetFile
from schemas.rules import RULES

ROOT = Path(__file__).parents[1]
FILE_NAMES = [*DATASET_FILES, *DEBATE_FILES]
ALL = {f"{form.__name__} {resource.type}": form(resource) for resource in RESOURCES for form in (authored, public)} | {
    name: authored_file(name) for name in FILE_NAMES
}
FORMS = {resource.type: (resource.authored, authored(resource)) for resource in RESOURCES} | {
    "dataset": (DatasetFile(), authored_file("dataset.json"))
}
RECORDS = [(type_, record) for _, type_, record in records()] + [("dataset", FILES["dataset.json"])]

# What a shape cannot say: a reason beside an inference, an end behind a start, a day in the calendar, EDTF, a host.
BEYOND_SHAPE = re.compile(
    "without a reason|before the start|not in the calendar|EDTF|years 0001|ends before it begins|says neither|names no host"
)


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """Return a checker by a JSON Schema."""
    return jsonschema.Draft202012Validator(schema)


def walk(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a JSON Schema that describes a value."""
    if isinstance(schema, dict):
        if "type" in schema or "$ref" in schema or "anyOf" in schema:
            yield schema
        for item in schema.values():
            yield from walk(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from walk(item)


def marshmallow_faults(schema: ma.Schema, value: Any) -> list[str]:
    """Return the problems of a value as texts; none where it is valid."""
    try:
        schema.load(value)
    except ma.ValidationError as error:
        return list(texts(error.messages))
    return []


def texts(messages: Any) -> Iterator[str]:
    """Yield the problem of each fault within marshmallow's messages."""
    if isinstance(messages, dict | list):
        for item in messages.values() if isinstance(messages, dict) else messages:
            yield from texts(item)
    else:
        yield getattr(messages, "problem", str(messages))


@pytest.mark.parametrize("name", ALL)
def test_each_schema_is_valid_and_names_itself(name: str):
    """It says its dialect, its address, and what it is about."""
    schema = ALL[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    assert re.fullmatch(r"/v1/schemas/(authored/)?[a-z]+", schema["$id"])
    assert schema["title"]
    assert schema["description"].endswith(".")


def test_no_two_schemas_share_an_address():
    """That of debate.json is that of the record, for the file is one."""
    addresses = [schema["$id"] for name, schema in ALL.items() if name != "debate.json"]
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("name", ALL)
def test_authored_schemas_are_closed_and_public_ones_open(name: str):
    """A curator's slip is caught; a reader is not broken by a field that is added."""
    objects = [schema for schema in walk(ALL[name]) if schema.get("type") == "object"]
    assert objects
    assert all(("additionalProperties" in schema) != name.startswith("public") for schema in objects)
    assert all(schema.get("additionalProperties", False) is False for schema in objects)
    if name.startswith("public"):
        assert all(set(schema["required"]) == set(schema["properties"]) for schema in objects)


@pytest.mark.parametrize("name", ALL)
def test_every_value_is_described(name: str):
    """An editor shows these sentences while one writes."""
    properties = [one for schema in walk(ALL[name]) for one in schema.get("properties", {}).values()]
    assert all(one["description"] for one in properties)


@pytest.mark.parametrize("name", ALL)
def test_every_example_and_default_is_valid(name: str):
    """What is shown as an example may be written."""
    for schema in walk(ALL[name]):
        checker = validator({"$defs": ALL[name].get("$defs", {}), **{key: item for key, item in schema.items() if key != "$id"}})
        for value in [*schema.get("examples", ()), *([schema["default"]] if "default" in schema else ())]:
            assert checker.is_valid(value), (value, schema)


@pytest.mark.parametrize("folder", ["tiny", "data"])
def test_every_file_of_a_valid_dataset_is_accepted(folder: str):
    """The tiny dataset and the shipped one."""
    shipped = {
        path.relative_to(ROOT / "data").as_posix(): json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "data").rglob("*.json")
    }
    files = {name: value for name, value in FILES.items() if name.endswith(".json")} if folder == "tiny" else shipped
    assert files
    for name, value in files.items():
        assert list(validator(authored_file(name.rpartition("/")[2])).iter_errors(value)) == []


@pytest.mark.parametrize(("type_", "schema"), [(resource.type, public(resource)) for resource in RESOURCES], ids=str)
def test_a_served_record_names_its_type_and_its_references(type_: str, schema: dict[str, Any]):
    """References have one definition, and every type says which it is."""
    assert schema["properties"]["type"]["enum"] == [type_]
    assert set(schema["$defs"]["Reference"]["properties"]) == {"type", "id", "label", "href"}


REPLACEMENTS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 2**60), st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer()),
    st.text(max_size=6), st.sampled_from(["a", "a-b", "a.b", "A", "en", "1997", "inferred", "stated", "answers", "https://a.b", "2026.1.0", " a", "a" * 81]),
    st.lists(st.sampled_from(["a", "b", 1, None]), max_size=3), st.just({}), st.dictionaries(st.sampled_from(["quote", "kind", "x"]), st.just("a"), max_size=2),
)  # fmt: skip


@examples(200)
@given(data=st.data())
def test_marshmallow_and_json_schema_agree_wherever_both_can_speak(data: st.DataObject):
    """A record of the tiny dataset is changed in one or two places; both accept it or both refuse it."""
    type_, value = data.draw(st.sampled_from(RECORDS))
    for _ in range(data.draw(st.integers(1, 2))):
        value = mutated(value, data)
    schema, described = FORMS[type_]
    found = marshmallow_faults(schema, value)
    shape_faults = [problem for problem in found if not BEYOND_SHAPE.search(problem)]
    valid = validator(described).is_valid(value)
    assert valid == (not shape_faults)


def mutated(value: Any, data: st.DataObject) -> Any:
    """Return a copy of a value with one thing in it replaced, removed or added."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 4)):
        key = data.draw(st.sampled_from(sorted(value)))
        how = data.draw(st.sampled_from(["deeper", "deeper", "remove", "add"]))
        if how == "deeper":
            return value | {key: mutated(value[key], data)}
        return {name: item for name, item in value.items() if name != key} if how == "remove" else value | {"more": 1}
    if isinstance(value, list) and value and data.draw(st.integers(0, 4)):
        index = data.draw(st.integers(0, len(value) - 1))
        return [*value[:index], mutated(value[index], data), *value[index + 1 :], *data.draw(st.sampled_from([[], value[:1]]))]
    return data.draw(REPLACEMENTS)


@pytest.mark.parametrize("path", editor_files())
def test_the_files_for_editors_are_fresh(path: str):
    """They are what `make openapi` would write."""
    assert (ROOT / path).read_text(encoding="utf-8") == editor_files()[path]


def test_the_data_dictionary_is_fresh():
    """It is what `make openapi` would write."""
    assert (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8") == data_dictionary()


def test_an_editor_is_told_the_schema_of_every_file_of_the_dataset():
    """Each path leads from the settings to a file that is generated."""
    settings_ = json.loads(editor_files()[".vscode/settings.json"])
    entries = {entry["fileMatch"][0]: entry["url"].removeprefix("./") for entry in settings_["json.schemas"]}
    assert set(entries.values()) == set(editor_files()) - {".vscode/settings.json"}
    for path in (ROOT / "data").rglob("*.json"):
        relative = path.relative_to(ROOT)
        matches = [url for pattern, url in entries.items() if relative.match(pattern.removeprefix("/"))]
        assert [Path(url).name for url in matches] == [path.name]


def test_the_data_dictionary_names_every_field_filter_and_rule():
    """Nobody has to read the code to know what there is."""
    page = data_dictionary()
    sections = dict(zip(re.findall(r"^## (.+)$", page, re.MULTILINE), re.split(r"^## .+$", page, flags=re.MULTILINE)[1:], strict=True))
    for resource in RESOURCES:
        rows = set(re.findall(r"^\| `([^`]+)` \|", sections[resource.type], re.MULTILINE))
        assert set(resource.authored.fields) | set(resource.public.fields) | {one.name for one in resource.filters} <= rows
    assert [rule.__name__ for rule in RULES] == re.findall(r"^\| `(\w+)` \|", sections["The rules"], re.MULTILINE)


def test_every_row_of_the_data_dictionary_has_as_many_cells_as_its_head():
    """A bar within a cell would shift the rest of the row."""
    for table in re.findall(r"(?:^\|.*\n)+", data_dictionary(), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
