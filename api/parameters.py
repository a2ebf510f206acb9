"""The query parameters of every path, derived from the Resource that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import marshmallow as ma

from schemas import BY_TYPE, Filter, Resource
from schemas.paths import End, end

from . import cursors, search_text
from .fields import Choices, Count, Dates, Dimensions, Free, Ids, Numbers, One, Parameter, Paths, SearchText, Sort, Switch, Typed, Words, refuse
from .query import (
    DEFAULT_FACET_LIMIT,
    DEFAULT_PER_PAGE,
    FORMATS,
    MOST_FACET_VALUES,
    MOST_FACETS,
    MOST_IDS,
    MOST_INCLUDES,
    MOST_PAGED,
    MOST_PATHS,
    MOST_PER_PAGE,
    MOST_SAMPLED,
    RELEVANCE,
    facetable,
    operators,
    parameter_name,
)
from .shaping import field_paths, include_paths

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
MOST_DIMENSIONS: Final = 2
MOST_COMPLETIONS: Final = 50
LATEST_SEED: Final = 999_999_999


class NoParameters(ma.Schema):
    """A path that takes no parameters but the one that never changes an answer."""

    mailto = Free("Who is asking; it never changes an answer.", "you@example.org", most=254)


class ItemParameters(NoParameters):
    """What every answer in an envelope can be asked with."""

    pretty = Switch("Indented, for people.", False)


def _shape_parameters(resource: Resource) -> dict[str, Parameter]:
    """Return what says how records are shown."""
    paths, includes = tuple(field_paths(resource.public)), tuple(include_paths(resource))
    return {
        "select": Paths(paths, "The fields to show, as dotted paths; `id` and `type` always stay.", ["id", paths[-1]], most=MOST_PATHS),
        "include": Paths(
            includes,
            "References whose records stand whole in `included`, once each; up to two steps.",
            [includes[0]],
            most=MOST_INCLUDES,
        ),
    }


def _paging() -> dict[str, Parameter]:
    """Return what says which page is meant."""
    return {
        "page": Count(f"Which page, from 1 (the default), within the first {MOST_PAGED}.", 1, least=1, most=MOST_PAGED),
        "per_page": Count(f"How many a page; 0 for counts alone; default {DEFAULT_PER_PAGE}.", 25, least=0, most=MOST_PER_PAGE),
    }


def item_parameters(resource: Resource) -> ma.Schema:
    """Return the schema of what a single record can be asked with."""
    return type(f"{resource.schema.__name__}Parameters", (ItemParameters,), _shape_parameters(resource))()


def _search_text(**options: Any) -> SearchText:
    """Return the parameter with the words to look for."""
    meaning = 'Words that all must stand in it: `word`, `"a phrase"`, `-without`, `prefix*`; case and accents do not count.'
    return SearchText(meaning, "missile", most=search_text.MOST_CHARACTERS, **options)


def filter_parameters(resource: Resource, without: str = "") -> dict[str, Parameter]:
    """Return the parameters that say which records are meant; the filter `without` is given by the path already."""
    fields: dict[str, Parameter] = {
        "id": Ids(f"Up to {MOST_IDS} ids to look up at once; `meta.missing` names those not found.", [resource.example], most=MOST_IDS),
        "q": _search_text(),
    }
    for one in resource.filters:
        if one.name != without:
            fields |= _filter_parameters(resource, one)
    return fields


class CollectionRules(ItemParameters):
    """What the parameters of a collection demand of one another."""

    @ma.validates_schema(skip_on_field_errors=False)
    def fit_together(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse parameters that contradict each other."""
        faults = {name: refuse(code, detail).messages for name, code, detail in _conflicts(data)}
        if faults:
            raise ma.ValidationError(faults)


