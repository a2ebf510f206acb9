"""The parameters of what is asked of all types at once, and of the integrity report."""

from __future__ import annotations

from api import bounds
from api.fields import Choices, Count, Ids, Typed
from schemas import BY_TYPE

from .common import ItemParameters, paging, search_text
from .rules import PagedParameters


class IntegrityParameters(ItemParameters):
    """What the integrity report can be asked with."""

    debate = Ids("The debates to report on; all without any.", [BY_TYPE["debate"].example])


class FindingParameters(ItemParameters):
    """Which records of all types are looked at."""

    types = Choices(tuple(BY_TYPE), "The types to look in; all without any.", ["actor", "claim"])
    debate = Ids("The debates to look in; all without any.", [BY_TYPE["debate"].example])


class SearchParameters(FindingParameters, PagedParameters):
    """What a search over all types can be asked with."""

    q = search_text(required=True)
    page, per_page = paging().values()


class AutocompleteParameters(FindingParameters):
    """What completion can be asked with."""

    q = Typed("What was typed so far; the last word may go on.", "miss", most=bounds.MOST_SEARCHED, required=True)
    per_page = Count(
        f"How many at most; default {bounds.DEFAULT_COMPLETIONS}.", bounds.DEFAULT_COMPLETIONS, least=1, most=bounds.MOST_COMPLETIONS
    )
