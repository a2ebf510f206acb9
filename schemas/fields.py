"""The strict fields that records are made of: here those of numbers, lists and objects, and all that hold text by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import marshmallow as ma

from .problems import Fault
from .strict import Strict, fault
from .texts import LANGUAGE, SLUG, SLUG_LENGTH, Choice, Day, Edtf, Extract, Language, Ref, Shaped, Slug, Text, Uri, Version

__all__ = [
    "LANGUAGE",
    "MOST",
    "SLUG",
    "SLUG_LENGTH",
    "Choice",
    "Day",
    "Edtf",
    "Extract",
    "Flag",
    "Language",
    "Many",
    "Number",
    "Part",
    "Ref",
    "Shaped",
    "Slug",
    "Strict",
    "Text",
    "Uri",
    "Version",
    "Whole",
    "fault",
]

MOST: Final = 2**53 - 1  # what every reader of JSON holds exactly (RFC 8259, section 6)


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

    def __init__(self, schema: type[ma.Schema], description: str, **options: Any) -> None:
        """Take the schema of the object."""
        keys = [name for name, one in schema._declared_fields.items() if not one.dump_only]
        self.says = f"an object in braces with {', '.join(keys)}"
        super().__init__(description, nested=schema, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, partial, **kwargs)
