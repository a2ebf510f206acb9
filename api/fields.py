"""How each sort of value is written in a query string: strict fields that say in a fault what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import marshmallow as ma

from schemas.dates import period
from schemas.fields import LANGUAGE, SLUG, SLUG_LENGTH
from schemas.problems import nearest

from .errors import Fault, shortened
from .query import MOST_VALUES, SortKey
from .search_text import MOST_TERMS, NothingToFind, parse
from .words import words

ID: Final = rf"{SLUG}(?:\.{SLUG})?"
PARTIAL_DATE: Final = r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
MOST_LENGTH: Final = 2 * SLUG_LENGTH + 1
WORD: Final = rf"(?:{SLUG}|{LANGUAGE})"


class Repeated(tuple[str, ...]):
    """The values of a parameter that was sent more than once."""

    __slots__ = ()


def refuse(code: str, detail: str, did_you_mean: str | None = None, allowed: Sequence[str] = ()) -> ma.ValidationError:
    """Return the error that carries a fault to the parser."""
    return ma.ValidationError([Fault(code, detail, did_you_mean, tuple(allowed))])  # type: ignore[arg-type]


class Parameter(ma.fields.Field[Any]):
    """A query parameter: described, with an example, and the JSON Schema of what it is written as."""

    shape: Mapping[str, Any] = {"type": "string"}

    def __init__(self, description: str, example: Any, **options: Any) -> None:
        """Describe the parameter."""
        super().__init__(metadata={"description": description, "example": example}, **options)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """Return the value that was written.

        :raises marshmallow.ValidationError: it was sent twice, is empty, or is not what this parameter takes.
        """
        if isinstance(value, Repeated):
            raise refuse("repeated", f"was sent {len(value)} times; send it once, several values joined by commas where it takes several")
        if value == "":
            raise refuse("empty", "has no value; leave it out, or give it one")
        return super().deserialize(value, attr, data, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return self.read(value)

    def read(self, text: str) -> Any:
        """Return the value that a text means."""
        raise NotImplementedError


class Switch(Parameter):
    """True or false."""

    shape: Mapping[str, Any] = {"type": "boolean"}

    def read(self, text: str) -> bool:
        """Return the truth value of `true` or `false`, and of nothing that merely looks like them."""
        if text not in ("true", "false"):
            raise refuse("invalid_value", f"{shortened(text)} is neither true nor false", allowed=("true", "false"))
        return text == "true"


class Count(Parameter):
    """A whole number within bounds."""

    def __init__(self, description: str, example: int, *, least: int, most: int, **options: Any) -> None:
        """Take the bounds, both inclusive."""
        self.least, self.most = least, most
        self.shape = {"type": "integer", "minimum": least, "maximum": most}
        super().__init__(description, example, **options)

    def read(self, text: str) -> int:
        """Return the number that ASCII digits mean."""
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise refuse("invalid_value", f"{shortened(text)} is not a whole number from {self.least} to {self.most}")
        if not self.least <= int(text) <= self.most:
            raise refuse("out_of_range", f"{int(text)} is not between {self.least} and {self.most}")
        return int(text)


class Free(Parameter):
    """Any text of a stated length."""

    def __init__(self, description: str, example: str, *, most: int, least: int = 1, **options: Any) -> None:
        """Take the bounds of its length in code points, both inclusive."""
        self.least, self.most = least, most
        self.shape = {"type": "string", "minLength": least, "maxLength": most}
        super().__init__(description, example, **options)

    def read(self, text: str) -> str:
        """Return the text."""
        if not self.least <= len(text) <= self.most:
            raise refuse("out_of_range", f"has {len(text)} characters; {self.least} to {self.most} are taken")
        return text


class SearchText(Free):
    """Words to look for, in the little language of `q`."""

    def read(self, text: str) -> str:
        """Return a text that asks for something, white space folded."""
        folded = " ".join(super().read(text).split())
        try:
            parse(folded)
        except NothingToFind as error:
            raise refuse("invalid_value", str(error)) from error
        return folded


class Typed(Free):
    """What somebody has typed so far of a label."""

    def read(self, text: str) -> str:
        """Return a text that holds at least one word and not too many, white space folded."""
        folded = " ".join(super().read(text).split())
        if not 0 < len(words(folded)) <= MOST_TERMS:
            raise refuse("invalid_value", f"has {len(words(folded))} words; 1 to {MOST_TERMS} are looked for")
        return folded


class One(Parameter):
    """One word of a closed list."""

    def __init__(self, values: Sequence[str], description: str, example: str, **options: Any) -> None:
        """Take the words that are allowed."""
        self.values = tuple(values)
        self.shape = {"type": "string", "enum": list(self.values)}
        super().__init__(description, example, **options)

    def read(self, text: str) -> str:
        """Return a word of the list."""
        return of_list(text, self.values)


def of_list(text: str, values: Sequence[str]) -> str:
    """Return a word of a closed list.

    :raises marshmallow.ValidationError: it is not in the list.
    """
    if text not in values:
        raise refuse("invalid_value", f"{shortened(text)} is not one of the values", nearest(text, values), values)
    return text


class Listed(Parameter):
    """Values joined by commas, each once. ``item_shape`` is the JSON Schema of one."""

    item_shape: Mapping[str, Any] = {"type": "string"}

    def __init__(self, description: str, example: Any, *, most: int = MOST_VALUES, **options: Any) -> None:
        """Take how many values there may be."""
        self.most = most
        super().__init__(description, example, **options)

    @property
    def shape(self) -> Mapping[str, Any]:  # type: ignore[override]
        """The JSON Schema of the list."""
        return {"type": "array", "items": dict(self.item_shape), "minItems": 1, "maxItems": self.most, "uniqueItems": True}

    def read(self, text: str) -> list[Any]:
        """Return the values in the order they were written."""
        parts = text.split(",")
        if len(parts) > self.most:
            raise refuse("out_of_range", f"has {len(parts)} values; at most {self.most} are taken")
        if "" in parts:
            raise refuse("empty", "has an empty value between commas; leave it out")
        if len(set(parts)) < len(parts):
            double = next(part for part in parts if parts.count(part) > 1)
            raise refuse("repeated", f"names {shortened(double)} twice; name it once")
        return [self.read_item(part) for part in parts]

    def read_item(self, text: str) -> Any:
        """Return the value that one part means."""
        return text


class Shaped(Listed):
    """Texts of a stated form."""

    pattern: str
    says: str

    def read_item(self, text: str) -> str:
        """Return a text that has the form."""
        if len(text) > MOST_LENGTH or not re.fullmatch(self.pattern, text, re.ASCII):
            raise refuse("invalid_value", f"{shortened(text)} is not {self.says}")
        return text

    @property
    def item_shape(self) -> Mapping[str, Any]:  # type: ignore[override]
        """The JSON Schema of one text."""
        return {"type": "string", "pattern": f"^{self.pattern}$", "maxLength": MOST_LENGTH}


class Ids(Shaped):
    """Served ids of one type; whether they name records is for the snapshot to say."""

    pattern = ID
    says = "an id; ids are slugs, joined by a dot where the record belongs to a debate, such as 'nato' or 'missile-defence.final-shape'"


class Words(Shaped):
    """Tags or language tags."""

    pattern = WORD
    says = "a tag"


class Choices(Listed):
    """Words of a closed list."""

    def __init__(self, values: Sequence[str], description: str, example: Any, **options: Any) -> None:
        """Take the words that are allowed."""
        self.values = tuple(values)
        self.item_shape = {"type": "string", "enum": list(self.values)}
        super().__init__(description, example, **{"most": len(self.values)} | options)

    def read_item(self, text: str) -> str:
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

    def read_item(self, text: str) -> tuple[str, str]:  # type: ignore[override]
        """Return the property and its bucket, empty where it has none."""
        name, _, bucket = super().read_item(text).partition(":")
        return name, bucket


class Numbers(Listed):
    """Whole numbers from 0 up."""

    item_shape: Mapping[str, Any] = {"type": "integer", "minimum": 0, "maximum": 999_999_999}

    def read_item(self, text: str) -> int:
        """Return the number that ASCII digits mean."""
        if not re.fullmatch(r"0|[1-9][0-9]{0,8}", text):
            raise refuse("invalid_value", f"{shortened(text)} is not a whole number from 0 up")
        return int(text)


class Dates(Listed):
    """Dates, which may be partial: a year, a month or a day."""

    item_shape: Mapping[str, Any] = {"type": "string", "pattern": f"^{PARTIAL_DATE}$"}

    def read_item(self, text: str) -> str:
        """Return a date that is in the calendar."""
        try:
            if re.fullmatch(PARTIAL_DATE, text, re.ASCII) and period(text).earliest:
                return text
        except ValueError:
            pass
        raise refuse("invalid_value", f"{shortened(text)} is not a date such as 1997, 1997-05 or 1997-05-27")


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
        names = [key.name for key in keys]
        if len(set(names)) < len(names):
            raise refuse("conflict", "names one key in both directions; name it once")
        return keys

    def read_item(self, text: str) -> SortKey:
        """Return one key and its direction."""
        name = text.removeprefix("-")
        return SortKey(of_list(name, self.keys), text.startswith("-"))
