"""What the parameters of a list demand of one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

import marshmallow as ma

from api import bounds
from api.errors import Fault
from api.fields import refuse
from api.filters import split_name
from api.query import RELEVANCE

from .common import ItemParameters

Conflict = tuple[str, str, str]
CONFLICTS: Final[Mapping[str, tuple[str, ...]]] = {"cursor": ("page", "sample"), "sample": ("page", "per_page", "sort")}
NEEDS: Final[Mapping[str, str]] = {"seed": "sample", "highlight": "q", "facet_limit": "facets"}
CAREFUL: Final = CONFLICTS.keys() | NEEDS.keys()  # what does not go with all others


class PagedParameters(ItemParameters):
    """What a path with pages can be asked with; ``given`` is the filter that the path itself gives, if one."""

    given: ClassVar[str] = ""

    @ma.validates_schema(skip_on_field_errors=False, pass_original=True)
    def fit_together(self, data: dict[str, Any], sent: Mapping[str, Any], **_: Any) -> None:
        """Refuse parameters that contradict each other."""
        faults = {name: refuse(code, detail).messages for name, code, detail in _conflicts(data, sent, self.given)}
        if faults:
            raise ma.ValidationError(faults)

    def handle_error(self, error: ma.ValidationError, data: Any, *, many: bool, **_: Any) -> None:
        """Tell a filter that the path gives already from a parameter that nobody knows."""
        faults: Any = error.messages
        for name in faults:
            if self.given and split_name(name)[0] == self.given:
                faults[name] = [Fault("conflict", "is given by the path already; leave it out, or ask the collection itself")]


def _conflicts(data: Mapping[str, Any], sent: Mapping[str, Any], given: str) -> Iterator[Conflict]:
    """Yield parameter, code and detail of each contradiction; `data` holds what could be read of what was `sent`."""
    yield from _together(sent)
    yield from _beyond(data)
    if "q" not in sent and any(key.name == RELEVANCE for key in data.get("sort", ())):
        yield "sort", "conflict", f"{RELEVANCE} needs q; send q, or sort by another key"
    if given and given in data.get("facets", ()):
        yield "facets", "conflict", f"cannot count by {given}, which the path gives already; ask the collection itself"


def _together(sent: Mapping[str, Any]) -> Iterator[Conflict]:
    """Yield what cannot go together, and what cannot stand alone."""
    if CAREFUL.isdisjoint(sent):
        return
    for one, others in CONFLICTS.items():
        for other in others:
            if one in sent and other in sent:
                yield other, "conflict", f"cannot go with {one}; send one of the two"
    for one, needed in NEEDS.items():
        if one in sent and needed not in sent:
            yield one, "conflict", f"needs {needed}; send both, or neither"


def _beyond(data: Mapping[str, Any]) -> Iterator[Conflict]:
    """Yield what asks for a page that there cannot be."""
    if not bounds.is_reached(data.get("page", 1), data.get("per_page", bounds.DEFAULT_PER_PAGE)):
        yield "page", "out_of_range", f"reaches beyond the first {bounds.MOST_PAGED} records; narrow the query, or walk it with cursor=*"
    if data.get("per_page") == 0 and "cursor" in data:
        yield "per_page", "conflict", "cannot be 0 with cursor; a walk needs records"
