"""The fields that hold text: free, of a stated shape, out of a closed list, or the id of another record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

import marshmallow as ma

from .dates import period
from .problems import did_you_mean
from .strict import Strict, fault

SLUG: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*"
SLUG_LENGTH: Final = 80
LANGUAGE: Final = r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?"


def slug_of(name: str) -> str:
    """Return a name as a slug: its letters and digits without accents, in groups joined by hyphens; empty where it has none."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", plain))


class Text(Strict, ma.fields.String):
    """A text that is not empty, with no white space at its ends."""

    says = "text in double quotes"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        stripped = value.strip()
        if not stripped:
            raise fault("is empty", f"write {self.says}" + (", or null" if self.allow_none else ""))
        if value != stripped:
            raise fault("has white space at its ends", f"write {stripped[:80]!r}")
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
        self.says = f"the id of a record of type {target}: its slug, with the debate's id and a dot in front where it is of another debate"
        super().__init__(description, **options)

    def target_in(self, parent: Mapping[str, Any]) -> str:
        """Return the type that this reference leads to within `parent`."""
        return self.deciding.get(str(parent.get("kind")), self.target)
