"""Query parameters: strict fields that say in a fault what would be right, and the schema of each collection's parameters.

Every parameter of a collection is derived from its Resource; what stands here is how each sort of value is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import marshmallow as ma

from schemas import BY_TYPE, Filter, Resource
from schemas.dates import period
from schemas.fields import LANGUAGE, SLUG, SLUG_LENGTH
from schemas.paths import End, end
from schemas.problems import nearest

from .errors import Fault, shortened
from .query import DEFAULT_PER_PAGE, MOST_IDS, MOST_PAGED, MOST_PER_PAGE, MOST_VALUES, SortKey, operators, parameter_name

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


class Mail(Parameter):
    """Who is asking; taken and never looked at again."""

    shape: Mapping[str, Any] = {"type": "string", "minLength": 1, "maxLength": 254}

    def read(self, text: str) -> str:
        """Return any short text."""
        if len(text) > self.shape["maxLength"]:
            raise refuse("out_of_range", "is longer than 254 characters")
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
        super().__init__(description, example, most=len(self.values), **options)

    def read_item(self, text: str) -> str:
        """Return a word of the list."""
        if text not in self.values:
            raise refuse("invalid_value", f"{shortened(text)} is not one of the values", nearest(text, self.values), self.values)
        return text


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
        if name not in self.keys:
            raise refuse("invalid_value", f"{shortened(name)} is no key of this collection", nearest(name, self.keys), self.keys)
        return SortKey(name, text.startswith("-"))


MEANING: Final[Mapping[str, str]] = {
    "": "{} One of the values.",
    "not": "{} None of the values.",
    "all": "{} All of the values.",
    "gte": "{} At or after the value.",
    "gt": "{} After the value.",
    "lte": "{} At or before the value.",
    "lt": "{} Before the value.",
    "exists": "{} Whether there is one.",
}


class NoParameters(ma.Schema):
    """A path that takes no parameters but the one that never changes an answer."""

    mailto = Mail("Who is asking; it never changes an answer.", "you@example.org")


class ItemParameters(NoParameters):
    """What a single record can be asked with."""

    pretty = Switch("Indented, for people.", False)


def collection_parameters(resource: Resource, without: str = "") -> ma.Schema:
    """Return the schema of a collection's parameters; the filter `without` is given by the path already."""
    fields: dict[str, Any] = {
        "id": Ids(f"Up to {MOST_IDS} ids to look up at once; `meta.missing` names those not found.", [resource.example], most=MOST_IDS),
    }
    for one in resource.filters:
        if one.name != without:
            fields |= _filter_parameters(resource, one)
    keys = tuple(resource.sorts)
    fields |= {
        "sort": Sort(keys, f"Keys to sort by, minus for descending, missing values last; default `{resource.default_sort}`.", [keys[-1]]),
        "page": Count("Which page, from 1.", 1, least=1, most=MOST_PAGED, load_default=1),
        "per_page": Count("How many records a page; 0 for the count alone.", 25, least=0, most=MOST_PER_PAGE, load_default=DEFAULT_PER_PAGE),
    }
    name = f"{resource.schema.__name__}Parameters"
    return type(name, (ItemParameters,), fields)()


def _filter_parameters(resource: Resource, one: Filter) -> dict[str, Parameter]:
    """Return the parameters of one filter: one for each operator that its values allow."""
    found = end(resource, one.steps, one.target)
    return {
        parameter_name(one.name, operator): _parameter(found, operator, MEANING[operator].format(one.description), one)
        for operator in operators(found.kind, many=found.many)
    }


def _parameter(found: End, operator: str, description: str, one: Filter) -> Parameter:
    """Return the parameter for a filter and an operator."""
    if operator == "exists":
        return Switch(description, True)
    single = {"most": 1} if operator in ("gte", "gt", "lte", "lt") else {}
    if found.kind == "reference":
        return Ids(description, [one.example or BY_TYPE[found.target or ""].example], **single)
    if found.kind == "choice":
        return Choices(found.choices, description, [found.choices[0]])
    if found.kind == "flag":
        return Switch(description.removesuffix(" One of the values."), True)
    if found.kind == "number":
        return Numbers(description, [1], **single)
    if found.kind == "date":
        return Dates(description, ["1997"], **single)
    return Words(description, [one.example or "en"])


