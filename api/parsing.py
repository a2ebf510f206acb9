"""Reading query strings strictly: nothing is guessed, skipped or taken twice, and every fault is named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NoReturn
from urllib.parse import unquote_to_bytes

import marshmallow as ma
from flask import Request, request
from webargs.flaskparser import FlaskParser

from schemas.problems import nearest

from .errors import MOST_ERRORS, Fault, Refusal, invalid, shortened
from .fields import Repeated

MOST_BYTES: Final = 8192
STRAY_PERCENT: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class StrictParser(FlaskParser):
    """The parser of every endpoint: unknown, repeated and undecodable parameters are faults."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": ma.RAISE}

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
        """Refuse the request with the faults of its parameters, the first 20 of them in the order in which they were sent.

        :raises Refusal: always.
        """
        messages: Any = error.messages
        found: dict[str, list[Any]] = messages["query"]
        sent = [name for name in req.args if name in found]
        names = [*sent, *(name for name in found if name not in req.args)]
        raise invalid([_fault(name, found[name][0], schema) for name in names[: MOST_ERRORS + 1]])


def _fault(name: str, found: Any, schema: ma.Schema) -> Fault:
    """Return the fault of a parameter: what its field found, or that there is no such field."""
    if isinstance(found, Fault):
        return Fault(found.code, found.detail, found.did_you_mean, found.allowed, name)
    shown = shortened(name)[1:-1]
    near = nearest(name, schema.fields)
    return Fault("unknown", "is no parameter of this path", near, () if near else tuple(schema.fields), shown)


def check_query_string() -> None:
    """Refuse a query string that is too long or is not percent-encoded UTF-8, before anything reads it.

    :raises Refusal: 414 or 400.
    """
    raw = request.query_string
    if len(raw) > MOST_BYTES:
        raise Refusal("query-too-long", f"The query string has {len(raw)} bytes; at most {MOST_BYTES} are read.")
    faults = [fault for part in raw.split(b"&") if (fault := _undecodable(part))]
    if faults:
        raise invalid(faults)


def _undecodable(part: bytes) -> Fault | None:
    """Return the fault of a parameter that is no text, or None where it is one."""
    reason = ""
    text = unquote_to_bytes(part)
    if STRAY_PERCENT.search(part):
        reason = "holds a % that begins no percent-encoding; write % itself as %25"
    elif b"\x00" in text:
        reason = "holds a NUL character"
    else:
        try:
            text.decode()
        except UnicodeDecodeError:
            reason = "is not percent-encoded UTF-8"
    shown = unquote_to_bytes(part.partition(b"=")[0]).decode("utf-8", "replace")
    return Fault("invalid_value", reason, parameter=shortened(shown)[1:-1]) if reason else None
