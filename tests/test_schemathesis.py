"""Schemathesis, with all its checks, finds nothing in what the document says and the service does."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import schemathesis
from conftest import ROOT, make_app
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from schemas.load import load

load_all_checks()
REFUSED = {"conflict", "bad_cursor", "invalid_value", "out_of_range"}
CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            # A query that fits the schema can still name no record, contradict itself, or be too long a whole: 400, 404 and 414 say so.
            # What such a 400 may say is checked below.
            "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "400", "404", "414"]},
            "negative_data_rejection": {"expected-statuses": ["400", "404", "405", "406", "414", "416"]},
        },
        # What a record narrows, and what is counted, takes the parameters of the whole collection; those are gone through there one by one.
        "operations": [{"include-path-regex": r"^/v1/[a-z]+/(\{id\}/|aggregate)", "phases": {"coverage": {"enabled": False}}}],
    }
)


# Tests are collected from the document before any fixture exists.
APP = make_app(load(ROOT / "data"), Path(tempfile.mkdtemp(prefix="rostrum-schemathesis-")))
schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", APP, config=CONFIG)


@schema.parametrize()
@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_what_is_documented_and_what_is_done_agree(case: Any) -> None:
    """No generated request, valid or not, is answered otherwise than the document says."""
    answer = case.call(headers={"Accept-Encoding": "identity"})  # the transport does not undo codings
    case.validate_response(answer, checks=CHECKS.get_all())
    if answer.status_code == 400 and case.meta.generation.mode.is_positive:
        assert {fault["code"] for fault in answer.json()["errors"]} <= REFUSED
