"""No request makes the server do unbounded work: every parameter has a bound that is stated and kept, and no input is an error of the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from asking import problem
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from worlds import World

from api import bounds, exports
from api.app import create_app
from api.config import Settings
from api.errors import MOST_ERRORS
from api.snapshot import budget
from api.snapshot.read import Snapshot
from schemas import BY_COLLECTION, BY_TYPE

ODD_VALUES = [
    "", "0", "-1", "1", "2", "7", "01", "1.0", "1e9", "999999999999999999999", "true", "false", "True", "null", "None", "*", "-", "--", ",", ",,", "a,b", "a,a", "a" * 300,
    "1997", "1997-13", "0000", "9999-12-31", "10000", "tea", "tea.terms", "TEA", "../../etc/passwd", "' OR 1=1 --", '"', "\\", "%", "_", "\u202e", "é", "🫖", "x\r\ny", "\t", " ",
    "id", "-id", "relevance", "kind", "kind,made_by", "causal", "made_by", "made_by.label", "evidence.quote", "evidence.quote.source", "date:year", "csv", "jsonl", "json", "xml",
    "[]", "{}", "[" * 200, "id.id.id.id", "tea*", "milk tea", "-milk", "stems:tea", "2027-04-01",
]  # fmt: skip


def stated(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each path that takes parameters, ready to be asked, with one of its query parameters as the document states it."""
    document = world.get("/v1/openapi.json")
    for path, methods in document["paths"].items():
        operation = methods["get"]
        for reference in operation["parameters"]:
            parameter = document["components"]["parameters"][reference["$ref"].rpartition("/")[2]] if "$ref" in reference else reference
            if parameter["in"] == "query":
                yield with_id(world, path), parameter


def with_id(world: World, path: str) -> str:
    """Return a path with the id of a record that is there."""
    resource = BY_COLLECTION.get(path.split("/")[2]) if path.startswith("/v1/") else None
    return path.replace("{id}", world.ids(resource)[-1]) if resource else path


def required(path: str, name: str) -> dict[str, str]:
    """Return what has to be sent besides a parameter."""
    needed = {"by": "kind"} if path.endswith("aggregate") else {"q": "tea"} if path.endswith(("search", "autocomplete")) else {}
    return {one: value for one, value in needed.items() if one != name}


def test_every_parameter_states_its_bounds(odd_world: World):
    for path, parameter in stated(odd_world):
        shape = parameter["schema"]
        if shape["type"] == "array":
            assert 0 < shape["maxItems"] <= max(bounds.MOST_VALUES, len(shape["items"].get("enum", ()))), (path, parameter["name"])
            shape = shape["items"]
        if shape["type"] == "integer":
            assert {"minimum", "maximum"} <= shape.keys(), (path, parameter["name"])
        if shape["type"] == "string" and parameter["name"] != "v":
            assert shape.keys() & {"enum", "maxLength", "pattern"}, (path, parameter["name"])


def test_every_bound_is_kept(odd_world: World):
    mine = ("actors", "claims", "conditions", "debates", "events", "quotes", "sources", "aggregate", "search", "autocomplete", "integrity")
    for path, parameter in stated(odd_world):
        shape, name = parameter["schema"], parameter["name"]
        if not path.endswith(mine):
            continue
        if shape["type"] == "array":
            sent, code = ",".join(f"x{number}" for number in range(shape["maxItems"] + 1)), "out_of_range"
        elif shape["type"] == "integer":
            sent, code = str(shape["maximum"] + 1), "out_of_range"
        elif "maxLength" in shape:
            sent, code = "x" * (shape["maxLength"] + 1), "out_of_range"
        elif name == "format":
            continue  # another format is not acceptable, which is another answer
        else:
            sent, code = "no-such-value", "invalid_value"
        assert (name, code) in odd_world.refused(path, **{name: sent}, **required(path, name)), (path, name)


