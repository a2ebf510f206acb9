"""Whatever goes wrong is said in one form: a problem document that names what is wrong, suggests what is right, and gives nothing away."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from asking import addresses, carries_the_common_headers, problem, texts
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from werkzeug.exceptions import HTTPException, abort, default_exceptions

from api.app import create_app
from api.config import Settings
from api.errors import BY_SLUG, CODES, PROBLEM_TYPES, Fault
from api.exchange import Exchange
from api.service import Service
from api.snapshot.read import Snapshot
from schemas import Resource

LIST = "/v1/claims"
RECORD = "/v1/claims/tea.milk-goes-first"
SECRET = "the kettle is in the cupboard"


class Broken(Snapshot):
    """A snapshot that fails when a record is read."""

    def item(self, resource: Resource, served: str) -> bytes | None:
        """Fail."""
        raise RuntimeError(SECRET)


@pytest.fixture
def broken(tiny_app: Flask) -> FlaskClient:
    """A client of a service that fails."""
    path = tiny_app.extensions["rostrum"].snapshot.path
    app = create_app(path, Settings())
    Service(Settings(), Broken(path)).attach(app)
    return app.test_client()


@pytest.fixture
def own_snapshot(tiny_app: Flask, tmp_path: Path) -> Path:
    """A copy of the tiny snapshot that may be damaged."""
    copy = tmp_path / "snapshot.rostrum"
    copy.write_bytes(Path(tiny_app.extensions["rostrum"].snapshot.path).read_bytes())
    return copy


@pytest.mark.parametrize(
    ("method", "path", "headers", "slug"),
    [
        ("GET", "/nope", {}, "unknown-path"),
        ("GET", RECORD + "x", {}, "not-found"),
        ("GET", f"{LIST}?topik=energy", {}, "invalid-parameter"),
        ("GET", f"{LIST}?made_by=nobody", {}, "invalid-parameter"),
        ("GET", f"{LIST}?page=9999", {}, "invalid-parameter"),
        ("POST", LIST, {}, "method-not-allowed"),
        ("GET", LIST, {"Accept": "image/png"}, "not-acceptable"),
        ("GET", LIST, {"Accept-Encoding": "identity;q=0"}, "not-acceptable"),
        ("GET", LIST, {"If-Match": '"a"'}, "precondition-failed"),
        ("GET", f"{LIST}?{'a' * 8193}", {}, "query-too-long"),
        ("GET", "/v1/sources/tea.kettle-hour/text", {"Range": "bytes=9999-"}, "range-not-satisfiable"),
        ("GET", LIST, {"Host": f"{'a' * 64}.example"}, "bad-request"),
    ],
)
def test_every_error_has_the_one_body_and_a_head_request_its_headers(
    tiny_client: FlaskClient, method: str, path: str, headers: dict[str, str], slug: str
) -> None:
    headers = {**headers, "X-Request-Id": "the-same-each-time"}
    answer = tiny_client.open(path, method=method, headers=headers)
    problem(answer, slug)
    if method == "GET" and "Range" not in headers:
        head = tiny_client.head(path, headers=headers)
        assert (head.status_code, head.headers, head.data) == (answer.status_code, answer.headers, b"")


def test_every_type_of_problem_has_its_page(tiny_client: FlaskClient) -> None:
    for one in PROBLEM_TYPES:
        page = tiny_client.get(one.href)
        assert (page.status_code, page.mimetype) == (200, "text/html"), one.slug
        assert one.title in page.text
        assert str(one.status) in page.text


def test_a_type_of_problem_that_there_is_not_suggests_the_nearest(tiny_client: FlaskClient) -> None:
    (fault,) = problem(tiny_client.get("/problems/not-fuond"), "unknown-path")["errors"]
    assert fault["did_you_mean"] == "/problems/not-found"


def test_what_is_not_acceptable_lists_what_is(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for path in addresses(tiny_app):
        if path.startswith("/assets/"):
            continue
        answer = tiny_client.get(path, headers={"Accept": "image/png, application/json;q=0, text/html;q=0"})
        if answer.status_code == 406:
            (fault,) = problem(answer, "not-acceptable")["errors"]
            for offered in fault["allowed"]:
                assert tiny_client.get(path, headers={"Accept": offered}).mimetype == offered


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("topik=energy", [("topik", "unknown")]),
        ("kind=causal&kind=factual", [("kind", "repeated")]),
        ("kind=causal&kind=causal", [("kind", "repeated")]),
        ("mailto=a&mailto=b", [("mailto", "repeated")]),
        ("kind=", [("kind", "empty")]),
        ("kind", [("kind", "empty")]),
        ("kind=causal,,factual", [("kind", "empty")]),
        ("kind=causal,causal", [("kind", "repeated")]),
        ("kind=causel", [("kind", "invalid_value")]),
        ("kind=Causal", [("kind", "invalid_value")]),
        ("Kind=causal", [("Kind", "unknown")]),
        ("per_page=201", [("per_page", "out_of_range")]),
        ("per_page=%D9%A3", [("per_page", "invalid_value")]),
        ("per_page=1_0", [("per_page", "invalid_value")]),
        ("per_page=+1", [("per_page", "invalid_value")]),
        (f"per_page={'9' * 5000}", [("per_page", "out_of_range")]),
        ("pretty=yes", [("pretty", "invalid_value")]),
        ("made_by=nobody", [("made_by", "invalid_value")]),
        ("made_by=nobody,milk-first,no-one", [("made_by", "invalid_value"), ("made_by", "invalid_value")]),
        ("zz=1&kind=x&aa=2&per_page=-1", [("zz", "unknown"), ("kind", "invalid_value"), ("aa", "unknown"), ("per_page", "out_of_range")]),
        ("=", [("", "unknown")]),
        ("=x", [("", "unknown")]),
        ("?kind=causal", [("?kind", "unknown")]),
        ("kind=causal;page=2", [("kind", "invalid_value")]),
        ("kind=causal%26page=2", [("kind", "invalid_value")]),
        ("tag=a+b", [("tag", "invalid_value")]),
        ("kind[]=causal", [("kind[]", "unknown")]),
        ("a;b", [("a;b", "unknown")]),
        ("tag=100%", [("tag", "invalid_value")]),
        ("tag=%zz&%4=1", [("tag", "invalid_value"), ("%4", "invalid_value")]),
        ("tag=%FF", [("tag", "invalid_value")]),
        ("tag=%ED%A0%80", [("tag", "invalid_value")]),
        ("tag=%C0%AF", [("tag", "invalid_value")]),
        ("%FF=1", [("\ufffd", "invalid_value")]),
        ("tag=a%00", [("tag", "invalid_value")]),
        ("%00=1", [("\\x00", "invalid_value")]),
        ("%0A%1B=1", [("\\n\\x1b", "unknown")]),
        ("%E2%80%AE=1", [("\\u202e", "unknown")]),
        ("%F0%9F%AB%96=1", [("🫖", "unknown")]),
        ("made_by=%0Ax", [("made_by", "invalid_value")]),
        ("made_by=milk-first%0A", [("made_by", "invalid_value")]),
    ],
)
def test_a_parameter_that_is_wrong_is_named_with_its_fault(tiny_client: FlaskClient, query: str, expected: list[tuple[str, str]]) -> None:
    body = problem(tiny_client.get(f"{LIST}?{query}"), "invalid-parameter")
    assert [(fault["parameter"], fault["code"]) for fault in body["errors"]] == expected
    number = len(expected)
    assert body["detail"] == (f"{number} parameters were not understood." if number > 1 else "1 parameter was not understood.")


@pytest.mark.parametrize("query", ["", "&&", "&", "kind=causal&", "&kind=causal&&", "mailto=%E2%98%95", "mailto=%01"])
def test_what_says_nothing_is_no_fault(tiny_client: FlaskClient, query: str) -> None:
    assert tiny_client.get(f"{LIST}?{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("knd=causal", "kind"),
        ("kind=causel", "causal"),
        ("made_by=milk-frist", "milk-first"),
        ("made_by=Milk First", "milk-first"),
        ("id=tea.milk-goes-first%20", "tea.milk-goes-first"),
        ("perpage=2", "per_page"),
        ("made_by__nor=x", "made_by__not"),
    ],
)
def test_a_fault_suggests_what_was_meant(tiny_client: FlaskClient, query: str, meant: str) -> None:
    (fault,) = problem(tiny_client.get(f"{LIST}?{query}"), "invalid-parameter")["errors"]
    assert fault["did_you_mean"] == meant


@pytest.mark.parametrize("parameter", ["made_by", "made_by__not", "made_by__exists"])
def test_a_parameter_that_the_path_gives_is_in_conflict_with_it(tiny_client: FlaskClient, parameter: str) -> None:
    (fault,) = problem(tiny_client.get(f"/v1/actors/milk-first/claims?{parameter}=true"), "invalid-parameter")["errors"]
    assert (fault["parameter"], fault["code"]) == (parameter, "conflict")
    assert "did_you_mean" not in fault


def test_every_endpoint_refuses_what_it_does_not_know(tiny_app: Flask, tiny_client: FlaskClient) -> None:
    for path in addresses(tiny_app):
        body = problem(tiny_client.get(path.partition("?")[0], query_string="no_such_parameter=1"), "invalid-parameter")
        assert "no_such_parameter" in {fault["parameter"] for fault in body["errors"]}


def test_of_many_faults_the_first_twenty_are_listed_in_the_order_sent(tiny_client: FlaskClient) -> None:
    names = [f"p{number}" for number in range(2000)]
    query = "&".join(names)[:8192].rpartition("&")[0]
    answer = tiny_client.get(f"{LIST}?{query}")
    body = problem(answer, "invalid-parameter")
    assert [fault["parameter"] for fault in body["errors"]] == names[:20]
    assert body["detail"] == "More than 20 parameters were not understood; the first 20 are listed."
    assert len(answer.data) < 16_384


def test_of_many_unknown_ids_the_first_twenty_are_listed(tiny_client: FlaskClient) -> None:
    ids = [f"nobody-{number}" for number in range(100)]
    body = problem(tiny_client.get(f"{LIST}?made_by={','.join(ids)}&about={','.join(ids)}"), "invalid-parameter")
    assert [fault["code"] for fault in body["errors"]] == ["invalid_value"] * 20
    assert body["detail"] == "More than 20 parameters were not understood; the first 20 are listed."


def test_of_many_undecodable_parameters_the_first_twenty_are_listed(tiny_client: FlaskClient) -> None:
    body = problem(tiny_client.get(f"{LIST}?{'&'.join(['%FF'] * 1000)}"), "invalid-parameter")
    assert len(body["errors"]) == 20


@pytest.mark.parametrize(
    "query", [f"{'n' * 5000}=1", f"kind={'v' * 5000}", f"made_by={'v' * 5000}", f"sort={'v,' * 2000}x", f"per_page={'1' * 5000}"]
)
def test_a_long_name_or_value_comes_back_shortened(tiny_client: FlaskClient, query: str) -> None:
    answer = tiny_client.get(f"{LIST}?{query}")
    body = problem(answer, "invalid-parameter")
    assert max(len(text) for text in texts(body)) < 300
    assert len(answer.data) < 2500


@pytest.mark.parametrize(("size", "status"), [(8192, 400), (8193, 414), (100_000, 414)])
def test_a_query_string_may_have_eight_kilobytes(tiny_client: FlaskClient, size: int, status: int) -> None:
    answer = tiny_client.get(f"{LIST}?{'a' * size}")
    assert answer.status_code == status
    assert len(answer.data) < 2000


@pytest.mark.parametrize("cut", range(236, 246))
def test_an_instance_is_cut_between_characters(tiny_client: FlaskClient, cut: int) -> None:
    body = problem(tiny_client.get(f"{LIST}?{'a' * (cut - len(LIST) - 1)}%C3%A9%C3%A9%C3%A9%C3%A9"), "invalid-parameter")
    assert len(body["instance"]) < 300


@given(
    st.lists(st.tuples(st.binary(max_size=6), st.binary(max_size=12)), max_size=4),
    st.sampled_from(["", "kind", "made_by", "sort", "page", "tag"]),
)
@examples(150)
def test_no_query_string_whatever_breaks_the_service(tiny_app: Flask, pairs: list[tuple[bytes, bytes]], known: str) -> None:
    raw = b"&".join([name + b"=" + value for name, value in pairs] + [known.encode() + b"=" + (pairs[0][1] if pairs else b"1")])
    answer = tiny_app.test_client().get(LIST, query_string=raw.decode("latin-1"), environ_overrides={"QUERY_STRING": raw.decode("latin-1")})
    if answer.status_code != 200:
        problem(answer, "invalid-parameter")


@given(st.sampled_from(["Accept", "Accept-Encoding", "If-None-Match", "If-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range",
                        "X-Request-Id", "Host", "Cookie", "Content-Length", "Content-Type", "Forwarded", "Authorization", "Origin"]),
       st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\x00"), max_size=40) | st.from_regex(r'[a-zA-Z0-9*/;,="W .:-]{0,30}', fullmatch=True))  # fmt: skip
@examples(300)
def test_no_header_whatever_breaks_the_service(tiny_app: Flask, name: str, value: str) -> None:
    key = f"HTTP_{name.upper().replace('-', '_')}".replace("HTTP_CONTENT_", "CONTENT_")
    answer = tiny_app.test_client().get(
        "/v1/sources/tea.kettle-hour/text", environ_overrides={key: value, "HTTP_RANGE": "bytes=0-1"} | {key: value}
    )
    assert answer.status_code in {200, 206, 304, 400, 406, 412, 416}
    assert carries_the_common_headers(answer)


@pytest.mark.parametrize("debug", ["0", "1"])
def test_a_failure_gives_its_id_and_nothing_else_away(
    broken: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, debug: str
) -> None:
    monkeypatch.setattr(broken.application, "debug", debug == "1")
    answer = broken.get(f"{RECORD}%0Ax?mailto=you@example.org")
    body = problem(answer, "internal-error")
    assert body["detail"] == "The server failed."
    assert SECRET not in answer.text
    (record,) = [record for record in caplog.records if "failed" in record.getMessage()]
    assert body["request_id"] in record.getMessage()
    assert repr(f"{RECORD}\nx") in record.getMessage()
    assert "\n" not in record.getMessage()
    assert record.exc_info is not None
    assert SECRET in str(record.exc_info[1])


def test_a_failure_is_a_failure_to_head_too(broken: FlaskClient) -> None:
    assert broken.head(RECORD).status_code == 500
    assert broken.get(LIST).status_code == 200


@pytest.mark.parametrize("status", sorted(default_exceptions))
def test_every_error_of_the_framework_has_the_one_body(tiny_app: Flask, status: int) -> None:
    with tiny_app.test_request_context("/v1") as context, Exchange(context.request.environ, Service.of(tiny_app)):
        tiny_app.preprocess_request()
        try:
            abort(status)
        except HTTPException as error:
            answer = tiny_app.process_response(tiny_app.make_response(tiny_app.handle_user_exception(error)))
    body = answer.get_json()
    slug = body["type"].removeprefix("/problems/")
    assert body["status"] == answer.status_code == BY_SLUG[slug].status
    assert answer.status_code // 100 == status // 100
    assert answer.mimetype == "application/problem+json"


def test_a_fault_says_at_most_twenty_allowed_values_and_leaves_out_what_it_does_not_know() -> None:
    assert Fault("unknown", "is none", parameter="a").as_json() == {"parameter": "a", "code": "unknown", "detail": "is none"}
    assert len(Fault("invalid_value", "is none", allowed=tuple(map(str, range(50)))).as_json()["allowed"]) == 20


def test_the_codes_are_those_of_the_contract() -> None:
    assert CODES == ("unknown", "repeated", "empty", "invalid_value", "out_of_range", "conflict", "unknown_path", "bad_cursor")


def test_a_service_that_can_answer_says_so(tiny_client: FlaskClient) -> None:
    assert tiny_client.get("/healthz").get_json() == {"status": "alive"}
    ready = tiny_client.get("/readyz").get_json()
    assert ready["status"] == "ready"
    assert ready["dataset"]["version"] == "2026.11.0"
    assert re.fullmatch("sha256:[0-9a-f]{64}", ready["dataset"]["digest"])


@pytest.mark.parametrize("damage", ["deleted", "truncated", "emptied", "replaced"])
def test_a_service_whose_snapshot_is_gone_is_alive_but_not_ready(own_snapshot: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    client = create_app(own_snapshot, Settings()).test_client()
    assert client.get("/readyz").status_code == 200
    size = own_snapshot.stat().st_size
    if damage == "deleted":
        own_snapshot.unlink()
    else:
        own_snapshot.write_bytes({"truncated": own_snapshot.read_bytes()[: size // 2], "emptied": b"", "replaced": b"x" * size}[damage])
    answer = client.get("/readyz")
    body = problem(answer, "unavailable")
    assert answer.headers["Retry-After"] == "30"
    assert str(own_snapshot) not in answer.text
    assert str(own_snapshot) in caplog.text
    assert body["request_id"] in caplog.text
    assert client.get("/healthz").status_code == 200


def test_a_question_that_the_snapshot_cannot_answer_any_more_may_be_asked_again(own_snapshot: Path) -> None:
    client = create_app(own_snapshot, Settings()).test_client()
    own_snapshot.write_bytes(b"x" * own_snapshot.stat().st_size)
    with ThreadPoolExecutor(1) as another:  # one that has not opened the file yet
        for path in (LIST, RECORD, f"{RECORD}/quotes", "/v1/sources/tea.kettle-hour/text"):
            answer = another.submit(client.get, path).result()
            problem(answer, "unavailable")
            assert answer.headers["Retry-After"] == "30"
        problem(another.submit(client.get, f"{RECORD}/quoets").result(), "unknown-path")
