"""How an endpoint states its contract: one decorator says path, operation, parameters, answers and problems, and OpenAPI follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar, Final

import flask_smorest
import marshmallow as ma
from flask import Response, request

from .answers import JSON, Answer
from .compiled import Compiled
from .fields import ID, MOST_LENGTH
from .parameters import NoParameters
from .parsing import StrictParser

View = Callable[..., Any]  # returns an Answer, or what the framework makes an answer of
NO_PARAMETERS: Final = NoParameters()
RANGE: Final[Mapping[str, Any]] = {
    "in": "header",
    "name": "Range",
    "description": "One range of bytes (RFC 9110 §14); anything else is ignored. `If-Range` takes the entity tag.",
    "schema": {"type": "string"},
    "example": "bytes=0-1023",
}
ALWAYS: Final = (304, 400, 406, 412, 414, 500)
RESPONSES: Final[Mapping[int, str]] = {
    304: "NotModified",
    400: "InvalidParameter",
    404: "NotFound",
    406: "NotAcceptable",
    412: "PreconditionFailed",
    414: "QueryTooLong",
    416: "RangeNotSatisfiable",
    500: "InternalError",
    503: "Unavailable",
}


@dataclass(frozen=True)
class Endpoint:
    """A path, the view that answers it, and its parameters.

    ``within`` names the parameter in the path; a view that is ``direct`` needs nothing of the framework.
    """

    rule: str
    view: View
    compiled: Compiled
    within: str
    direct: bool


class Blueprint(flask_smorest.Blueprint):
    """A group of endpoints that are read with GET (and HEAD) and parse their parameters strictly."""

    ARGUMENTS_PARSER = StrictParser()
    HTTP_METHODS: ClassVar[list[str]] = ["GET"]

    def __init__(self, *args: Any, **options: Any) -> None:
        """Begin without endpoints."""
        super().__init__(*args, **options)
        self.endpoints: list[Endpoint] = []

    def get(
        self,
        rule: str,
        operation: str,
        summary: str,
        *,
        answers: Mapping[str, str | Mapping[str, Any]],
        parameters: ma.Schema = NO_PARAMETERS,
        path: Sequence[Mapping[str, Any]] = (),
        problems: Sequence[int] = (),
        headers: Sequence[str] = (),
        ranges: bool = False,
        description: str = "",
        direct: bool = False,
    ) -> Callable[[View], View]:
        """Declare an endpoint.

        `operation` is its name in generated clients; `answers` names the schema of each media type that a 200 can have, the
        default first; `path` describes the parameters in the path, `headers` names what a 200 carries besides the common ones.
        With `ranges` a part can be asked for: a 206, of which no schema holds, or a 416. A view that returns an Answer and asks nothing of
        the framework may be answered `direct`.
        """
        if ranges:
            path, problems, headers = [*path, RANGE], [*problems, 416], [*headers, "Accept-Ranges"]
        responses: dict[str, Any] = {
            "200": {"description": summary, "headers": _headers(headers), "content": {kind: _schema(one) for kind, one in answers.items()}},
            **({"206": _partial(summary, headers, answers)} if ranges else {}),
            **{str(status): RESPONSES[status] for status in sorted({*ALWAYS, *problems})},
        }
        documented = {"summary": summary, "description": description or summary, "operationId": operation, "responses": responses}

        def decorate(view: View) -> View:
            strict = self.doc(**documented)(self.arguments(parameters, location="query")(view))
            compiled = Compiled(parameters)
            self.endpoints.append(Endpoint(rule, view, compiled, path[0]["name"] if path else "", direct))
            self.add_url_rule(rule, operation, _framed(view, strict, compiled), parameters=list(path))
            return view

        return decorate


def _framed(view: View, strict: View, compiled: Compiled) -> View:
    """Return a view as the framework calls it, which asks the strict parser only where the compiled one finds something wrong."""

    @wraps(strict)
    def asked(**path: Any) -> Response:
        given = compiled.read(request.query_string.decode("latin-1"))
        made = strict(**path) if given is None else view(given, **path)
        response: Response = made.framed() if isinstance(made, Answer) else made
        return response

    return asked


COMMON_HEADERS: Final = (
    "Access-Control-Allow-Origin", "API-Version", "Cache-Control", "Content-Encoding", "Dataset-Version", "ETag", "Last-Modified", "Link",
    "Vary", "X-Request-Id",
)  # fmt: skip


def _partial(summary: str, headers: Sequence[str], answers: Iterable[str]) -> dict[str, Any]:
    """Return the description of a part of an answer."""
    shown = _headers([*headers, "Content-Range"])
    return {"description": f"{summary}: the range that was asked for", "headers": shown, "content": {kind: {} for kind in answers}}


def _headers(more: Sequence[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in sorted({*COMMON_HEADERS, *more})}


def _schema(one: str | Mapping[str, Any]) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{one}"} if isinstance(one, str) else dict(one)}


def id_in_path(type_: str, example: str, name: str = "id") -> dict[str, Any]:
    """Return the description of the parameter that is a record's id in the path."""
    shape = {"type": "string", "pattern": f"^{ID}$", "maxLength": MOST_LENGTH}
    return {"in": "path", "name": name, "required": True, "description": f"The id of the {type_}.", "schema": shape, "example": example}


__all__ = ["JSON", "Blueprint", "id_in_path"]
