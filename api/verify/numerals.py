"""The numbers that words and digits write, as values that can be compared: `thirty` and `30`, `2.5 million` and `2,500,000`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

_SMALL: Final = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen""".split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS: Final = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth""".split()
CARDINAL: Final = {word: value for value, word in enumerate(_SMALL)} | {word: 10 * value for value, word in enumerate(_TENS, start=2)}
ORDINAL: Final = {word: value for value, word in enumerate(_ORDINALS, start=1)} | {
    word[:-1] + "ieth": 10 * value for value, word in enumerate(_TENS, start=2)
}
SCALES: Final = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SCALE: Final = {word + plural: value for word, value in SCALES.items() for plural in ("", "s")}
ALONE: Final = {"once": "1 times", "twice": "2 times", "thrice": "3 times", "half": "1/2", "quarter": "1/4", "quarters": "1/4", "both": "2"}
UNITS: Final = {
    "percent": "%", "dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pound": "£", "pounds": "£", "yen": "¥", "yuan": "¥",
}  # fmt: skip
SYMBOLS: Final = frozenset("%‰$€£¥₽₴₹+-=<>±")
_DIGITS: Final = re.compile(r"(-?\d+(?:[.,]\d+)*)(st|nd|rd|th|s|k|m|bn)?")
_SUFFIX_SCALE: Final = {"k": 10**3, "m": 10**6, "bn": 10**9}


class Piece(NamedTuple):
    """A number or a unit in a row of words: its value, and the words from ``first`` to before ``last`` that write it."""

    value: str
    first: int
    last: int


def numbers(keys: Sequence[str]) -> list[Piece]:
    """Return the numbers and their units that a row of words writes, in their order."""
    found: list[Piece] = []
    at = 0
    while at < len(keys):
        piece = _unit(keys, at) or _digits(keys, at) or _words(keys, at)
        if piece:
            found.append(piece)
        at = piece.last if piece else at + 1
    return found


def _unit(keys: Sequence[str], at: int) -> Piece | None:
    """Return the unit, or the word that is a number by itself, that stands at a place."""
    if keys[at] == "per" and keys[at + 1 : at + 2] == ["cent"]:
        return Piece("%", at, at + 2)
    value = ALONE.get(keys[at]) or UNITS.get(keys[at]) or (keys[at] if keys[at] in SYMBOLS else "")
    return Piece(value, at, at + 1) if value else None


def _digits(keys: Sequence[str], at: int) -> Piece | None:
    """Return the number in digits that stands at a place, with the scale in words behind it."""
    match = _DIGITS.fullmatch(keys[at])
    if match is None or not match.group(1).isascii():
        return None
    written, suffix = match.groups()
    if written.count(".") + written.count(",") > 1:
        return Piece(written, at, at + 1)
    value = Decimal(written.replace(",", ".")) * _SUFFIX_SCALE.get(suffix, 1)
    last = at + 1
    while last < len(keys) and keys[last] in SCALE:
        value, last = value * SCALE[keys[last]], last + 1
    return Piece(_plain(value) + {"s": "s"}.get(suffix, "th" if suffix in {"st", "nd", "rd", "th"} else ""), at, last)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _words(keys: Sequence[str], at: int) -> Piece | None:
    """Return the number in words that begins at a place: `two hundred and five`, `nineteen ninety-seven`, `twenty-first`."""
    total = part = 0
    last, ordinal = at, ""
    for place, value in _numerals(keys, at):
        if keys[place] in SCALE:
            part = max(part, 1) * value
            total, part = (total + part, 0) if value >= SCALE["thousand"] else (total, part)
        elif last == at or keys[last - 1] in SCALE or _is_tens(part, value):
            part += value
        elif _is_century(part, value):
            part = part * 100 + value
        else:
            break
        last = place + 1
        if ordinal := "th" if keys[place] in ORDINAL else "":
            break
    return Piece(f"{total + part}{ordinal}", at, last) if last > at else None


def _numerals(keys: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    """Yield place and value of the number words that follow one another; an `and` may stand behind a scale."""
    for place in range(at, len(keys)):
        one = keys[place]
        value = SCALE.get(one, CARDINAL.get(one, ORDINAL.get(one)))
        if value is not None:
            yield place, value
        elif place == at or one != "and" or keys[place - 1] not in SCALE:
            return


def _is_tens(part: int, value: int) -> bool:
    """Say whether a number word ends a number of tens, as `five` in `two hundred twenty-five`."""
    return part % 10 == 0 and part % 100 >= 20 and 1 <= value <= 9


def _is_century(part: int, value: int) -> bool:
    """Say whether two number words are a year, as `nineteen ninety`."""
    return 13 <= part <= 20 and value >= 10
