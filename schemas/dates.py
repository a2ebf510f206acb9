"""EDTF dates (Library of Congress, ISO 8601-2:2019): whether a text is one, and which days it can mean."""

from __future__ import annotations

import calendar
import re
import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

with warnings.catch_warnings():  # edtf 5.0.2 defines its grammar in a way that pyparsing 3.3 warns about
    warnings.simplefilter("ignore")
    from edtf import parse_edtf
    from edtf.parser.grammar import edtfParser
    from edtf.parser.parser_classes import MultipleDates, OneOfASet, Season


PRECISIONS = ("day", "month", "season", "year", "decade", "century", "interval")
OPEN: Final = ("", "..")
SHAPE: Final = re.compile(r"[!-.0-~]{4,100}")
# A year, month or day as most are written, perhaps qualified, whose meaning needs no parser.
PLAIN: Final = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?[?~%]?")
ROUNDED: Final = re.compile(r"([0-9]{4})S([1-4])")
# The parser takes a month or a day of which one digit is unspecified (1997-1X) and then fails on it, aloud.
HALF_UNSPECIFIED: Final = re.compile(r"-(?:[0-9]X|X[0-9])")


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a date can mean; an open or unknown end is None."""

    earliest: date | None
    latest: date | None
    precision: str


@lru_cache(maxsize=65_536)
def period(text: str) -> Period:
    """Return the days that an EDTF text can mean.

    :raises ValueError: `text` is not EDTF, ends before it begins, or leaves the years 0001 to 9999.
    """
    begin, slash, end = text.partition("/")
    found = _interval(begin, end) if slash else _single(text)
    if found.earliest and found.latest and found.earliest > found.latest:
        raise ValueError("ends before it begins")
    return found


def _interval(begin: str, end: str) -> Period:
    """Return what lies between two dates; the parser would give an unknown end ten years."""
    if begin in OPEN and end in OPEN:
        raise ValueError("says neither when it begins nor when it ends")
    if begin[:1] in ("[", "{") or end[:1] in ("[", "{"):
        raise ValueError("is not a date in EDTF")
    earliest = None if begin in OPEN else _single(begin).earliest
    latest = None if end in OPEN else _single(end).latest
    return Period(earliest, latest, "interval")


def _single(text: str) -> Period:
    return _plain(text) or _rounded(text) or _parsed(text)


def _plain(text: str) -> Period | None:
    """Return what a plain date means, and nothing of any other or of one that is not in the calendar: the parser takes long over each."""
    found = PLAIN.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    try:
        if day:
            return Period(date(year, month, day), date(year, month, day), "day")
        if month:
            return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), "month")
        return Period(date(year, 1, 1), date(year, 12, 31), "year")
    except ValueError:
        return None


def _rounded(text: str) -> Period | None:
    """Return what a year with some significant digits means (EDTF level 2), and nothing of any other date: the parser leaves them out."""
    found = ROUNDED.fullmatch(text)
    if found is None:
        return None
    span = 10 ** (4 - int(found[2]))
    first = int(found[1]) // span * span
    earliest, latest = date(max(first, 1), 1, 1), date(first + span - 1, 12, 31)
    return Period(earliest, latest, _precision(None, earliest, latest))


def _parsed(text: str) -> Period:
    if not SHAPE.fullmatch(text) or HALF_UNSPECIFIED.search(text) or "S" in text:
        raise ValueError("is not a date in EDTF")
    try:
        parsed = parse_edtf(text)
        lower, upper = parsed.lower_strict(), parsed.upper_strict()
    except Exception as error:  # the parser fails in many ways on what is not quite EDTF, not with its own exception alone
        raise ValueError("is not a date in EDTF") from error
    finally:
        edtfParser.reset_cache()  # it holds errors, and with them all that their callers were at work on
    earliest, latest = _day(lower), _day(upper)
    if isinstance(parsed, Season) and latest and latest.month == 12 and earliest and earliest.month == 12:
        latest = _last_of_february(latest.year + 1)  # the parser ends a winter with the year
    return Period(earliest, latest, _precision(parsed, earliest, latest))


def _day(bound: Any) -> date | None:
    """Turn a bound of the parser (a struct_time, or an infinity for an open end) into a date."""
    if isinstance(bound, float):
        return None
    year, month, day = bound[:3]
    if not 1 <= year <= 9999:
        raise ValueError("is outside the years 0001 to 9999")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError("names a day that is not in the calendar") from error


def _last_of_february(year: int) -> date:
    if year > 9999:
        raise ValueError("is outside the years 0001 to 9999")
    return date(year, 3, 1) - timedelta(days=1)


def _precision(parsed: object, earliest: date | None, latest: date | None) -> str:
    if earliest is None or latest is None or isinstance(parsed, MultipleDates | OneOfASet):
        return "interval"
    if isinstance(parsed, Season):
        return "season"
    if earliest == latest:
        return "day"
    if earliest.year != latest.year:
        return {9: "decade", 99: "century"}.get(latest.year - earliest.year, "interval")
    if earliest.month != latest.month:
        return "year" if (earliest.month, earliest.day, latest.month, latest.day) == (1, 1, 12, 31) else "interval"
    whole = calendar.monthrange(latest.year, latest.month)[1]
    return "month" if (earliest.day, latest.day) == (1, whole) else "interval"