def test_all_parameters_may_be_at_their_bounds_at_once(odd_world: World):
    claims = odd_world.ids(BY_TYPE["claim"])
    ids = ",".join([*claims, *(f"tea.x{number}" for number in range(bounds.MOST_VALUES - len(claims)))])
    asked = {
        "id": ids, "q": " ".join("tea*" for _ in range(bounds.MOST_TERMS)), "per_page": "200", "highlight": "true", "facet_limit": "200",
        "facets": "debate,made_by,kind,about,quote,source,event,condition,directness,fidelity", "sort": "text,made_by,kind,directness,fidelity,standing,-relevance",
        "include": "debate,made_by,evidence.quote,relations.to,about,events,conditions,supported_by,attacked_by,restated_by",
    }  # fmt: skip
    answer = odd_world.get("/v1/claims", **asked)
    assert len(answer["meta"]["missing"]) == bounds.MOST_VALUES - len(claims)


def test_a_search_text_has_so_many_characters_and_terms(odd_world: World):
    for path in ("/v1/search", "/v1/claims", "/v1/autocomplete"):
        assert odd_world.refused(path, q="x" * 201) == [("q", "out_of_range")]
        assert odd_world.refused(path, q=" ".join("abcdefghijklmnopq")) == [("q", "out_of_range")]
        assert odd_world.client.get(path, query_string={"q": " ".join("abcdefghijklmnop")}).status_code == 200
        assert odd_world.client.get(path, query_string={"q": "🫖" * 199 + "x"}).status_code == 200
    assert odd_world.client.get("/v1/claims", query_string={"q": "-".join("x" * 100)}).status_code == 200


def test_an_answer_tells_at_most_twenty_faults(odd_world: World):
    for path, query in [
        ("/v1/claims", "&".join(f"x{number}=1" for number in range(50))), ("/v1/claims", "made_by=" + ",".join(f"nobody{number}" for number in range(100))),
        ("/v1/integrity", "debate=" + ",".join(f"none{number}" for number in range(100))), ("/v1/search", "q=a&debate=" + ",".join(f"none{number}" for number in range(100))),
    ]:  # fmt: skip
        answer = odd_world.client.get(f"{path}?{query}")
        assert (answer.status_code, len(answer.get_json()["errors"])) == (400, MOST_ERRORS)


def test_the_nearest_id_is_looked_for_no_oftener_than_it_is_told(odd_world: World, monkeypatch: pytest.MonkeyPatch):
    looked_for: list[str] = []
    nearest = Snapshot.nearest
    monkeypatch.setattr(Snapshot, "nearest", lambda self, type_, served: looked_for.append(served) or nearest(self, type_, served))
    nobody = ",".join(f"nobody{number}" for number in range(100))
    for path in (f"/v1/claims?made_by={nobody}&about={nobody}", f"/v1/integrity?debate={nobody}", f"/v1/search?q=tea&debate={nobody}"):
        looked_for.clear()
        assert odd_world.client.get(path).status_code == 400
        assert len(looked_for) <= MOST_ERRORS + 1  # one more tells that there are more


def test_completion_looks_at_so_many_labels_of_a_type(odd_world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bounds, "MOST_CANDIDATES", 2)
    entries = odd_world.get("/v1/autocomplete", q="t", per_page="50")["data"]
    assert max(sum(entry["type"] == type_ for entry in entries) for type_ in BY_TYPE) == 2


@pytest.mark.parametrize(("query", "faults"), [
    ("topik=x&kind=causl&page=0", {"topik": "unknown", "kind": "invalid_value", "page": "out_of_range"}),
    ("kind=causal&kind=factual", {"kind": "repeated"}),
    ("kind=", {"kind": "empty"}),
    ("kind", {"kind": "empty"}),
    ("kind=causal,,factual", {"kind": "empty"}),
    ("kind=causal,causal", {"kind": "repeated"}),
    ("named=yes", {"named": "unknown"}),
    ("about=NATO", {"about": "invalid_value"}),
    ("about__exists=1", {"about__exists": "invalid_value"}),
    ("select=nothing&include=nothing", {"select": "unknown_path", "include": "unknown_path"}),
    ("cursor=abc", {"cursor": "bad_cursor"}),
    ("seed=1&highlight=true&facet_limit=3", {"seed": "conflict", "highlight": "conflict", "facet_limit": "conflict"}),
    ("kind=causl&highlight=true", {"kind": "invalid_value", "highlight": "conflict"}),
    ("facets=kinds&facet_limit=2", {"facets": "invalid_value"}),
    ("page=1&page=2&cursor=*", {"page": "repeated"}),
])  # fmt: skip
def test_each_fault_of_a_request_is_named(odd_world: World, query: str, faults: dict[str, str]):
    answer = odd_world.client.get(f"/v1/claims?{query}")
    assert answer.status_code == 400
    assert {fault["parameter"]: fault["code"] for fault in answer.get_json()["errors"]} == faults


