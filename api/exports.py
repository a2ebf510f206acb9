"""The answer with an export: streamed in its plain bytes, whole or the range that was asked for, with the hash of the whole."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from threading import BoundedSemaphore
from typing import Final

from flask import Response, current_app

from schemas import BY_COLLECTION
from schemas.problems import nearest

from .answers import CACHE, JSON, NotModified, held_tag, link_header, negotiated, released
from .config import Settings
from .errors import Fault, Refusal, shortened
from .exchange import exchange, snapshot
from .formats import TABLES
from .ranges import asked_range
from .snapshot.exports import NAMES, Export, exports, stream

AT_ONCE: Final = 1 << 20
SLOTS: Final = "rostrum.downloads"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
MEDIA_TYPES: Final[Mapping[str, str]] = {"json": JSON} | {name: form.media_type for name, form in TABLES.items()}
CONTENT_TYPES: Final[Mapping[str, str]] = {"json": JSON} | {name: form.content_type for name, form in TABLES.items()}


def href(name: str) -> str:
    """Return the path of an export."""
    return f"/v1/exports/{name}"


def form_of(name: str) -> str:
    """Return the name of an export's format."""
    return name.rpartition(".")[2]


def export_named(name: str) -> Export:
    """Return what is known of an export.

    :raises Refusal: 404, there is none of that name.
    """
    found = {export.name: export for export in exports(snapshot())}
    if name not in found:
        detail = f"There is no export {shortened(name)}."
        stem = name.partition(".")[0]
        same = tuple(one for one in NAMES if one.partition(".")[0] == stem)
        near = None if same else nearest(name, NAMES)
        hint = f" Did you mean {near!r}?" if near else f" Of {stem} there is {' and '.join(same)}." if same else ""
        raise Refusal("not-found", detail + hint, [Fault("invalid_value", detail, near, same or NAMES, parameter="name")])
    return found[name]


def lifetime(version: str | None) -> str:
    """Return how long an answer may be kept: for good where the dataset is named by its digest, since another has another address.

    It is a 404 and no 410 where another one is named: the server cannot tell what was never there from what is gone, nor gone
    from what another server of the same service has already, or will have again.

    :raises Refusal: 404, that is not the dataset that is served.
    """
    if version is None:
        return CACHE
    served = snapshot()
    if version != served.digest:
        detail = f"The dataset {version[:19]}… is not served here; version {served.about['version']} is, {served.digest}."
        raise Refusal("not-found", detail, [Fault("invalid_value", "names no dataset that is served", served.digest, parameter="v")])
    return FOR_GOOD


def export_answer(export: Export, version: str | None) -> Response:
    """Return the answer with an export, or the range of it that was asked for.

    Its bytes are never coded, because the hash and the ranges are of the plain ones; so Accept-Encoding changes nothing.

    :raises Refusal: 404, 406, 412 or 503.
    :raises RequestedRangeNotSatisfiable: the range lies beyond the end.
    """
    negotiated(MEDIA_TYPES[form_of(export.name)])
    kept = lifetime(version)
    tag = export.sha256.hex()[:32]
    response = NotModified() if held_tag((tag,), lambda: None) else _content(export, tag)
    response.set_etag(tag)
    response.last_modified = released()
    response.headers.extend({"Cache-Control": kept, "Vary": "Accept", "Accept-Ranges": "bytes"})
    return response


def _content(export: Export, tag: str) -> Response:
    asked = asked_range(exchange().method, exchange().headers, export.size, tag)
    begin, end = asked or (0, export.size)
    response = Response(content_type=CONTENT_TYPES[form_of(export.name)])
    if asked:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{export.size}"
    response.headers["Repr-Digest"] = repr_digest(export.sha256)
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(export)}"'
    response.headers["Link"] = link_header({"describedby": "/v1/datapackage.json"}, dict(_alternates(export)))
    if exchange().method != "HEAD":
        _fill(response, stream(snapshot(), export, begin, end), end - begin)
    response.content_length = end - begin
    return response


def repr_digest(sha256: bytes) -> str:
    """Return the header that says the hash of a representation (RFC 9530 §3)."""
    return f"sha-256=:{base64.b64encode(sha256).decode()}:"


def _fill(response: Response, body: Iterable[bytes], size: int) -> None:
    """Give a response its body: what is short at once, what is long part by part.

    Granian keeps a thread for a response that is not all handed over, as long as its client takes to read. Other requests need
    one too, so that no more than all threads but one are given away; there is always one.

    :raises Refusal: 503, they are.
    """
    if size <= AT_ONCE:
        response.set_data(b"".join(body))
        return
    slots: BoundedSemaphore = current_app.extensions.setdefault(SLOTS, slots_of(exchange().service.settings))
    if not slots.acquire(blocking=False):
        raise Refusal("unavailable", "As many large downloads as this server sends at once are under way.", headers={"Retry-After": "30"})
    response.call_on_close(slots.release)
    response.response = body


def slots_of(settings: Settings) -> BoundedSemaphore:
    """Return a semaphore of as many large downloads as may be under way in one process."""
    return BoundedSemaphore(max(1, int(settings.threads) - 1))


def _file_name(export: Export) -> str:
    """Return the name that a download should have, with the version and the beginning of the digest of the dataset."""
    stem, _, form = export.name.partition(".")
    return f"{stem}-{snapshot().about['version']}-{snapshot().digest.removeprefix('sha256:')[:12]}.{form}"


def _alternates(export: Export) -> Iterable[tuple[str, str]]:
    """Yield media type and path of the same records in other formats."""
    stem, _, form = export.name.partition(".")
    if stem in BY_COLLECTION:
        yield from ((one.media_type, href(f"{stem}.{name}")) for name, one in TABLES.items() if name != form)
