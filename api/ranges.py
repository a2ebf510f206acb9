"""The range of bytes that a request asks for (RFC 9110 §14); it knows nothing of what the bytes are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from werkzeug.exceptions import RequestedRangeNotSatisfiable

ONE_RANGE: Final = re.compile(r"bytes=[ \t]*([0-9]{0,99})-([0-9]{0,99})[ \t]*", re.IGNORECASE)
Bounds = tuple[int | None, int | None]


def asked_range(method: str, headers: Mapping[str, str], size: int, tag: str) -> tuple[int, int] | None:
    """Return begin and end (behind the last byte) of the range that is asked for; None where all `size` bytes are.

    :raises RequestedRangeNotSatisfiable: there is nothing in it.
    """
    bounds = asked_bounds(method, headers, tag)
    return within(bounds, size) if bounds else None


def asked_bounds(method: str, headers: Mapping[str, str], tag: str) -> Bounds | None:
    """Return the first and the last byte that are asked for: no last one is to the end, no first one is the last so many.

    None where all bytes are: what is not one well-formed range of bytes is ignored, as §14.2 allows or demands, and so is one whose
    If-Range does not name the entity tag `tag`; a date there is never enough, for the day of a release is no strong validator (§13.1.5).
    """
    found = ONE_RANGE.fullmatch(headers.get("Range", ""))
    if method != "GET" or found is None or headers.get("If-Range", f'"{tag}"') != f'"{tag}"':
        return None
    first, last = (int(digits) if digits else None for digits in found.groups())
    is_range = last is not None if first is None else last is None or last >= first
    return (first, last) if is_range else None


def within(bounds: Bounds, size: int) -> tuple[int, int]:
    """Return begin and end of what bounds mean of `size` bytes.

    :raises RequestedRangeNotSatisfiable: there is nothing in it.
    """
    first, last = bounds
    if first is None:
        begin, end = max(0, size - (last or 0)), size
    else:
        begin, end = first, size if last is None else min(last + 1, size)
    if begin >= end:
        raise RequestedRangeNotSatisfiable(size)
    return begin, end
