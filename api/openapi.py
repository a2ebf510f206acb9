"""The OpenAPI document: what flask-smorest gathers from the endpoints, with the shared schemas, headers, problems and examples."""

from __future__ import annotations

import json
from typing import Any, Final

import apispec
import flask_smorest
import marshmallow as ma
import yaml
from flask import Flask
from flask.testing import FlaskClient

from schemas.json_schema import Describer

from .answers import JSON
from .errors import PROBLEM_TYPES
from .fields import Listed, Parameter
from .problems import MEDIA_TYPE
from .shapes import COMPONENTS, Given, Varying, shapes
from .version import API_VERSION

OK: Final = 200
DOCUMENT: Final = "rostrum-openapi"
EVERYWHERE: Final = ("mailto", "pretty", "page")

OPENAPI_VERSION: Final = "3.1.1"
DESCRIPTION: Final = """\
Structured debate data: who claimed what, on which words, under which conditions, about which events, and who disputes it.
Every answer can be traced to the exact characters of a source.

Every path is read with GET; HEAD and OPTIONS are understood everywhere. Parameters are strict: one that is unknown, repeated,
empty or ill-formed is refused with a problem document (RFC 9457) that names it and suggests what was meant. Filters are ANDed,
the values within one, joined by commas, are ORed; `name__not`, `name__all`, `name__exists` and, on dates and numbers, `name__gte`,
`name__gt`, `name__lte` and `name__lt` say it otherwise. Answers carry strong entity tags; `If-None-Match` gives 304.
"""
HEADERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "Accept-Ranges": ("That ranges of bytes can be asked for.", {"type": "string", "const": "bytes"}),
    "Access-Control-Allow-Origin": ("Every page may read the answer.", {"type": "string", "const": "*"}),
    "API-Version": ("The version of this interface.", {"type": "string", "examples": [API_VERSION]}),
    "Cache-Control": ("How long the answer may be kept.", {"type": "string", "examples": ["public, max-age=300"]}),
    "Content-Disposition": (
        "The name of the file, with version and digest of the dataset.",
        {"type": "string", "examples": ['inline; filename="claims-2026.11.0-0123456789ab.csv"']},
    ),
    "Content-Encoding": ("The coding of an answer of 512 bytes or more.", {"type": "string", "enum": ["zstd", "br", "gzip"]}),
    "Content-Range": ("Which bytes these are, and of how many.", {"type": "string", "examples": ["bytes 0-99/6410"]}),
    "Dataset-Version": ("The calendar version of the dataset.", {"type": "string", "examples": ["2026.11.0"]}),
    "ETag": ("The strong tag of this representation.", {"type": "string", "examples": ['"0123456789abcdef0123456789abcdef"']}),
    "Last-Modified": ("The day on which the dataset was released.", {"type": "string", "examples": ["Tue, 24 Nov 2026 00:00:00 GMT"]}),
    "Link": ("Related paths (RFC 8288).", {"type": "string", "examples": ['</v1/openapi.json>; rel="service-desc"']}),
    "No-Vary-Search": (
        "Which differences in the query make no difference.",
        {"type": "string", "examples": ['key-order, params=("mailto")']},
    ),
    "Repr-Digest": (
        "The hash of the whole representation, of a part of it as well (RFC 9530).",
        {"type": "string", "examples": ["sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"]},
    ),
    "Retry-After": ("After how many seconds to try again.", {"type": "string", "examples": ["30"]}),
    "Vary": ("The request headers that the answer depends on.", {"type": "string", "examples": ["Accept, Accept-Encoding"]}),
    "X-Request-Id": (
        "The id of the request, the client's own where it sent one.",
        {"type": "string", "examples": ["0f8fad5bd9cb469fa165"]},
    ),
}
RESPONSES: Final[dict[str, str]] = {
    "InvalidParameter": "invalid-parameter",
    "NotFound": "not-found",
    "NotAcceptable": "not-acceptable",
    "PreconditionFailed": "precondition-failed",
    "QueryTooLong": "query-too-long",
    "RangeNotSatisfiable": "range-not-satisfiable",
    "InternalError": "internal-error",
    "Unavailable": "unavailable",
}
MORE_HEADERS: Final[dict[str, tuple[str, ...]]] = {"Unavailable": ("Retry-After",), "RangeNotSatisfiable": ("Content-Range",)}


class Api(flask_smorest.Api):
    """flask-smorest's gathering of endpoints into a document, with our shapes, headers and problems."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        """Begin the document of an app."""
        app.config |= {"API_TITLE": "Rostrum", "API_VERSION": API_VERSION, "OPENAPI_VERSION": OPENAPI_VERSION}
        super().__init__(app, spec_kwargs={"info": info(), "servers": [{"url": "/", "description": "This server."}], "security": []})
        self.ma_plugin.converter.add_attribute_function(parameter_shape)
        self.ma_plugin.converter.add_parameter_attribute_function(parameter_style)
        register_headers(self.spec)

    def _register_responses(self) -> None:
        """Register the answers that endpoints share, in place of the library's own."""
        register_responses(self.spec)

    def _register_etag_headers(self) -> None:
        """Register nothing: the headers are ours."""

    def _register_pagination_header(self) -> None:
        """Register nothing: paging stands in the envelope."""

    def _register_error_handlers(self) -> None:
        """Register nothing: errors have one home, which is not here."""


class ShapeDescriber(Describer):
    """Describes what is no record as well."""

    def object(self, schema: ma.Schema) -> dict[str, Any]:
        """Return the description of an object, which says where more may stand in it than it declares."""
        return super().object(schema) | ({"additionalProperties": True} if isinstance(schema, Varying) else {})

    def _shape(self, one: ma.fields.Field[Any]) -> dict[str, Any]:
        return dict(one.shape) if isinstance(one, Given) else super()._shape(one)


