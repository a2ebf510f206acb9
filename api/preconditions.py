"""Conditional requests (RFC 9110 §13): whether the client has this representation already, or refuses to take another one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from werkzeug.http import parse_date

ENTITY_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
CONDITIONS: Final = frozenset({"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"})
LONGEST_DATE: Final = 64


def is_conditional(headers: Mapping[str, str]) -> bool:
    """Say whether a request has any precondition."""
    return not CONDITIONS.isdisjoint(headers)


def failed(headers: Mapping[str, str], tag: str, modified: datetime) -> bool:
    """Say whether If-Match, or without one If-Unmodified-Since, forbids this representation (§13.2.2, steps 1 and 2)."""
    if "If-Match" in headers:
        sent = headers["If-Match"]
        return not is_any(sent) and ("", tag) not in ENTITY_TAG.findall(sent)
    since = date(headers.get("If-Unmodified-Since"))
    return since is not None and modified > since


def unchanged(headers: Mapping[str, str], tag: str, modified: datetime) -> bool:
    """Say whether If-None-Match, or without one If-Modified-Since, says that the client has it already (§13.2.2, steps 3 and 4)."""
    if "If-None-Match" in headers:
        return names(headers["If-None-Match"], f'"{tag}"')
    since = date(headers.get("If-Modified-Since"))
    return since is not None and modified <= since


def names(sent: str, tag: str) -> bool:
    """Say whether an If-None-Match names a tag, which is given in its quotes; weak ones are compared as strong (§13.1.2)."""
    return sent == tag or is_any(sent) or any(tag[1:-1] == one for _, one in ENTITY_TAG.findall(sent))


def is_any(sent: str) -> bool:
    """Say whether a header means any representation that there is."""
    return sent.strip() == "*"


def date(sent: str | None) -> datetime | None:
    """Return the date that a header holds, or None where it holds none."""
    try:
        return parse_date(sent) if sent and len(sent) <= LONGEST_DATE else None
    except OverflowError:  # a year of twenty digits
        return None
