"""What all fields of records share: a description, and errors that say what is wrong with a value and what would be right."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from .problems import Fault


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