def info() -> dict[str, Any]:
    """Return what the document says of itself."""
    return {
        "summary": "Debates as data, every claim traced to its words.",
        "description": DESCRIPTION,
        "contact": {"name": "The Rostrum contributors"},
        "license": {"name": "MIT", "identifier": "MIT"},
    }


def parameter_shape(converter: Any, field: ma.fields.Field[Any], **options: Any) -> dict[str, Any]:
    """Return the JSON Schema of a query parameter."""
    return dict(field.shape) if isinstance(field, Parameter) else {}


def parameter_style(converter: Any, field: ma.fields.Field[Any], ret: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Say that lists are joined by commas, and lift the example to where tools look for it."""
    style: dict[str, Any] = {"style": "form", "explode": False} if isinstance(field, Listed) else {}
    return style | {"example": ret["schema"].pop("example")} if "example" in ret["schema"] else style


def register_headers(spec: apispec.APISpec) -> None:
    """Add the headers that answers carry."""
    for name, (description, schema) in HEADERS.items():
        spec.components.header(name, {"description": description, "schema": schema})


def register_responses(spec: apispec.APISpec) -> None:
    """Add the answers that are no record: not modified, and each type of problem."""
    shared = {
        name: {"$ref": f"#/components/headers/{name}"} for name in ("API-Version", "Dataset-Version", "X-Request-Id", "Cache-Control")
    }
    tagged = {name: {"$ref": f"#/components/headers/{name}"} for name in ("ETag", "Last-Modified", "Vary")}
    spec.components.response("NotModified", {"description": "The client has this representation already.", "headers": shared | tagged})
    types = {one.slug: one for one in PROBLEM_TYPES}
    for name, slug in RESPONSES.items():
        more = {header: {"$ref": f"#/components/headers/{header}"} for header in MORE_HEADERS.get(name, ())}
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": _problem_example(slug)}}
        spec.components.response(name, {"description": types[slug].meaning, "headers": shared | more, "content": content})


def _problem_example(slug: str) -> dict[str, Any]:
    one = next(one for one in PROBLEM_TYPES if one.slug == slug)
    return {
        "type": one.href,
        "title": one.title,
        "status": one.status,
        "detail": one.meaning.partition(". ")[0].rstrip(".") + ".",
        "instance": "/v1/claims",
        "request_id": "0f8fad5bd9cb469fa165",
    }


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of an app, with answers of its own as examples; it is made once."""
    if DOCUMENT not in app.extensions:
        app.extensions[DOCUMENT] = _made(app)
    made: dict[str, Any] = app.extensions[DOCUMENT]
    return made


def yaml_text(app: Flask) -> str:
    """Return the document as YAML, which is what `openapi.yaml` holds."""
    return yaml.dump(document(app), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=130)


class _Plain(yaml.SafeDumper):
    """A YAML writer that repeats what is repeated instead of pointing at it."""

    def ignore_aliases(self, data: Any) -> bool:
        """Say that nothing is pointed at."""
        return True


def _made(app: Flask) -> dict[str, Any]:
    api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    made: dict[str, Any] = json.loads(json.dumps(api.spec.to_dict()))
    describer = ShapeDescriber(COMPONENTS)
    for name, shape in shapes().items():
        describer.reference(shape(), name)
    made["components"]["schemas"] = dict(sorted(describer.objects.items()))
    made["tags"] = [tag for tag in made["tags"] if tag["description"]]
    for methods in made["paths"].values():
        methods["get"]["parameters"] = methods.pop("parameters", []) + methods["get"].get("parameters", [])
    client = app.test_client()
    for path, methods in made["paths"].items():
        _add_example(client, path, methods["get"])
    made["components"]["parameters"] = _share_parameters(made["paths"])
    order = ("openapi", "info", "servers", "security", "tags", "paths", "components")
    return {key: made[key] for key in order}


def _share_parameters(paths: dict[str, Any]) -> dict[str, Any]:
    """Replace each query parameter by a reference, and return the parameters by name; those that collections share stand once."""
    shared: dict[str, Any] = {}
    for path, methods in paths.items():
        operation = methods["get"]
        steps = path.strip("/").split("/")
        stem = steps[-1] if operation["operationId"].startswith("list") else steps[1] if len(steps) > 1 else "all"
        for index, parameter in enumerate(operation.get("parameters", ())):
            if parameter["in"] == "query":
                name = f"{'all' if parameter['name'] in EVERYWHERE else stem}.{parameter['name']}"
                if shared.setdefault(name, parameter) != parameter:
                    raise ValueError(f"the parameter {name} is described twice, differently")
                operation["parameters"][index] = {"$ref": f"#/components/parameters/{name}"}
    return dict(sorted(shared.items()))


def _add_example(client: FlaskClient, path: str, operation: dict[str, Any]) -> None:
    """Give an operation the answer to its example as an example, where that has a shape of its own."""
    media = operation["responses"]["200"]["content"].get(JSON)
    narrowed = "{id}/" in path
    if media is None or narrowed or "$ref" not in media["schema"]:
        return
    for parameter in operation.get("parameters", ()):
        if parameter.get("in") == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
    small = {"per_page": "1"} if operation["operationId"].startswith("list") else {}
    needed = {one["name"]: one["example"] for one in operation.get("parameters", ()) if one.get("required") and one["in"] == "query"}
    small |= {name: ",".join(example) if isinstance(example, list) else example for name, example in needed.items()}
    answer = client.get(path, query_string=small, headers={"Accept": JSON})
    if answer.status_code == OK:
        media["example"] = answer.get_json()
