"""Each field takes what it says and refuses all else, with what is wrong and what would be right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from tiny import FILES, records

from schemas import BY_TYPE, RESOURCES
from schemas.base import Reference, public_form
from schemas.fields import MOST, Choice, Day, Edtf, Flag, Language, Many, Number, Part, Ref, Slug, Text, Uri, Version, Whole
from schemas.layout import DatasetFile
from schemas.problems import Fault

JSON_TYPES: dict[str, list[Any]] = {
    "null": [None],
    "truth": [True, False],
    "number": [0, -1, 1.5, 10**400, 2**53, float("inf"), float("nan")],
    "text": ["", " ", "no such thing", " x", "x\n", "\ud800", "\0", "٣", "é"],
    "list": [[], [None], [[]], [{}], ["no such thing"], [0]],
    "object": [{}, {"": None}, {"_schema": []}, {"id": "x"}],
}
SCHEMAS: dict[str, ma.Schema] = {resource.type: resource.authored for resource in RESOURCES} | {"dataset": DatasetFile()}


def fields(schema: ma.Schema, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield path and field of every authored value of a record: in lists the first, in objects each."""
    for name, one in schema.fields.items():
        if not one.dump_only:
            yield from within((*path, name), one)


def within(path: tuple[Any, ...], one: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield path and field of a value and of what is in it."""
    yield path, one
    if isinstance(one, Many):
        yield from within((*path, 0), one.inner)
    elif isinstance(one, Part):
        yield from fields(one.schema, path)


EVERY_FIELD = [(type_, path, one) for type_, schema in SCHEMAS.items() for path, one in fields(schema)]
NAMED_FIELDS = [field for field in EVERY_FIELD if isinstance(field[1][-1], str)]  # the items of lists aside
NAMES = [".".join(map(str, (type_, *path))) for type_, path, _ in EVERY_FIELD]


def example(type_: str, path: tuple[Any, ...]) -> dict[str, Any]:
    """Return an authored record of the tiny dataset that has a value at a path."""
    known = [record for _, kind, record in records() if kind == type_] if type_ != "dataset" else [FILES["dataset.json"]]
    return next(record for record in known if holds(record, path))


def holds(value: Any, path: tuple[Any, ...]) -> bool:
    """Say whether there is a value at a path, null aside."""
    if not path:
        return value is not None
    there = path[0] in value if isinstance(value, dict) else isinstance(value, list) and path[0] < len(value)
    return there and holds(value[path[0]], path[1:])


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a copy of a value with another at a path."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = put(copy[path[0]], path[1:], new)
    return copy


def faults(messages: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield path and fault of marshmallow's nested messages."""
    if isinstance(messages, dict):
        for key, deeper in messages.items():
            yield from faults(deeper, (*path, key))
    else:
        yield from ((path, fault) for fault in messages)


def refusal(schema: ma.Schema, value: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Return the faults of a value; none where it is valid."""
    try:
        schema.load(value)
    except ma.ValidationError as error:
        return list(faults(error.messages))
    return []


def type_of(value: Any) -> str:
    """Return the JSON type of a value."""
    kinds = {bool: "truth", int: "number", float: "number", str: "text", list: "list", dict: "object"}
    return "null" if value is None else kinds[type(value)]


def taken_by(one: Any) -> set[str]:
    """Return the JSON types that a field takes."""
    kinds = {Many: "list", Part: "object", Flag: "truth", Whole: "number", Number: "number", Text: "text"}
    return {next(kind for cls, kind in kinds.items() if isinstance(one, cls))} | ({"null"} if one.allow_none else set())


@pytest.mark.parametrize(("type_", "path", "one"), EVERY_FIELD, ids=NAMES)
def test_each_field_refuses_every_wrong_json_type_where_it_stands(type_: str, path: tuple[Any, ...], one: Any):
    """The fault is at the field's own path and says what to write."""
    record = example(type_, path)
    for kind, values in JSON_TYPES.items():
        for value in values if kind not in taken_by(one) else ():
            found = dict(refusal(SCHEMAS[type_], put(record, path, value)))
            assert found[path].remedy.startswith("write ")
            assert found[path].problem in ({"is null"} if value is None else {"has the wrong type"})


@pytest.mark.parametrize(("type_", "path", "one"), EVERY_FIELD, ids=NAMES)
def test_each_field_answers_any_value_with_faults_or_keeps_it(type_: str, path: tuple[Any, ...], one: Any):
    """Nothing else can come of a value, and what is kept is kept as it is."""
    record = example(type_, path)
    for value in (value for values in JSON_TYPES.values() for value in values):
        changed = put(record, path, value)
        found = refusal(SCHEMAS[type_], changed)
        assert all(isinstance(fault, Fault) or fault == "Unknown field." for _, fault in found)
        if not found:
            loaded = SCHEMAS[type_].load(changed)
            for key in path:
                loaded = loaded[key]
            assert type_of(loaded) == type_of(value)


@pytest.mark.parametrize(
    ("type_", "path", "one"), NAMED_FIELDS, ids=(".".join(map(str, (type_, *path))) for type_, path, _ in NAMED_FIELDS)
)
def test_the_tiny_dataset_has_every_field_and_misses_only_the_optional(type_: str, path: tuple[Any, ...], one: Any):
    """A field may be left out where it has a default, and nowhere else."""
    record = example(type_, path)
    holder = record
    for key in path[:-1]:
        holder = holder[key]
    without = put(record, path[:-1], {key: item for key, item in holder.items() if key != path[-1]})
    found = dict(refusal(SCHEMAS[type_], without))
    assert (path in found) == one.required or path == ("attribution", "reason")


@examples(100)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(max_size=6) | st.sampled_from(["id", "kind", "evidence", "_schema"]), inner, max_size=4)
        ),
    )
)
def test_no_object_makes_a_schema_raise_anything_but_its_refusal(value: Any):
    """Schemas are asked about objects of any content."""
    for schema in SCHEMAS.values():
        assert not isinstance(value, dict) or refusal(schema, value)


