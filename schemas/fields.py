"""The strict fields that records are made of; each says what is wrong with a value and what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

import marshmallow as ma

from .dates import period
from .problems import Fault, did_you_mean

SLUG: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*"
SLUG_LENGTH: Final = 80
MOST: Final = 2**53 - 1  # what every reader of JSON holds exactly (RFC 8259, section 6)
LANGUAGE: Final = r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?"


def fault(problem: str, remedy: str) -> ma.ValidationError:
    """Return the error that marshmallow collects for a value with this fault."""
    return ma.ValidationError([Fault(problem, remedy)])


class Strict(ma.fields.Field[Any]):
    """A field of a record: described, required unless it has a default, and never null unless it may be."""

    says: str = "a value"

    def __init__(self, description: str, *, computed: bool = False, example: Any = None, **options: Any) -> None:
        """Describe the field; a `computed` one is never authored and always served."""
        metadata = {"description": description} | ({"example": example} if example is not None else {})
        if computed:
            options["dump_only"] = True
        elif "load_default" not in options:
            options.setdefault("required", True)
        messages = {
            "required": [Fault("is missing", f"write {self.says}")],
            "null": [Fault("is null", f"write {self.says}")],
            "invalid": [Fault("has the wrong type", f"write {self.says}")],
        }
        super().__init__(metadata=metadata, error_messages=messages, **options)  # type: ignore[arg-type]

    @property
    def description(self) -> str:
        """The sentence that the data dictionary and OpenAPI print for this field."""
        return str(self.metadata["description"])


class Text(Strict, ma.fields.String):
    """A text that is not empty, with no white space at its ends."""

    says = "text in double quotes"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not value.strip():
            raise fault("is empty", f"write {self.says}" + (", or null" if self.allow_none else ""))
        if value != value.strip():
            raise fault("has white space at its ends", f"write {value.strip()[:80]!r}")
        return value


class Shaped(Text):
    """A text of a stated shape."""

    pattern: re.Pattern[str]
    longest: int = 2_000

    @classmethod
    def accepts(cls, text: str) -> bool:
        """Say whether a text has the shape."""
        return len(text) <= cls.longest and cls.pattern.fullmatch(text) is not None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not self.accepts(text):
            raise fault(f"{text[:80]!r} has the wrong form", f"write {self.says}")
        return text


class Slug(Shaped):
    """A short id: small letters and digits, in groups joined by hyphens."""

    says = "a slug such as 'final-shape': a-z, 0-9 and single hyphens, at most 80 characters"
    pattern = re.compile(SLUG)
    longest = SLUG_LENGTH


class Language(Shaped):
    """A language tag (BCP 47: language, script, region)."""

    says = "a BCP 47 language tag such as 'en' or 'pt-BR'"
    pattern = re.compile(LANGUAGE)


class Version(Shaped):
    """A calendar version."""

    says = "a calendar version such as '2026.11.0': year, month, count"
    pattern = re.compile(r"[0-9]{4}\.(?:[1-9]|1[0-2])\.(?:0|[1-9][0-9]*)")


class Uri(Shaped):
    """An absolute http or https address."""

    says = "an absolute address that begins with https:// or http://"
    pattern = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            named = urlsplit(text).hostname
        except ValueError:
            named = None
        if not named:
            raise fault(f"{text[:80]!r} names no host", f"write {self.says}")
        return text


class Edtf(Shaped):
    """A date as EDTF."""

    says = "an EDTF date such as 1997, 1997-05, 1997-05-27, 199X, 1997~ or 1997/2002"
    pattern = re.compile(r"[!-~]+")
    longest = 201

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            period(text)
        except ValueError as error:
            raise fault(f"{text[:80]!r} {error}", f"write {self.says}") from error
        return text


class Day(Shaped):
    """A day (ISO 8601)."""

    says = "a day such as 1997-05-27"
    pattern = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            date.fromisoformat(text)
        except ValueError as error:
            raise fault(f"{text!r} is not in the calendar", f"write {self.says}") from error
        return text


class Extract(Strict, ma.fields.String):
    """Characters as they stand in a text, white space and all; possibly none."""

    says = "text in double quotes"


class Choice(Text):
    """One of a closed list of words."""

    def __init__(self, values: Sequence[str], description: str, **options: Any) -> None:
        """Take the words in the order in which documents should list them."""
        self.values = tuple(values)
        self.says = "one of " + ", ".join(self.values)
        super().__init__(description, validate=ma.validate.OneOf(self.values), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in self.values:
            raise fault(f"{text[:80]!r} is not allowed", f"write {self.says}" + self._hint(text))
        return text

    def _hint(self, text: str) -> str:
        hint = did_you_mean(text, self.values, "")
        return f" ({hint})" if hint else ""


class Flag(Strict, ma.fields.Boolean):
    """True or false, and nothing that merely looks like it."""

    says = "true or false"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Whole(Strict, ma.fields.Integer):
    """A whole number within bounds."""

    says = "a whole number"

    def __init__(self, description: str, *, least: int = 0, **options: Any) -> None:
        """Take the smallest value that is allowed."""
        self.least = least
        super().__init__(description, validate=ma.validate.Range(min=least, max=MOST), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid")
        if not self.least <= value <= MOST:
            raise fault(f"is {str(value)[:20]}", f"write {self.says} from {self.least} to {MOST}")
        return value


class Number(Strict, ma.fields.Float):
    """A finite number that is not negative."""

    says = f"a number from 0 to {MOST}"

    def __init__(self, description: str, **options: Any) -> None:
        """Describe the number and its unit."""
        super().__init__(description, validate=ma.validate.Range(min=0, max=MOST), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.make_error("invalid")
        if not 0 <= value <= MOST:
            raise fault(f"is {str(value)[:20]}", f"write {self.says}")
        return value


class Many(Strict, ma.fields.List[Any]):
    """A list without repeated values; it may be left out where it may be empty."""

    says = "a list in square brackets"

    def __init__(self, inner: Strict, description: str, *, least: int = 0, **options: Any) -> None:
        """Take the field of each value and the smallest length."""
        self.least = least
        if least:
            options["validate"] = ma.validate.Length(min=least)
        elif not options.get("required"):
            options.setdefault("load_default", list)
        super().__init__(description, cls_or_instance=inner, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) < self.least:
            raise fault("is empty", f"name at least {self.least}")
        items = super()._deserialize(value, attr, data, **kwargs)
        if repeated := _repeated(items):
            raise ma.ValidationError(repeated)
        return items


def _repeated(items: Sequence[Any]) -> dict[int, list[Fault]]:
    """Return a fault for each place of a list whose value stood there before."""
    first: dict[str, int] = {}
    again = (index for index, item in enumerate(items) if first.setdefault(repr(item), index) != index)
    return {index: [Fault("is repeated", "name it once")] for index in again}


class Part(Strict, ma.fields.Nested):
    """An object within a record."""

    says = "an object in braces"

    def __init__(self, schema: type[ma.Schema], description: str, **options: Any) -> None:
        """Take the schema of the object."""
        super().__init__(description, nested=schema, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, partial, **kwargs)


class Ref(Shaped):
    """The id of another record; served as a reference object.

    Within a debate the short id names a record of the same debate, ``<debate>.<id>`` one of another.
    """

    says = "the id of a record"
    pattern = re.compile(rf"{SLUG}(?:\.{SLUG})?")
    longest = 2 * SLUG_LENGTH + 1

    def __init__(self, target: str, description: str, *, deciding: Mapping[str, str] | None = None, **options: Any) -> None:
        """Take the type of the record; `deciding` names other types by the value of the sibling field ``kind``."""
        self.target, self.deciding = target, dict(deciding or {})
        self.says = f"the id of a record of type {target}, such as 'nato' or 'final-shape'"
        super().__init__(description, **options)

    def target_in(self, parent: Mapping[str, Any]) -> str:
        """Return the type that this reference leads to within `parent`."""
        return self.deciding.get(str(parent.get("kind")), self.target)
