"""Parameters of several values joined by commas: ids, words, paths, numbers, dates and keys to sort by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from api import bounds
from api.errors import shortened
from api.query import SortKey
from schemas.dates import period
from schemas.fields import LANGUAGE, SLUG, SLUG_LENGTH
from schemas.problems import nearest
from schemas.texts import slug_of

from .base import Parameter, of_list, refuse

ID: Final = rf"{SLUG}(?:\.{SLUG})?"
WORD: Final = rf"(?:{SLUG}|{LANGUAGE})"
MOST_LENGTH: Final = 2 * SLUG_LENGTH + 1
PARTIAL_DATE: Final = r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
WHOLE: Final = r"0|[1-9][0-9]{0,8}"


class Listed(Parameter):
    """Values joined by commas, each once. ``item_shape`` is the JSON Schema of one."""

    item_shape: Mapping[str, Any] = {"type": "string"}

    def __init__(self, description: str, example: Any, *, most: int = bounds.MOST_VALUES, **options: Any) -> None:
        """Take how many values there may be."""
        self.most = most
        super().__init__(description, example, **options)

    @property
    def shape(self) -> Mapping[str, Any]:  # type: ignore[override]
        """The JSON Schema of the list."""
        return {"type": "array", "items": dict(self.item_shape), "minItems": 1, "maxItems": self.most, "uniqueItems": True}

    def read(self, text: str) -> list[Any]:
        """Return the values in the order they were written."""
        if text and "," not in text:
            return [self.read_item(text)]
        parts = text.split(",")
        if len(parts) > self.most:
            raise refuse("out_of_range", f"has {len(parts)} values; at most {self.most} are taken")
        if "" in parts:
            raise refuse("empty", "has an empty value between commas; leave it out")
        if len(set(parts)) < len(parts):
            double, _ = Counter(parts).most_common(1)[0]
            raise refuse("repeated", f"names {shortened(double)} twice; name it once")
        return [self.read_item(part) for part in parts]

    def read_item(self, text: str) -> Any:
        """Return the value that one part means."""
        return text


@cache
def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


class Shaped(Listed):
    """Texts of a stated form."""

    pattern: str
    says: str

    def read_item(self, text: str) -> str:
        """Return a text that has the form."""
        if len(text) > MOST_LENGTH or not _form(self.pattern).fullmatch(text):
            raise refuse("invalid_value", f"{shortened(text)} is not {self.says}", self.near(text))
        return text

    def near(self, text: str) -> str | None:
        """Return the text of the form that may be meant by one that has not got it, or None."""
        return None

    @property
    def item_shape(self) -> Mapping[str, Any]:  # type: ignore[override]
        """The JSON Schema of one text."""
        return {"type": "string", "pattern": f"^{self.pattern}$", "maxLength": MOST_LENGTH}


class Ids(Shaped):
    """Served ids of one type; whether they name records is for the snapshot to say."""

    pattern = ID
    says = "an id; ids are slugs, joined by a dot where the record belongs to a debate, such as 'nato' or 'missile-defence.final-shape'"

    def near(self, text: str) -> str | None:
        """Return the id as it would be written, slug by slug."""
        meant = ".".join(map(slug_of, text[: MOST_LENGTH + 1].split(".")))
        return meant if len(meant) <= MOST_LENGTH and _form(self.pattern).fullmatch(meant) else None


class Words(Shaped):
    """Tags or language tags."""

    pattern = WORD
    says = "a tag such as 'partnership' or 'en-GB'"


class Choices(Listed):
    """Words of a closed list."""

    def __init__(self, values: Sequence[str], description: str, example: Any, **options: Any) -> None:
        """Take the words that are allowed."""
        self.values = tuple(values)
        self.item_shape = {"type": "string", "enum": list(self.values)}
        super().__init__(description, example, **{"most": len(self.values)} | options)

    def read_item(self, text: str) -> Any:
        """Return a word of the list."""
        return of_list(text, self.values)


class Paths(Listed):
    """Dotted paths of fields."""

    def __init__(self, paths: Sequence[str], description: str, example: Any, *, most: int, **options: Any) -> None:
        """Take the paths that there are."""
        self.paths = tuple(paths)
        self.item_shape = {"type": "string", "enum": list(self.paths)}
        super().__init__(description, example, most=most, **options)

    def read_item(self, text: str) -> str:
        """Return a path that leads somewhere."""
        if text not in self.paths:
            raise refuse("unknown_path", f"{shortened(text)} leads to nothing", nearest(text, self.paths), self.paths)
        return text


class Dimensions(Choices):
    """Properties to count by, a date's with its bucket: `kind`, `date:year`."""

    def read_item(self, text: str) -> tuple[str, str]:
        """Return the property and its bucket, empty where it has none."""
        name, _, bucket = of_list(text, self.values).partition(":")
        return name, bucket


class Numbers(Listed):
    """Whole numbers from 0 up."""

    item_shape = {"type": "integer", "minimum": 0, "maximum": 999_999_999}  # noqa: RUF012 - nothing changes it

    def read_item(self, text: str) -> int:
        """Return the number that ASCII digits mean."""
        if not re.fullmatch(WHOLE, text):
            raise refuse("invalid_value", f"{shortened(text)} is not a whole number from 0 to 999999999")
        return int(text)


class Dates(Listed):
    """Dates, which may be partial: a year, a month or a day."""

    item_shape = {"type": "string", "pattern": f"^{PARTIAL_DATE}$"}  # noqa: RUF012 - nothing changes it

    def read_item(self, text: str) -> str:
        """Return a date that is in the calendar."""
        if not re.fullmatch(PARTIAL_DATE, text, re.ASCII) or not _in_calendar(text):
            raise refuse("invalid_value", f"{shortened(text)} is not a date such as 1997, 1997-05 or 1997-05-27")
        return text


def _in_calendar(date: str) -> bool:
    try:
        period(date)
    except ValueError:
        return False
    return True


class Sort(Listed):
    """Keys to sort by, a minus in front of one for descending order."""

    def __init__(self, keys: Iterable[str], description: str, example: Any, **options: Any) -> None:
        """Take the keys that the collection can be sorted by."""
        self.keys = tuple(keys)
        self.item_shape = {"type": "string", "enum": [sign + key for key in self.keys for sign in ("", "-")]}
        super().__init__(description, example, most=len(self.keys), **options)

    def read(self, text: str) -> list[SortKey]:
        """Return the keys; one key cannot be asked for in both directions."""
        keys: list[SortKey] = super().read(text)
        names = {key.name for key in keys}
        if len(names) < len(keys):
            raise refuse("conflict", "names one key in both directions; name it once")
        return keys

    def read_item(self, text: str) -> SortKey:
        """Return one key and its direction."""
        name = text.removeprefix("-")
        return SortKey(of_list(name, self.keys), text.startswith("-"))