TAKEN: dict[Any, list[Any]] = {
    Slug("x"): ["a", "final-shape", "2026", "a" * 80],
    Language("x"): ["en", "pt-BR", "zh-Hant-TW", "es-419"],
    Version("x"): ["2026.11.0", "2026.1.12"],
    Uri("x"): ["https://example.org", "http://example.org:8080/a?b#c", "https://bücher.example/é"],
    Edtf("x"): ["1997", "1997~/..", "199X"],
    Day("x"): ["2024-02-29"],
    Ref("actor", "x"): ["nato", "missile-defence.final-shape"],
    Text("x"): ["a", "two  words", "🫖", "a" * 100_000],
    Whole("x", least=1): [1, MOST],
    Number("x"): [0, 0.5, MOST],
    Choice(("in", "out"), "x"): ["in", "out"],
}  # fmt: skip
REFUSED: dict[Any, list[Any]] = {
    Slug("x"): ["A", "a_b", "a--b", "-a", "a-", "a.b", "../a", "é", "a" * 81, "a\n", "٣"],
    Language("x"): ["EN", "english", "en-us", "en_US", "x", "en-"],
    Version("x"): ["2026.13.0", "2026.0.1", "2026.01.1", "2026.11", "26.11.0", "2026.11.01"],
    Uri("x"): ["example.org", "ftp://example.org", "https://", "https:///x", "https://exa mple.org", "javascript:alert(1)", "https://[::1", "//example.org", "https://:80/"],
    Edtf("x"): ["May 1997", "1997-13", "1" * 500],
    Day("x"): ["2023-02-29", "2023-2-9", "2024-W01-1", "20240229", "0000-01-01"],
    Ref("actor", "x"): ["a.b.c", ".a", "a.", "A", "a/b", "a" * 81 + "." + "b" * 81],
    Text("x"): ["", " ", "\t", "a ", "\u00a0a"],
    Whole("x", least=1): [0, -1, 1.0, True, "1", 2**53, 10**4_000],
    Number("x"): [-0.1, float("inf"), float("nan"), 1e300, 10**4_000, True, "1"],
    Choice(("in", "out"), "x"): ["In", "inn", "", None],
}  # fmt: skip


@pytest.mark.parametrize(("one", "values"), TAKEN.items(), ids=(type(one).__name__ for one in TAKEN))
def test_a_field_takes_what_it_is_for(one: Any, values: list[Any]):
    """And gives back the very value."""
    assert [one.deserialize(value) for value in values] == values


@pytest.mark.parametrize(("one", "values"), REFUSED.items(), ids=(type(one).__name__ for one in REFUSED))
def test_a_field_refuses_what_only_looks_like_it(one: Any, values: list[Any]):
    """The fault says what to write, and is short whatever the value was."""
    for value in values:
        with pytest.raises(ma.ValidationError) as error:
            one.deserialize(value)
        (fault,) = error.value.messages
        assert fault.remedy.startswith("write ")
        assert len(fault.problem) < 200


def test_a_word_that_is_nearly_right_is_named():
    """Whoever mistypes a kind is told which one was probably meant."""
    with pytest.raises(ma.ValidationError) as error:
        Choice(("requirement", "warning"), "x").deserialize("requirment")
    assert error.value.messages[0].remedy == "write one of requirement, warning (did you mean 'requirement'?)"


def test_a_list_names_each_repetition_at_its_place():
    """Objects are compared by what they say, whatever the order of their keys."""
    with pytest.raises(ma.ValidationError) as error:
        Many(Slug("x"), "x").deserialize(["a", "b", "a"])
    assert list(faults(error.value.messages)) == [((2,), Fault("is repeated", "name it once"))]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.type)
def test_the_public_form_has_every_field_but_those_for_the_build_alone(resource: Any):
    """It is always whole: nothing may be left out, and a reference is an object."""
    public = resource.public.fields
    assert [name for name in resource.authored.fields if name not in public] == (["after"] if resource.type == "quote" else [])
    assert all(one.required and not one.dump_only and one.load_default is ma.missing for one in public.values())
    for name, one in resource.authored.fields.items():
        if isinstance(one, Ref):
            assert isinstance(public[name].schema, Reference)
        if name in public:
            assert public[name].allow_none == one.allow_none
            assert public[name].description == one.description or name in ("type", "id")


def test_a_nested_object_has_one_public_class():
    """OpenAPI knows each by one name."""
    evidence = [BY_TYPE[type_].public.fields["evidence"].inner.schema.__class__ for type_ in ("claim", "condition", "event")]
    assert len(set(evidence)) == 1
    assert evidence[0].__name__ == "Evidence"
    assert evidence[0] is not public_form(evidence[0])


def test_every_field_is_described_in_a_sentence():
    """The data dictionary, OpenAPI and the editor's hints are made of these."""
    known = [(type_, path, one) for type_, path, one in EVERY_FIELD if isinstance(path[-1], str)]
    known += [(resource.type, (name,), one) for resource in RESOURCES for name, one in resource.public.fields.items()]
    assert [(type_, path) for type_, path, one in known if not one.description.rstrip("”").endswith(".")] == []


def test_a_module_for_each_type_is_in_the_index():
    """A type whose line in the index was forgotten would be neither checked nor served."""
    folder = Path(__file__).parents[1] / "schemas"
    named = {path.stem for path in folder.glob("*.py") if "\nRESOURCE = " in path.read_text(encoding="utf-8")}
    assert named == set(BY_TYPE)
