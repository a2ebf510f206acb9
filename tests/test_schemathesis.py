"""Schemathesis, with all its checks, finds nothing in what the document says and the service does."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from conftest import ROOT
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.schemas import BaseSchema

from api.bounds import MOST_VALUES

load_all_checks()
COVERED_ELSEWHERE = r"^/v1/(?:[a-z]+/(?:\{id\}/|aggregate)|(?!events$|quotes$|search$|autocomplete$|verify$|integrity$)[a-z]+$)"
REFUSED = {"conflict", "bad_cursor", "invalid_value", "out_of_range"}
CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            # A query that fits the schema can still name no record, contradict itself, or be too long a whole: 400, 404 and 414 say so.
            # What such a 400 may say is checked below.
            "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "400", "404", "414"]},
            "negative_data_rejection": {"expected-statuses": ["400", "404", "405", "406", "414", "416"]},
        },
        # What a record narrows, and what is counted, takes the parameters of the whole collection; those are gone through there one by one,
        # in those collections that between them have every kind of parameter.
        "operations": [{"include-path-regex": COVERED_ELSEWHERE, "phases": {"coverage": {"enabled": False}}}],
    }
)


PATHS = re.findall(r"^  (/\S*):$", (ROOT / "openapi.yaml").read_text("utf-8"), re.MULTILINE)


@pytest.fixture(scope="session")
def document(app: Flask) -> BaseSchema:
    """The document that the service gives."""
    given = app.test_client().get("/v1/openapi.json").get_json()
    share_examples([one for one in given["components"]["parameters"].values() if one["schema"].get("maxItems") == MOST_VALUES])
    made = schemathesis.openapi.from_dict(given, config=CONFIG)
    made.app = app
    return made


def share_examples(parameters: list[dict[str, Any]]) -> None:
    """Give each parameter the examples of all that have its schema.

    Schemathesis keeps the lists that it has drawn by schema and example. To draw one of a hundred ids takes it seconds, so once will do.
    """
    shared: dict[str, list[Any]] = {}
    for one in parameters:
        found = shared.setdefault(str(one["schema"]), [])
        found += [value for value in one["example"] if value not in found]
    for one in parameters:
        one["example"] = shared[str(one["schema"])]


def test_all_paths_of_the_document_are_gone_through(document: BaseSchema) -> None:
    assert sorted(document) == sorted(PATHS)


def kinds(document: BaseSchema, path: str) -> set[tuple[str, str]]:
    """Return what a path takes in its query: of each parameter the operator and the schema, without the names that it may be."""
    asked = [one for one in document[path]["get"].iter_parameters() if one.location.value == "query"]
    without_names = [re.sub(r"'enum': \[.*?\]|'maxItems': \d+", "", str(one.definition["schema"])) for one in asked]
    return {(one.name.partition("__")[2], schema) for one, schema in zip(asked, without_names, strict=True)}


def test_what_is_covered_elsewhere_takes_no_other_kind_of_parameter(document: BaseSchema) -> None:
    covered = [kinds(document, path) for path in PATHS if not re.match(COVERED_ELSEWHERE, path)]
    for path in PATHS:
        assert kinds(document, path) <= set().union(*covered), path


@pytest.mark.parametrize("path", PATHS)
def test_what_is_documented_and_what_is_done_agree(document: BaseSchema, path: str) -> None:
    """No generated request, valid or not, is answered otherwise than the document says.

    Requests are made when it is their turn. What Schemathesis offers to pytest would make all of them while tests are collected, by each
    process that runs tests.
    """
    for operation in document[path].values():
        build_operation_test(config=document.config, operation=operation, test_func=agrees, given_kwargs={}, feedback=FeedbackSources())()


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def agrees(case: Any) -> None:
    """Send a request, and hold the answer against the document."""
    answer = case.call(headers={"Accept-Encoding": "identity"})  # the transport does not undo codings
    case.validate_response(answer, checks=CHECKS.get_all())
    if answer.status_code == 400 and case.meta.generation.mode.is_positive:
        assert {fault["code"] for fault in answer.json()["errors"]} <= REFUSED
