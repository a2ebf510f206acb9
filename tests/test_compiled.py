"""The compiled parameters take what the strict parser takes, and nothing else."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import marshmallow as ma
import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from api.compiled import Compiled
from api.errors import Refusal
from api.parameters import (
    AutocompleteParameters,
    ItemParameters,
    SearchParameters,
    aggregate_parameters,
    collection_parameters,
    item_parameters,
)
from api.parsing import StrictParser
from schemas import BY_TYPE, RESOURCES

SCHEMAS: list[ma.Schema] = [
    *(collection_parameters(resource) for resource in RESOURCES),
    *(aggregate_parameters(resource) for resource in RESOURCES),
    *(item_parameters(resource) for resource in RESOURCES),
    collection_parameters(BY_TYPE["claim"], without="made_by"),
    SearchParameters(),
    AutocompleteParameters(),
    ItemParameters(),
]
VALUES = ["true", "false", "1", "0", "25", "200", "201", "-1", "nato", "a.b", "A", "", "a,b", "a,,b", "a,a", "1997", "1997-13", "csv", "xml", "*",
          "tea", '"a b"', "-x", "id", "-id", "relevance", "text,-id", "kind", "factual", "made_by", "date:year", "id,text", "é", "a b", "٣"]  # fmt: skip
NAMES = sorted({name for schema in SCHEMAS for name in schema.fields} | {"topik", "Kind", "kind__gte", ""})
APP = Flask("strict")
PARSER = StrictParser()


def strictly(schema: ma.Schema, query: str) -> dict[str, Any] | None:
    """Return what the strict parser makes of a query string, or None where it refuses it."""
    with APP.test_request_context("/", query_string=query):
        try:
            return dict(PARSER.parse(schema, request, location="query"))
        except Refusal:
            return None


def quickly(schema: ma.Schema, query: str) -> dict[str, Any] | None:
    """Return what the compiled parameters make of a query string, or None where they leave it to the strict parser."""
    try:
        return Compiled(schema).read(query)
    except Refusal:
        return None


@st.composite
def queries(draw: st.DrawFn) -> tuple[ma.Schema, str]:
    """A schema and a query string, most of whose parameters are of it."""
    schema = draw(st.sampled_from(SCHEMAS))
    own = st.sampled_from([*schema.fields, *schema.fields, draw(st.sampled_from(NAMES))])
    pairs = draw(st.lists(st.tuples(own, st.one_of(st.sampled_from(VALUES), _example(schema))), max_size=4))
    spell = draw(st.sampled_from([urlencode, lambda given: "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in given)]))
    return schema, spell(pairs)


def _example(schema: ma.Schema) -> st.SearchStrategy[str]:
    """Return the examples of a schema's parameters, as they are written."""
    return st.sampled_from([written(one.metadata["example"]) for one in schema.fields.values()])


def written(value: Any) -> str:
    """Return a value as it is written in a query string."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value).lower()


@examples(400)
@given(asked=queries())
def test_what_is_read_quickly_is_what_the_strict_parser_reads(asked: tuple[ma.Schema, str]) -> None:
    """Where both take a query string they make the same of it, and the compiled one takes none that the strict one refuses."""
    schema, query = asked
    quick, strict = quickly(schema, query), strictly(schema, query)
    if quick is not None:
        assert quick == strict, query


@pytest.mark.parametrize("schema", SCHEMAS, ids=[f"{type(schema).__name__}-{number}" for number, schema in enumerate(SCHEMAS)])
def test_every_parameter_with_its_example_is_read_quickly_or_refused_by_both(schema: ma.Schema) -> None:
    """The ordinary query goes the quick way."""
    needed = {name: one for name, one in schema.fields.items() if one.required}
    for name, one in schema.fields.items():
        given = {key: field.metadata["example"] for key, field in (needed | {name: one}).items()}
        query = urlencode({key: written(value) for key, value in given.items()})
        assert quickly(schema, query) == strictly(schema, query), query


@pytest.mark.parametrize(
    "query", ["kind=factual&kind=causal", "kind", "kind=", "&kind=factual", "kind=factual&", "k%69nd=factual", "kind=%ff", "kind=é"]
)
def test_what_is_out_of_the_ordinary_is_left_to_the_strict_parser(query: str) -> None:
    """Repeated, empty, oddly spelled: the compiled parameters say nothing, and the strict parser names the fault or reads it."""
    assert Compiled(collection_parameters(BY_TYPE["claim"])).read(query) is None
