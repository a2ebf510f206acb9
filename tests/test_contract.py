"""The contract is `openapi.yaml`: it is fresh and valid, and what the service answers is what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from api.errors import PROBLEM_TYPES
from schemas import RESOURCES
from schemas.paths import joins

ROOT = Path(__file__).parents[1]
DOCUMENT: dict[str, Any] = yaml.load((ROOT / "openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
OPERATIONS = {path: methods["get"] for path, methods in DOCUMENT["paths"].items()}
ADDRESS = "urn:openapi"


def closed(value: Any) -> Any:
    """Return a document whose objects take no key that they do not declare, so that nothing is answered that is not documented."""
    if isinstance(value, dict):
        made = {name: closed(item) for name, item in value.items()}
        return made | {"additionalProperties": False} if "properties" in made and "additionalProperties" not in made else made
    return [closed(item) for item in value] if isinstance(value, list) else value


REGISTRY = Registry().with_resource(ADDRESS, Resource.from_contents(closed(DOCUMENT), default_specification=DRAFT202012))


def problems(body: Any, schema: dict[str, Any]) -> list[str]:
    """Return what is wrong with an answer, from its documented schema with nothing undocumented allowed."""
    located = {"$ref": f"{ADDRESS}{schema['$ref']}"} if "$ref" in schema else schema
    return [f"{error.json_path}: {error.message[:200]}" for error in Draft202012Validator(located, registry=REGISTRY).iter_errors(body)]


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference within the document leads to, or the value itself."""
    found: Any = DOCUMENT
    for step in value["$ref"].split("/")[1:] if "$ref" in value else ():
        found = found[step]
    return found if "$ref" in value else value


def parameters(path: str) -> list[dict[str, Any]]:
    """Return the parameters of an operation."""
    return [resolved(one) for one in OPERATIONS[path].get("parameters", ())]


def example_of(path: str) -> str:
    """Return the path with its own examples in the place of its parameters."""
    for one in parameters(path):
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", one["example"])
    return path


def needed(path: str) -> dict[str, str]:
    """Return the parameters that an operation cannot do without, with their examples."""
    asked = [one for one in parameters(path) if one["in"] == "query" and one["required"]]
    return {one["name"]: ",".join(one["example"]) if isinstance(one["example"], list) else str(one["example"]) for one in asked}


def json_schema_of(path: str) -> dict[str, Any] | None:
    """Return the schema of an operation's JSON answer, if it has one of its own."""
    media = OPERATIONS[path]["responses"]["200"]["content"].get("application/json")
    return media["schema"] if media and "$ref" in media["schema"] else None


def addresses() -> Iterator[tuple[str, str]]:
    """Yield each documented path that answers JSON with a shape, and an address that asks more of it than its example."""
    for path in OPERATIONS:
        if json_schema_of(path):
            yield path, ""
    for resource in RESOURCES:
        path = f"/v1/{resource.collection}"
        first = next(iter(one["name"] for one in parameters(path) if one["name"] == "include"))
        yield path, f"?per_page=200&facets={resource.filters[0].name}&{first}={resource_include(path)}"
        yield path, "?cursor=*&per_page=2"
        yield path, "?sample=2&seed=1"
        yield path, "?q=missile&highlight=true"
        yield path, f"?select=id&id={resource.example},no-such"


def resource_include(path: str) -> str:
    """Return all first-step references that a collection can include, as far as the contract lets one ask at once."""
    include = next(one for one in parameters(path) if one["name"] == "include")
    return ",".join(include["schema"]["items"]["enum"][: include["schema"]["maxItems"]])


def test_the_document_is_valid_openapi() -> None:
    """openapi-spec-validator finds nothing."""
    assert DOCUMENT["openapi"] == "3.1.1"
    validate(DOCUMENT)


def test_the_document_is_what_the_service_serves(client: FlaskClient) -> None:
    """`openapi.yaml` and `/v1/openapi.json` are one document."""
    assert client.get("/v1/openapi.json").get_json() == DOCUMENT


def test_every_route_is_documented(client: FlaskClient) -> None:
    """No path is served that the document does not know."""
    rules = {rule.rule.replace("<", "{").replace(">", "}") for rule in client.application.url_map.iter_rules()}
    assert rules == set(OPERATIONS)


