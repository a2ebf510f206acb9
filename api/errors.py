"""What can be wrong with a request: problem types from a closed list (RFC 9457), the faults of parameters, and refusals that carry them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from werkzeug.exceptions import HTTPException

MOST_ERRORS: Final = 20
MOST_CHARACTERS: Final = 120
RETRY_AFTER: Final = "30"  # seconds
CODES: Final = ("unknown", "repeated", "empty", "invalid_value", "out_of_range", "conflict", "unknown_path", "bad_cursor")


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem: its page is ``/problems/<slug>``, ``cache`` is what may be done with an answer of it."""

    slug: str
    status: int
    title: str
    meaning: str
    cache: str

    @property
    def href(self) -> str:
        """The path of its page, which is also its identifier."""
        return f"/problems/{self.slug}"


A_MINUTE: Final = "public, max-age=60"
PROBLEM_TYPES: Final = (
    ProblemType(
        "invalid-parameter", 400, "Invalid query parameter",
        "A query parameter is not declared for this path, is repeated or empty, has a value of the wrong form, out of range or naming no"
        " record, or contradicts another. Each is listed in `errors` with its name, a code, what is wrong, and where possible what was"
        " probably meant.", "no-cache",
    ),
    ProblemType(
        "bad-request", 400, "Malformed request",
        "The request cannot be read as HTTP. Its address or one of its headers is malformed, such as a `Host` that is no name of a host.",
        "no-cache",
    ),
    ProblemType(
        "not-found", 404, "No such record",
        "The path is right but the id names no record. Ids are case-sensitive; what belongs to a debate has the debate's id and a dot in"
        " front. `errors` suggests the nearest id.", A_MINUTE,
    ),
    ProblemType(
        "unknown-path", 404, "No such path",
        "Nothing is served at this path. There are no trailing slashes, and paths are case-sensitive. `/v1` lists what there is.", A_MINUTE,
    ),
    ProblemType(
        "method-not-allowed", 405, "Method not allowed",
        "Everything here is read with GET, HEAD and OPTIONS. The `Allow` header lists the methods of this path.", "no-cache",
    ),
    ProblemType(
        "not-acceptable", 406, "No acceptable representation",
        "The `Accept` header names no media type that this path offers; `errors` lists those that it does.", "no-cache",
    ),
    ProblemType(
        "precondition-failed", 412, "Precondition failed",
        "`If-Match` or `If-Unmodified-Since` says that only a representation that the client knows is wanted, and this one is another."
        " Leave the header out to get what there is now.", "no-cache",
    ),
    ProblemType(
        "query-too-long", 414, "Query string too long",
        "The query string is longer than 8,192 bytes. Ask for less at once: `id` takes up to 100 ids.", "no-cache",
    ),
    ProblemType(
        "range-not-satisfiable", 416, "Range not satisfiable",
        "The `Range` header asks for bytes beyond the end; `Content-Range` says how many there are.", "no-cache",
    ),
    ProblemType(
        "internal-error", 500, "Internal error",
        "The server failed. This is a fault of the service, not of the request; `request_id` finds it in the server's log.", "no-store",
    ),
    ProblemType(
        "unavailable", 503, "Service unavailable",
        "The service has no dataset that it could answer from at the moment. Try again after the time in `Retry-After`.", "no-store",
    ),
)  # fmt: skip
BY_SLUG: Final[Mapping[str, ProblemType]] = {one.slug: one for one in PROBLEM_TYPES}
BY_STATUS: Final[Mapping[int, ProblemType]] = {404: BY_SLUG["unknown-path"], 400: BY_SLUG["bad-request"]} | {
    one.status: one for one in PROBLEM_TYPES if one.status not in (400, 404)
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one parameter, and what would be right; ``code`` is one of CODES."""

    code: str
    detail: str
    did_you_mean: str | None = None
    allowed: tuple[str, ...] = ()
    parameter: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the entry of ``errors``; what is not known is left out."""
        shown = {name: value for name, value in asdict(self).items() if value}
        if self.allowed:
            shown["allowed"] = list(self.allowed[:MOST_ERRORS])
        return {"parameter": shown.pop("parameter", ""), **shown}


class Refusal(HTTPException):
    """An answer that is a problem: its type, what happened, and the faults where a parameter is at fault."""

    def __init__(self, slug: str, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None) -> None:
        self.problem = BY_SLUG[slug]
        self.code = self.problem.status
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        super().__init__(detail)


def invalid(faults: Sequence[Fault]) -> Refusal:
    """Return the refusal of a request whose parameters have these faults, of which 20 are listed; no more than 21 need be found."""
    many = len(faults) > MOST_ERRORS
    were = f"{f'More than {MOST_ERRORS}' if many else len(faults)} parameters were" if len(faults) > 1 else "1 parameter was"
    listed = f"; the first {MOST_ERRORS} are listed" if many else ""
    return Refusal("invalid-parameter", f"{were} not understood{listed}.", faults[:MOST_ERRORS])


def not_found(type_: str, served: str, near: str | None) -> Refusal:
    """Return the refusal of an id that names no record."""
    detail = f"There is no {type_} {shortened(served)}."
    hint = f" Did you mean {near!r}?" if near else ""
    return Refusal("not-found", detail + hint, [Fault("invalid_value", detail, near, parameter="id")])


def unknown_path(near: str | None) -> Refusal:
    """Return the refusal of a path that nothing is served at; `near` is the path that was probably meant."""
    detail = "Nothing is served at this path."
    hint = f" Did you mean {near!r}?" if near else " `/v1` lists what there is."
    return Refusal("unknown-path", detail + hint, [Fault("unknown_path", detail, near, parameter="path")])


def unavailable() -> Refusal:
    """Return the refusal of any request while the snapshot cannot be read; why is for the log."""
    return Refusal("unavailable", "The snapshot cannot be read.", headers={"Retry-After": RETRY_AFTER})


def shortened(value: str) -> str:
    """Return what may be echoed of a value that was sent: quoted, without control characters, not long."""
    shown = value if len(value) <= MOST_CHARACTERS else value[:MOST_CHARACTERS] + "…"
    return repr(shown).encode("utf-8", "replace").decode()
