"""What all query parameters share: a description with an example, and faults that say what would be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow as ma

from api.errors import Fault, shortened
from schemas.problems import nearest


class Repeated(tuple[str, ...]):
    """The values of a parameter that was sent more than once."""

    __slots__ = ()


def refuse(code: str, detail: str, did_you_mean: str | None = None, allowed: Sequence[str] = ()) -> ma.ValidationError:
    """Return the error that carries a fault to the parser."""
    faults: list[Any] = [Fault(code, detail, did_you_mean, tuple(allowed))]
    return ma.ValidationError(faults)


def of_list(text: str, values: Sequence[str]) -> str:
    """Return a word of a closed list.

    :raises marshmallow.ValidationError: it is not in the list.
    """
    if text not in values:
        raise refuse("invalid_value", f"{shortened(text)} is not one of the values", nearest(text, values), values)
    return text


class Parameter(ma.fields.Field[Any]):
    """A query parameter: described, with an example, and the JSON Schema of what it is written as."""

    shape: Mapping[str, Any] = {"type": "string"}

    def __init__(self, description: str, example: Any, **options: Any) -> None:
        """Describe the parameter."""
        missing: list[Any] = [Fault("empty", "is missing; it has to be sent")]
        messages: Any = {"required": missing}
        super().__init__(metadata={"description": description, "example": example}, error_messages=messages, **options)

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