@pytest.mark.parametrize("path", OPERATIONS)
def test_every_operation_says_what_it_takes_and_gives(path: str) -> None:
    """Parameters are typed, described and have an example; answers have headers, problems and a description."""
    operation = OPERATIONS[path]
    assert operation["operationId"].isidentifier()
    assert operation["summary"]
    assert operation["description"]
    for one in parameters(path):
        assert one["description"], one
        assert one["schema"].keys() & {"type", "enum"}, one
        assert "example" in one, one
    assert {"200", "304", "400", "406", "414", "500"} <= operation["responses"].keys()
    for status, response in operation["responses"].items():
        found = resolved(response)
        assert found["description"]
        assert {"API-Version", "Dataset-Version", "X-Request-Id", "Cache-Control"} <= found["headers"].keys(), status


def test_operations_have_names_of_their_own() -> None:
    """No two operations share an operationId."""
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)


def test_examples_of_parameters_fit_their_schemas() -> None:
    """An example that is documented is one that the schema takes."""
    for one in DOCUMENT["components"]["parameters"].values():
        assert not problems(one["example"], one["schema"]), one["name"]


@pytest.mark.parametrize(("path", "more"), list(addresses()), ids=lambda part: part or "example")
def test_real_answers_are_what_the_document_says(client: FlaskClient, path: str, more: str) -> None:
    """An answer validates against its schema, holds nothing undocumented, and carries the headers that are documented."""
    answer = client.get(example_of(path) + more, query_string=None if more else needed(path), headers={"Accept": "application/json"})
    schema = json_schema_of(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert schema is not None
    assert problems(answer.get_json(), schema) == []
    documented = OPERATIONS[path]["responses"]["200"]["headers"].keys()
    sent = {name for name, _ in answer.headers if name not in {"Content-Type", "Content-Length"}}
    assert sent <= {*documented, *EVERYWHERE}


EVERYWHERE = (
    "Access-Control-Expose-Headers",
    "Content-Security-Policy",
    "Cross-Origin-Resource-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.type)
def test_every_record_is_what_the_document_says(client: FlaskClient, resource: Any) -> None:
    """Each record of the dataset, asked for by its id, validates."""
    listed = client.get(f"/v1/{resource.collection}?per_page=200&select=id").get_json()
    assert listed["meta"]["total"] == len(listed["data"]) > 0
    for record in listed["data"]:
        answer = client.get(f"/v1/{resource.collection}/{record['id']}")
        assert problems(answer.get_json(), {"$ref": f"#/components/schemas/{resource.schema.__name__}Answer"}) == []


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.type)
def test_what_a_record_narrows_is_linked_and_documented(client: FlaskClient, resource: Any) -> None:
    """Each collection that a record narrows stands in its links, and answers."""
    links = client.get(resource.href(resource.example)).get_json()["links"]
    for child, _ in joins(resource):
        assert f"/v1/{resource.collection}/{{id}}/{child.collection}" in OPERATIONS
        answer = client.get(links[child.collection])
        assert answer.status_code == 200
        assert problems(answer.get_json(), {"$ref": f"#/components/schemas/{child.schema.__name__}List"}) == []


@pytest.mark.parametrize("address", ["/v1/claims?topik=1&kind=causl&page=0", "/v1/claims/no-such", "/v2", "/v1/claims?q=x&cursor=ab"])
def test_real_problems_are_what_the_document_says(client: FlaskClient, address: str) -> None:
    """A problem document validates, and its type has a page."""
    answer = client.get(address)
    assert answer.content_type == "application/problem+json"
    assert problems(answer.get_json(), {"$ref": "#/components/schemas/Problem"}) == []
    assert client.get(answer.get_json()["type"]).status_code == 200


def test_every_problem_type_is_documented_or_cannot_be_met_with_get() -> None:
    """The problems that an operation can answer stand in the document."""
    met = {response["content"]["application/problem+json"]["example"]["type"]
           for response in DOCUMENT["components"]["responses"].values() if "content" in response}  # fmt: skip
    elsewhere = {"/problems/unknown-path", "/problems/method-not-allowed", "/problems/bad-request"}
    assert {one.href for one in PROBLEM_TYPES} == met | elsewhere
