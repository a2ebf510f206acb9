"""How each sort of value is written in a query string: strict fields that say in a fault what would be right."""

from __future__ import annotations

from .base import Parameter, Repeated, refuse
from .lists import ID, MOST_LENGTH, Choices, Dates, Dimensions, Ids, Listed, Numbers, Paths, Sort, Words
from .single import Count, Format, Free, SearchText, Switch, Typed

__all__ = [
    "ID", "MOST_LENGTH", "Choices", "Count", "Dates", "Dimensions", "Format", "Free", "Ids", "Listed", "Numbers", "Parameter", "Paths",
    "Repeated", "SearchText", "Sort", "Switch", "Typed", "Words", "refuse",
]  # fmt: skip
