"""The parameters that several kinds of paths share."""

from __future__ import annotations

import marshmallow as ma

from api import bounds
from api.fields import Count, Free, Parameter, SearchText, Switch


class NoParameters(ma.Schema):
    """A path that takes no parameters but the one that never changes an answer."""

    mailto = Free("Who is asking; it never changes an answer.", "you@example.org", most=bounds.MOST_NAMED)


class ItemParameters(NoParameters):
    """What every answer in an envelope can be asked with."""

    pretty = Switch("Indented, for people.", False)


def paging() -> dict[str, Parameter]:
    """Return what says which page is meant."""
    page = f"Which page, from 1 (the default), within the first {bounds.MOST_PAGED}."
    per_page = f"How many a page; 0 for counts alone; default {bounds.DEFAULT_PER_PAGE}."
    return {
        "page": Count(page, 1, least=1, most=bounds.MOST_PAGED),
        "per_page": Count(per_page, bounds.DEFAULT_PER_PAGE, least=0, most=bounds.MOST_PER_PAGE),
    }


def search_text(*, required: bool = False) -> SearchText:
    """Return the parameter with the words to look for."""
    meaning = (
        'Words that all must stand in it: `word`, `"a phrase"`, `-without`, `prefix*`; case and accents do not count, and words are'
        " compared by their English stems, prefixes as they are."
    )
    return SearchText(meaning, "missile", most=bounds.MOST_SEARCHED, required=required)
