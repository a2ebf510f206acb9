"""EDTF dates (Library of Congress, ISO 8601-2:2019): whether a text is one, and which days it can mean."""

from __future__ import annotations

import calendar
import warnings
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

with warnings.catch_warnings():  # edtf 5.0.2 defines its grammar in a way that pyparsing 3.3 warns about
    warnings.simplefilter("ignore")
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException
    from edtf.parser.parser_classes import Interval, MultipleDates, OneOfASet, Season


PRECISIONS = ("day", "month", "season", "year", "decade", "century", "interval")


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
    try:
        parsed = parse_edtf(text)
    except EDTFParseException as error:
        raise ValueError("is not a date in EDTF") from error
    earliest, latest = _day(parsed.lower_strict()), _day(parsed.upper_strict())
    if earliest and latest and earliest > latest:
        raise ValueError("ends before it begins")
    return Period(earliest, latest, _precision(parsed, earliest, latest))


def _day(bound: object) -> date | None:
    """Turn a bound of the parser (a struct_time, or an infinity for an open end) into a date."""
    if isinstance(bound, float):
        return None
    year, month, day = tuple(bound)[:3]  # type: ignore[arg-type]
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError("is outside the years 0001 to 9999") from error


def _precision(parsed: object, earliest: date | None, latest: date | None) -> str:
    if earliest is None or latest is None or isinstance(parsed, Interval | MultipleDates | OneOfASet):
        return "interval"
    if isinstance(parsed, Season):
        return "season"
    if earliest == latest:
        return "day"
    if earliest.year != latest.year:
        return {9: "decade", 99: "century"}.get(latest.year - earliest.year, "interval")
    if earliest.month != latest.month:
        return "year"
    whole = calendar.monthrange(latest.year, latest.month)[1]
    return "month" if (earliest.day, latest.day) == (1, whole) else "interval"
