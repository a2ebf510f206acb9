"""The parameters of filters: one for each operator that the values of a filter allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api import bounds
from api.fields import Choices, Dates, Ids, Numbers, Parameter, Switch, Words
from api.filters import EQUAL, end_of, operators, parameter_name
from schemas import BY_TYPE, Filter, Resource

from .common import search_text

ORDERED: Final = ("gte", "gt", "lte", "lt")
MEANING: Final[Mapping[str, str]] = {
    EQUAL: "One of the values.",
    "not": "None of the values; what has no value at all is found as well.",
    "all": "All of the values.",
    "gte": "At or after the value; what has none is not found.",
    "gt": "After the value; what has none is not found.",
    "lte": "At or before the value; what has none is not found.",
    "lt": "Before the value; what has none is not found.",
    "exists": "Whether there is one.",
}

MEANING_OF_DATES: Final[Mapping[str, str]] = {
    "gte": "It can mean a day within the value or after it; what has no date is not found.",
    "gt": "It can mean a day after the whole of the value; what has no date is not found.",
    "lte": "It can mean a day within the value or before it; what has no date is not found.",
    "lt": "It can mean a day before the whole of the value; what has no date is not found.",
}


def filter_parameters(resource: Resource, without: str = "") -> dict[str, Parameter]:
    """Return the parameters that say which records are meant; the filter `without` is given by the path already."""
    looked_up = f"Up to {bounds.MOST_VALUES} ids to look up at once; `meta.missing` names those that name no record."
    fields: dict[str, Parameter] = {"id": Ids(looked_up, [resource.example]), "q": search_text()}
    for one in resource.filters:
        if one.name != without:
            fields |= {parameter_name(one.name, operator): _parameter(resource, one, operator) for operator in operators(resource, one)}
    return fields


def _parameter(resource: Resource, one: Filter, operator: str) -> Parameter:
    """Return the parameter for a filter and an operator."""
    kind = end_of(resource, one).kind
    if kind == "flag":
        return Switch(one.description, True)
    meaning = f"{one.description} {(MEANING_OF_DATES if kind == 'date' else {}).get(operator, MEANING[operator])}"
    if operator == "exists":
        return Switch(meaning, True)
    return _values(resource, one, meaning, most=1 if operator in ORDERED else bounds.MOST_VALUES)


def _values(resource: Resource, one: Filter, meaning: str, most: int) -> Parameter:
    """Return the parameter for values of the kind that a filter compares."""
    found = end_of(resource, one)
    match found.kind:
        case "reference":
            return Ids(meaning, [one.example or BY_TYPE[found.target or ""].example], most=most)
        case "choice":
            return Choices(found.choices, meaning, [found.choices[0]])
        case "number":
            return Numbers(meaning, [1], most=most)
        case "date":
            return Dates(meaning, ["1997"], most=most)
        case _:
            return Words(meaning, [one.example or "en"], most=most)
