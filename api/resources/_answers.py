"""How a collection and its counts are answered: the format chosen, the ids checked, the answer made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from api.answers import JSON, Answer, Content, answer, negotiated
from api.asked import Asked, page_links
from api.counting import aggregate, dimension
from api.envelope import enveloped, stamp
from api.errors import Fault, invalid
from api.exchange import exchange
from api.filters import end_of
from api.formats import TABLES
from api.known import check_path, refuse_any, unknown
from api.listing import LIST_MEDIA, list_content, list_of, missing, seeded, table_content
from api.query import Clause, Query, query_from
from api.turning import Pages, has_pages
from schemas import Resource
from schemas.canonical import compact

NOT_IN_TABLES: Final = ("include", "facets", "highlight", "pretty")


def list_answer(resource: Resource, parameters: dict[str, Any], parent: Resource | None = None, given: Clause | None = None) -> Answer:
    """Answer with a collection, or with what a record of `parent` narrows it to.

    :raises Refusal: 404 where the path names no record, 400 where a filter names none or the format cannot show what was asked for.
    """
    name = parameters.get("format") or LIST_MEDIA[negotiated(*LIST_MEDIA)]
    form = TABLES.get(name)
    asked_for = query_from(resource, parameters | {"format": name if form else None})
    asked = Asked(exchange().path, seeded(asked_for), given)
    if form:
        _check_table(asked_for, name)

    def check() -> None:
        if parent and given:
            check_path(parent.type, *given.values)
        refuse_any(_unknown_ids(asked.query))

    if has_pages(asked_for) and "format" not in parameters:
        return Pages(asked, check).answer(asked_for.page, asked_for.size)

    def make() -> Content:
        check()
        return table_content(asked, form) if form else list_content(asked)

    response = answer(form.media_type if form else JSON, asked.address, make, content_type=form.content_type if form else "")
    if asked_for != asked.query:
        response.headers["Cache-Control"] = "no-store"  # chance found the seed, and would find another
    return response


def _check_table(query: Query, form: str) -> None:
    """Refuse what a table has no place for.

    :raises Refusal: 400.
    """
    refuse = [Fault("conflict", f"has no place in {form}; ask for json", parameter=name) for name in NOT_IN_TABLES if getattr(query, name)]
    if refuse:
        raise invalid(refuse)


def aggregate_answer(resource: Resource, parameters: dict[str, Any]) -> Answer:
    """Answer with counts over one or two dimensions.

    :raises Refusal: 400, a filter names no record.
    """
    by = parameters["by"]
    written = [dimension(*one) for one in by]
    asked = Asked(exchange().path, query_from(resource, parameters), more=(("by", ",".join(written)),))
    query = asked.query

    def make() -> Content:
        refuse_any(_unknown_ids(query))
        total, groups = aggregate(asked, by)
        understood = {name: value for name, value in query.understood().items() if name != "sort"}
        meta: dict[str, Any] = {"total": total, "count": len(groups), "page": query.page, "per_page": query.per_page}
        meta |= missing(query) | {"query": {**understood, "by": written}, "dataset": stamp()}
        links = page_links(query.page, query.per_page, total, asked.pages())
        return list_of(resource, enveloped([compact(groups)], meta, links, pretty=query.pretty), links)

    return answer(negotiated(JSON), asked.address, make)


def _unknown_ids(query: Query) -> Iterator[Fault]:
    """Yield a fault for each value of a filter that names no record."""
    for clause in query.clauses:
        target = end_of(query.resource, clause.filter).target
        if target and clause.operator != "exists":
            yield from unknown(target, clause.values, clause.parameter)
