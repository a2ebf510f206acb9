"""The query parameters of every path, derived from the Resource that it is about."""

from __future__ import annotations

from .common import ItemParameters, NoParameters
from .finding import AutocompleteParameters, IntegrityParameters, SearchParameters
from .lists import aggregate_parameters, collection_parameters, item_parameters

__all__ = [
    "AutocompleteParameters",
    "IntegrityParameters",
    "ItemParameters",
    "NoParameters",
    "SearchParameters",
    "aggregate_parameters",
    "collection_parameters",
    "item_parameters",
]
