"""The answer to what was asked of a collection or a record: found, shaped, and put into an envelope or a table."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import orjson

from schemas import BY_TYPE, Resource
from schemas.canonical import Body, compact
from schemas.paths import joins

from . import bounds, cursors
from .answers import JSON, NOTHING, Content
from .asked import Addresses, Asked, Links, page_links
from .counting import facets
from .envelope import enveloped, listed, stamp
from .errors import Fault, invalid, not_found
from .exchange import snapshot
from .formats import TABLES, Table
from .highlights import highlights
from .including import included
from .query import Query
from .shaping import cut, tree_of
from .snapshot.find import Found, page, sample, table, walk
from .snapshot.search import texts

LIST_MEDIA: Final = {JSON: "json"} | {form.media_type: name for name, form in TABLES.items()}
NO_VARY_SEARCH: Final = 'key-order, params=("mailto")'


def seeded(query: Query) -> Query:
    """Return the query with a seed where it asks for a sample and has none."""
    return query.but(seed=secrets.randbelow(bounds.MOST_SEED)) if query.sample is not None and query.seed is None else query


def list_content(asked: Asked) -> Content:
    """Return one page of a collection in its envelope.

    :raises Refusal: 400, the cursor is not of this query, or too many records would be included.
    """
    query = asked.query
    found = _found(asked)
    links = _links(asked, found)
    more = {}
    if query.include:
        more["included"] = compact(included(query.resource, found.bodies, query.include))
    if query.facets:
        more["facets"] = compact(facets(asked))
    body = enveloped(listed(shaped(found.bodies, query.select)), _meta(asked, found), links, more=more, pretty=query.pretty)
    plain = asked.but(query.records_only)
    return list_of(query.resource, body, links, alternates(plain.addresses, plain.address))


def list_of(resource: Resource, body: bytes, links: Links, others: Mapping[str, str] = NOTHING) -> Content:
    """Return the content of a list, or of counts, given its links and where it is found in other media types."""
    return Content(body, {**links, **described(resource)}, {"No-Vary-Search": NO_VARY_SEARCH}, others)


def alternates(addresses: Addresses, here: str) -> dict[str, str]:
    """Return the addresses of one of these as a table, by media type."""
    return {form.media_type: addresses.in_format(name, here) for name, form in TABLES.items()}


def table_content(asked: Asked, form: Table) -> Content:
    """Return what a query finds as a table: all of it, or the page that was asked for.

    :raises Refusal: 400, it is more than a table holds.
    """
    query = asked.query
    found = _whole(asked) if query.is_whole else _found(asked)
    links = {} if query.is_whole else _links(asked, found)
    about = snapshot().about["version"], snapshot().digest.removeprefix("sha256:")[:12]
    headers = {
        "No-Vary-Search": NO_VARY_SEARCH,
        "Content-Disposition": f'inline; filename="{query.resource.collection}-{"-".join(about)}.{form.name}"',
    }
    body = form.encode(query.resource, found.bodies, tree_of(query.select) if query.select else None)
    return Content(body, {**links, **described(query.resource)}, headers)


def item_content(resource: Resource, served: str, given: Mapping[str, Any]) -> Content:
    """Return one record in its envelope.

    :raises Refusal: 404, the id names none.
    """
    body = snapshot().item(resource, served)
    if body is None:
        raise not_found(resource.type, served, snapshot().nearest(resource.type, served))
    links = item_links(resource, served)
    more = {"included": compact(included(resource, [body], given["include"]))} if "include" in given else {}
    (shown,) = shaped([body], given.get("select"))
    made = enveloped([shown], {"dataset": stamp()}, links, more=more, pretty=given.get("pretty", False))
    return Content(made, {"collection": links["collection"], **described(resource)})


def item_links(resource: Resource, served: str) -> dict[str, str]:
    """Return the links of a record: itself, its collection, and the collections that it narrows."""
    here = resource.href(served)
    return {"self": here, "collection": f"/v1/{resource.collection}"} | {name: f"{here}/{name}" for name in _narrowed(resource.type)}


@cache
def _narrowed(type_: str) -> tuple[str, ...]:
    """Return the collections that a record of a type narrows."""
    return tuple(child.collection for child, _ in joins(BY_TYPE[type_]))


def described(resource: Resource) -> Links:
    """Return the link to the schema of a type."""
    return {"describedby": f"/v1/schemas/{resource.type}"}


def _found(asked: Asked) -> Found:
    """Return the records that were asked for: a sample, the next of a walk, or a page."""
    query = asked.narrowed
    if query.sample is not None:
        return sample(snapshot(), query, query.sample, query.seed or 0)
    if query.cursor is None:
        return page(snapshot(), query)
    try:
        behind = None if query.cursor == cursors.START else cursors.read(query.cursor, query.identity(), snapshot().digest)
        return walk(snapshot(), query, behind)
    except cursors.BadCursor as error:
        raise invalid([Fault("bad_cursor", str(error), parameter="cursor")]) from error


def _whole(asked: Asked) -> Found:
    """Return all that a query finds.

    :raises Refusal: 400, it is more than a table holds.
    """
    found = table(snapshot(), asked.narrowed, bounds.MOST_PAGED)
    if found.total > bounds.MOST_PAGED:
        detail = f"would make a table of {found.total} records; narrow it to {bounds.MOST_PAGED}, or walk it with cursor=*"
        raise invalid([Fault("out_of_range", detail, parameter="format")])
    return found


def _links(asked: Asked, found: Found) -> Links:
    """Return the links of one page; null where there is nothing."""
    query = asked.query
    links: Links = {"self": asked.address, "first": None, "prev": None, "next": None, "last": None}
    if query.cursor is not None:
        after = cursors.write(found.position, asked.narrowed.identity(), snapshot().digest) if found.position else None
        return links | {"first": asked.at(cursor=cursors.START), "next": asked.at(cursor=after) if after else None}
    if query.sample is not None:
        return links
    return page_links(query.page, query.per_page, found.total, asked.pages())


def _meta(asked: Asked, found: Found) -> dict[str, Any]:
    query = asked.narrowed
    numbered = query.cursor is None and query.sample is None
    per_page = query.per_page if query.sample is None else None
    meta: dict[str, Any] = numbers(found.total, len(found.bodies), query.page if numbered else None, per_page)
    meta |= missing(query)
    if query.sample is not None:
        meta["seed"] = query.seed
    if query.highlight:
        records = map(orjson.loads, found.bodies)
        meta["highlights"] = {record["id"]: highlights(texts(query.resource, record), query.terms) for record in records}
    return meta | {"query": query.understood(), "dataset": stamp()}


def missing(query: Query) -> dict[str, list[str]]:
    """Return what `meta` says of the ids that were asked for and name no record; nothing where none were asked for."""
    return {} if query.ids is None else {"missing": snapshot().missing(query.resource.type, query.ids)}


def numbers(total: int, count: int, page: int | None, per_page: int | None) -> dict[str, int | None]:
    """Return what the answer says first of itself: how much is found and shown, and which page this is."""
    return {"total": total, "count": count, "page": page, "per_page": per_page}


def shaped(bodies: Sequence[Body], select: Sequence[str] | None) -> Sequence[Body]:
    """Return records cut to the fields that were asked for; whole ones are not even looked into."""
    if not select:
        return bodies
    tree = tree_of(select)
    return [compact(cut(orjson.loads(body), tree)) for body in bodies]
