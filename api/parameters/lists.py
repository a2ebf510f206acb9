"""The parameters of collections, of their counts, and of single records."""

from __future__ import annotations

from typing import Any, cast

import marshmallow as ma

from api import bounds
from api.fields import Choices, Count, Dimensions, Format, Free, Parameter, Paths, Sort, Switch
from api.filters import dimensions, facetable
from api.query import FORMATS, RELEVANCE
from api.shaping import field_paths, include_paths
from schemas import Resource

from .common import ItemParameters, paging
from .filters import filter_parameters
from .rules import PagedParameters


def item_parameters(resource: Resource) -> ma.Schema:
    """Return the schema of what a single record can be asked with."""
    return _schema(f"{resource.schema.__name__}Parameters", ItemParameters, _shape(resource))


def collection_parameters(resource: Resource, without: str = "") -> ma.Schema:
    """Return the schema of a collection's parameters; the filter `without` is given by the path already."""
    fields = {
        **filter_parameters(resource, without),
        **_shape(resource),
        **_order(resource),
        **paging(),
        **_counts(resource),
        **_chance(),
        "highlight": Switch("With `q`: per record the places that match, in `meta.highlights`.", True),
        "format": Format(
            FORMATS, "The format; goes before `Accept`. A table (csv, jsonl) holds all that match, or the page asked for.", "json"
        ),
    }
    return _schema(f"{resource.schema.__name__}ListParameters", PagedParameters, fields, given=without)


def aggregate_parameters(resource: Resource) -> ma.Schema:
    """Return the schema of what an aggregate of a collection takes: its filters, the dimensions, and a page of groups."""
    names = list(dimensions(resource))
    meaning = "One or two properties to count by. A date counts by the first day that it can mean, and as missing where there is none."
    by = Dimensions(names, meaning, [names[-1]], most=bounds.MOST_DIMENSIONS, required=True)
    return _schema(f"{resource.schema.__name__}AggregateParameters", PagedParameters, {**filter_parameters(resource), "by": by, **paging()})


def _schema(name: str, base: type[ma.Schema], fields: dict[str, Parameter], **more: Any) -> ma.Schema:
    return cast("ma.Schema", type(name, (base,), {**fields, **more})())


def _shape(resource: Resource) -> dict[str, Parameter]:
    """Return what says how records are shown."""
    paths, includes = field_paths(resource), include_paths(resource)
    added = f"References whose records stand whole in `included`, once each; up to two steps, and {bounds.MOST_INCLUDED} records."
    return {
        "select": Paths(
            paths, "The fields to show, as dotted paths; `id` and `type` always stay.", ["id", paths[-1]], most=bounds.MOST_PATHS
        ),
        "include": Paths(includes, added, [includes[0]], most=bounds.MOST_INCLUDES),
    }


def _order(resource: Resource) -> dict[str, Parameter]:
    """Return what says in which order records come, and how to walk them."""
    meaning = (
        f"Keys, minus for descending, what has no value last; default `{resource.default_sort}`, `-{RELEVANCE}` with `q`. Texts are"
        " compared in folded case; the id is the last key."
    )
    walk = "`*`, then what `links.next` holds: walks all records at equal cost. It belongs to its query and its version of the dataset."
    return {
        "sort": Sort((*resource.sorts, RELEVANCE), meaning, ["id"]),
        "cursor": Free(walk, "*", most=bounds.MOST_CURSOR),
    }


def _counts(resource: Resource) -> dict[str, Parameter]:
    """Return what asks for counts beside the records."""
    names = facetable(resource)
    counted = "Counts by value, most frequent first. What its own filter chooses is left out; with another operator it stays."
    most = f"How many values a facet lists; default {bounds.DEFAULT_FACET_VALUES}."
    return {
        "facets": Choices(names, counted, [names[0]], most=bounds.MOST_FACETS),
        "facet_limit": Count(most, bounds.DEFAULT_FACET_VALUES, least=1, most=bounds.MOST_FACET_VALUES),
    }


def _chance() -> dict[str, Parameter]:
    """Return what asks for records by chance."""
    seed = "With `sample`: the same seed draws the same records; one is returned where none was given."
    return {
        "sample": Count("So many records by chance.", 5, least=1, most=bounds.MOST_SAMPLED),
        "seed": Count(seed, 7, least=0, most=bounds.MOST_SEED),
    }
