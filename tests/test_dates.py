"""Dates are EDTF, and say no more and no less than which days they can mean."""

from __future__ import annotations

import calendar
import gc
import weakref
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from schemas.dates import PRECISIONS, _parsed, _plain, period

MEANINGS = {
    "1997": ("1997-01-01", "1997-12-31", "year"),
    "1997-05": ("1997-05-01", "1997-05-31", "month"),
    "1997-05-27": ("1997-05-27", "1997-05-27", "day"),
    "2000-02": ("2000-02-01", "2000-02-29", "month"),
    "1900-02": ("1900-02-01", "1900-02-28", "month"),
    "1997~": ("1997-01-01", "1997-12-31", "year"),
    "1997-05?": ("1997-05-01", "1997-05-31", "month"),
    "1997-05-XX": ("1997-05-01", "1997-05-31", "month"),
    "1997-XX": ("1997-01-01", "1997-12-31", "year"),
    "199X": ("1990-01-01", "1999-12-31", "decade"),
    "19XX": ("1900-01-01", "1999-12-31", "century"),
    "1950S2": ("1900-01-01", "1999-12-31", "century"),
    "1956S3": ("1950-01-01", "1959-12-31", "decade"),
    "1956S4": ("1956-01-01", "1956-12-31", "year"),
    "0050S2": ("0001-01-01", "0099-12-31", "interval"),
    "1997-XX-05": ("1997-01-05", "1997-12-05", "interval"),
    "1997-21": ("1997-03-01", "1997-05-31", "season"),
    "1997-24": ("1997-12-01", "1998-02-28", "season"),
    "1999-24": ("1999-12-01", "2000-02-29", "season"),
    "1997-33": ("1997-01-01", "1997-03-31", "season"),
    "1997/2002": ("1997-01-01", "2002-12-31", "interval"),
    "1997-05/2002-06-01": ("1997-05-01", "2002-06-01", "interval"),
    "1997-05-31/1997-XX": ("1997-05-31", "1997-12-31", "interval"),
    "1997/..": ("1997-01-01", None, "interval"),
    "1997/": ("1997-01-01", None, "interval"),
    "../1997": (None, "1997-12-31", "interval"),
    "/1997": (None, "1997-12-31", "interval"),
    "{1997,1999}": ("1997-01-01", "1999-12-31", "interval"),
    "[1997..1999]": ("1997-01-01", "1999-12-31", "interval"),
    "[..1984]": (None, "1984-12-31", "interval"),
    "0001": ("0001-01-01", "0001-12-31", "year"),
    "9999": ("9999-01-01", "9999-12-31", "year"),
}
REFUSED = {
    "is not a date in EDTF": [
        "", " ", "1997 ", " 1997", "97", "199", "10000", "1997-5", "1997-13", "1997-00", "1997-05-00", "1997-05-32", "27.5.1997", "May 1997",
        "19970527", "1997-1X", "1997-05-1X", "1997/2002/2003", "1997/x", "unknown", "open", "..", "/x", "[1997/1998]", "[1997]/1998", "1e3",
        "١٩٩٧", "1997\n", "1997\0", "\ud800", "{" * 90, "1" * 90, "1997-05-27T25:00:00",
        "1950S0", "1950S5", "Y1950S2", "1950S2/1951-S",
    ],
    "names a day that is not in the calendar": ["1997-02-29", "1900-02-29"],
    "is outside the years 0001 to 9999": ["0000", "-0001", "Y170000002", "Y-17000", "Y" + "9" * 60, "XXXX-05", "9999-24"],
    "ends before it begins": ["2002/1997", "1997-05-27/1997-05-26", "1997-06/1997-05"],
    "says neither when it begins nor when it ends": ["/", "../..", "../", "/.."],
}  # fmt: skip


@pytest.mark.parametrize("text", MEANINGS)
def test_a_date_means_the_days_from_its_earliest_to_its_latest(text: str):
    """An end that is open or unknown is none at all, rather than a guess."""
    found = period(text)
    earliest, latest, precision = MEANINGS[text]
    assert (found.earliest and found.earliest.isoformat(), found.latest and found.latest.isoformat(), found.precision) == (
        earliest,
        latest,
        precision,
    )


@pytest.mark.parametrize(("problem", "text"), [(problem, text) for problem, texts in REFUSED.items() for text in texts])
def test_what_is_no_date_is_refused_with_the_reason(problem: str, text: str, capsys: pytest.CaptureFixture[str]):
    """The parser's own failures never come through, nor does what it prints."""
    with pytest.raises(ValueError, match=f"^{problem}$"):
        period(text)
    assert capsys.readouterr().out == ""


@examples(60)
@given(text=st.text(alphabet="0123456789-/.XYES:?~%[]{},", max_size=16) | st.text(max_size=8))
def test_any_text_is_a_period_or_refused(text: str):
    """Whatever comes, the answer is one of the two."""
    try:
        found = period(text)
    except ValueError:
        return
    assert found.precision in PRECISIONS
    assert found.earliest is None or found.latest is None or found.earliest <= found.latest


@examples(60)
@given(day=st.dates(), width=st.sampled_from([4, 7, 10]))
def test_a_day_lies_within_its_year_its_month_and_itself(day: date, width: int):
    """A shorter date means a longer stretch around the same day."""
    found = period(day.isoformat()[:width])
    last = calendar.monthrange(day.year, day.month)[1]
    whole = {4: (date(day.year, 1, 1), date(day.year, 12, 31)), 7: (day.replace(day=1), day.replace(day=last)), 10: (day, day)}
    assert (found.earliest, found.latest) == whole[width]


@examples(150)
@given(st.from_regex(r"\A(?:[0-9]{4}|0000|1900|2000|9999)(?:-[0-3][0-9]){0,2}[?~%]?\Z"))
def test_a_plain_date_means_what_the_parser_says(text: str):
    """What is read without the parser is read as the parser reads it."""
    found = _plain(text)
    assert found is None or found == _parsed(text)


def test_the_parser_holds_nothing_of_those_who_ask_it():
    """It remembers errors, these their frames, and frames what they were at work on: the whole of a debate."""

    def ask() -> weakref.ref[Held]:
        held = Held()
        period("1873-22")  # no plain date, and none that another test asks for
        return weakref.ref(held)

    gone = ask()
    gc.collect()
    assert not gone()


class Held:
    """What is at work while a date is parsed."""
