"""Reading query strings strictly: nothing is guessed, skipped or taken twice, and every fault is named at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NoReturn
from urllib.parse import unquote_to_bytes

import marshmallow as ma
from flask import Request, request
from webargs.flaskparser import FlaskParser

from schemas.problems import nearest

from .errors import Fault, Refusal, invalid, shortened
from .fields import Repeated

MOST_BYTES = 8192


class StrictParser(FlaskParser):
    """The parser of every endpoint: unknown, repeated and undecodable parameters are faults."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION: ClassVar[dict[str, str | None]] = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": ma.RAISE}

    def load_querystring(self, req: Request, schema: ma.Schema) -> dict[str, str | Repeated]:
        """Return the parameters by name; one that was sent more than once as all of its values."""
        return {name: values[0] if len(values) == 1 else Repeated(values) for name, values in req.args.lists()}

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,
        schema: ma.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Refuse the request with every fault of its parameters.

        :raises Refusal: always.
        """
        messages: Any = error.messages
        raise invalid(list(_faults(messages["query"], schema)))


def _faults(messages: Mapping[str, Any], schema: ma.Schema) -> Iterator[Fault]:
    for name, found in messages.items():
        fault = found[0]
        if not isinstance(fault, Fault):
            near = nearest(name, schema.fields)
            yield Fault("unknown", "is no parameter of this path", near, () if near else tuple(schema.fields), shortened(name)[1:-1])
        else:
            yield Fault(fault.code, fault.detail, fault.did_you_mean, fault.allowed, name)


def check_query_string() -> None:
    """Refuse a query string that is too long or is not UTF-8, before anything reads it.

    :raises Refusal: 414 or 400.
    """
    raw = request.query_string
    if len(raw) > MOST_BYTES:
        raise Refusal("query-too-long", f"The query string has {len(raw)} bytes; at most {MOST_BYTES} are read.")
    for part in raw.split(b"&"):
        name, _, value = part.partition(b"=")
        text = unquote_to_bytes(part)
        try:
            if b"\x00" in text:
                raise ValueError("holds a NUL")
            text.decode()
        except ValueError as error:
            shown = unquote_to_bytes(name).decode("ascii", "replace")
            reason = "holds a NUL character" if b"\x00" in text else "is not percent-encoded UTF-8"
            raise invalid([Fault("invalid_value", reason, parameter=shortened(shown)[1:-1])]) from error