def _conflicts(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield parameter, code and detail of each contradiction."""
    for one, others in CONFLICTS.items():
        for other in others:
            if one in data and other in data:
                yield other, "conflict", f"cannot go with {one}; send one of the two"
    for one, needed in NEEDS.items():
        if one in data and needed not in data:
            yield one, "conflict", f"needs {needed}; send both, or neither"
    if "q" not in data and any(key.name == RELEVANCE for key in data.get("sort", ())):
        yield "sort", "conflict", f"{RELEVANCE} needs q; send q, or sort by another key"
    if data.get("page", 1) > 1 and data["page"] * data.get("per_page", DEFAULT_PER_PAGE) > MOST_PAGED:
        yield "page", "out_of_range", f"reaches beyond the first {MOST_PAGED} records; walk further with cursor=*"
    if data.get("per_page") == 0 and "cursor" in data:
        yield "per_page", "conflict", "cannot be 0 with cursor; a walk needs records"


CONFLICTS: Final[Mapping[str, tuple[str, ...]]] = {"cursor": ("page", "sample"), "sample": ("page", "per_page", "sort")}
NEEDS: Final[Mapping[str, str]] = {"seed": "sample", "highlight": "q", "facet_limit": "facets"}


def collection_parameters(resource: Resource, without: str = "") -> ma.Schema:
    """Return the schema of a collection's parameters; the filter `without` is given by the path already."""
    keys = (*resource.sorts, RELEVANCE)
    kinds = {one.name: end(resource, one.steps, one.target).kind for one in resource.filters}
    names = tuple(facetable(resource, kinds))
    fields = {
        **filter_parameters(resource, without),
        **_shape_parameters(resource),
        "highlight": Switch("With `q`: per record the places that match, in `meta.highlights`.", True),
        "sort": Sort(keys, f"Keys, minus for descending, missing last; default `{resource.default_sort}`, `-relevance` with `q`.", ["id"]),
        **_paging(),
        "cursor": Free("`*`, then what `links.next` holds: walks all records at equal cost.", "*", most=cursors.MOST_CHARACTERS),
        "facets": Choices(names, "Counts by value, each without its own filter.", [names[0]], most=MOST_FACETS),
        "facet_limit": Count(
            f"How many values a facet lists; default {DEFAULT_FACET_LIMIT}.", DEFAULT_FACET_LIMIT, least=1, most=MOST_FACET_VALUES
        ),
        "sample": Count("So many records by chance.", 5, least=1, most=MOST_SAMPLED),
        "seed": Count("With `sample`: the same seed draws the same records; one is returned where none was given.", 7, least=0, most=LATEST_SEED),
        "format": One(FORMATS, "The format; goes before `Accept`. A table of csv or jsonl holds all that match.", "json"),
    }
    return type(f"{resource.schema.__name__}ListParameters", (CollectionRules,), fields)()


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
    single = {"most": 1} if operator in {"gte", "gt", "lte", "lt"} else {}
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


def aggregate_parameters(resource: Resource) -> ma.Schema:
    """Return the schema of what an aggregate of a collection takes: its filters, the dimensions, and a page of groups."""
    kinds = {one.name: end(resource, one.steps, one.target).kind for one in resource.filters}
    names = [name for one, kind in kinds.items() for name in ((f"{one}:year", f"{one}:decade") if kind == "date" else (one,))]
    fields = {
        **filter_parameters(resource),
        "by": Dimensions(names, "One or two properties to count by.", [names[-1]], most=MOST_DIMENSIONS, required=True),
        **_paging(),
    }
    return type(f"{resource.schema.__name__}AggregateParameters", (CollectionRules,), fields)()


class IntegrityParameters(ItemParameters):
    """What the integrity report can be asked with."""

    debate = Ids("The debates to report on; all without any.", [BY_TYPE["debate"].example])


class FindingParameters(ItemParameters):
    """What is asked of all types at once."""

    types = Choices(tuple(BY_TYPE), "The types to look in; all without any.", ["actor", "claim"])
    debate = Ids("The debates to look in; all without any.", [BY_TYPE["debate"].example])


class SearchParameters(FindingParameters):
    """What a search over all types can be asked with."""

    q = _search_text(required=True)
    page = _paging()["page"]
    per_page = _paging()["per_page"]


class AutocompleteParameters(FindingParameters):
    """What completion can be asked with."""

    q = Typed("What was typed so far; the last word may go on.", "miss", most=search_text.MOST_CHARACTERS, required=True)
    per_page = Count("How many at most; default 10.", 10, least=1, most=MOST_COMPLETIONS)