def test_a_misspelled_name_or_value_is_answered_with_what_was_meant(odd_world: World):
    for query, meant in [
        ("made_bye=x", "made_by"),
        ("kind=causla", "causal"),
        ("made_by=tea-frist", "tea-first"),
        ("sort=mad_by", "made_by"),
        ("facets=knid", "kind"),
    ]:
        (fault,) = odd_world.client.get(f"/v1/claims?{query}").get_json()["errors"]
        assert fault["did_you_mean"] == meant
    (fault,) = odd_world.client.get("/v1/claims?kind=zzz").get_json()["errors"]
    assert fault["allowed"] == ["factual", "causal", "evaluative", "predictive", "prescriptive", "interpretive"]


@pytest.fixture(scope="module")
def everything(odd_world: World) -> list[tuple[str, list[str]]]:
    """Every path of the query language with the names of its parameters."""
    found: dict[str, list[str]] = {}
    for path, parameter in stated(odd_world):
        found.setdefault(path, []).append(parameter["name"])
    return [(path, names) for path, names in found.items() if path.startswith("/v1/") and "verify" not in path]


@examples(200)
@given(data=st.data())
def test_no_input_is_an_error_of_the_server(odd_world: World, everything: Any, data: st.DataObject):
    path, names = data.draw(st.sampled_from(everything))
    asked = data.draw(st.dictionaries(st.sampled_from([*names, "unknown"]), st.sampled_from(ODD_VALUES), max_size=4))
    answer = odd_world.client.get(path, query_string={**required(path, ""), **asked})
    assert answer.status_code in {200, 400, 404, 406}, (path, asked)


@examples(100)
@given(
    query=st.binary(max_size=60),
    path=st.sampled_from(["/v1/claims", "/v1/search", "/v1/events/aggregate", "/v1/actors/tea-first/claims", "/v1/claims/tea.terms"]),
)
def test_no_bytes_in_the_query_string_are_an_error_of_the_server(odd_world: World, query: bytes, path: str):
    answer = odd_world.client.get(path, environ_overrides={"QUERY_STRING": query.decode("latin-1")})
    assert answer.status_code in {200, 400, 404}


def test_what_takes_too_much_of_the_database_is_refused_with_what_would_help(odd_world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(budget, "STEPS_AT_ONCE", 1)
    monkeypatch.setattr(bounds, "MOST_STEPS", 50)
    app = create_app(odd_world.app.extensions["rostrum"].snapshot.path, Settings())
    body = problem(app.test_client().get("/v1/claims/aggregate?by=kind,made_by"), "invalid-parameter")
    assert [(one["parameter"], one["code"]) for one in body["errors"]] == [("by", "out_of_range")]
    assert "narrow it with filters" in body["errors"][0]["detail"]
    monkeypatch.setattr(bounds, "MOST_STEPS", 1_000_000)
    assert app.test_client().get("/v1/claims/aggregate?by=kind,made_by").status_code == 200


def test_an_export_is_bounded_by_its_size_alone(odd_world: World, monkeypatch: pytest.MonkeyPatch):
    whole = odd_world.client.get("/v1/exports/claims.jsonl").data
    monkeypatch.setattr(budget, "STEPS_AT_ONCE", 1)
    app = create_app(odd_world.app.extensions["rostrum"].snapshot.path, Settings())
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    monkeypatch.setattr(bounds, "MOST_STEPS", 2_000)
    answer = app.test_client().get("/v1/exports/claims.jsonl")
    assert answer.data == whole


def test_one_integrity_report_holds_so_many_debates(odd_world: World, monkeypatch: pytest.MonkeyPatch):
    count = odd_world.client.get("/v1/debates?per_page=0").json["meta"]["total"]
    monkeypatch.setattr(bounds, "MOST_REPORTS", count)
    assert odd_world.client.get("/v1/integrity?mailto=a").status_code == 200
    monkeypatch.setattr(bounds, "MOST_REPORTS", count - 1)
    body = problem(odd_world.client.get("/v1/integrity?mailto=b"), "invalid-parameter")
    assert [one["parameter"] for one in body["errors"]] == ["debate"]
