"""The answer to what was asked of a collection or a record: found, shaped, and put into an envelope or a table."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from schemas import BY_TYPE, Resource
from schemas.canonical import compact
from schemas.paths import joins

from . import cursors
from .answers import Content
from .asked import Asked
from .counting import facets
from .envelope import enveloped, listed, stamp
from .errors import Fault, invalid, not_found
from .formats import TABLES
from .highlights import highlights
from .parameters import LATEST_SEED
from .query import MOST_PAGED, Query
from .service import snapshot
from .shaping import cut, named, split_include, tree_of
from .snapshot.find import Found, page, sample, table, walk
from .snapshot.search import texts

NO_VARY_SEARCH: Final = 'key-order, params=("mailto")'
MOST_INCLUDED: Final = 2000


def seeded(query: Query) -> Query:
    """Return the query with a seed where it asks for a sample and has none."""
    return query.but(seed=secrets.randbelow(LATEST_SEED)) if query.sample is not None and query.seed is None else query


def list_content(asked: Asked) -> Content:
    """Return one page of a collection in its envelope.

    :raises Refusal: 400, the cursor is not of this query, or too many records would be included.
    """
    query = asked.query
    found = _found(asked)
    links = _links(asked, found)
    more = {}
    if query.include:
        more["included"] = compact(_included(query.resource, found.bodies, query.include))
    if query.facets:
        more["facets"] = compact(facets(asked))
    body = enveloped(listed(_shaped(found.bodies, query.select)), _meta(asked, found), links, more=more, pretty=query.pretty)
    relations = {name: href for name, href in links.items() if name != "self"}
    plain: dict[str, Any] = {"include": (), "facets": (), "highlight": False, "pretty": False}
    alternates = {form.media_type: asked.at(**plain, format=name) for name, form in TABLES.items()}
    links_of = {**relations, "describedby": f"/v1/schemas/{query.resource.type}"}
    return Content(body, links_of, {"No-Vary-Search": NO_VARY_SEARCH}, alternates)


def table_content(asked: Asked, name: str) -> Content:
    """Return what a query finds as a table: all of it, or the page that was asked for.

    :raises Refusal: 400, it is more than a table holds.
    """
    query, form = asked.query, TABLES[name]
    found = table(snapshot(), asked.narrowed, MOST_PAGED) if query.is_whole else _found(asked)
    if query.is_whole and found.total > MOST_PAGED:
        detail = f"would make a table of {found.total} records; narrow it to {MOST_PAGED}, or walk it with cursor=*"
        raise invalid([Fault("out_of_range", detail, parameter="format")])
    links = {} if query.is_whole else {name: href for name, href in _links(asked, found).items() if name != "self"}
    about = snapshot().about["version"], snapshot().digest.removeprefix("sha256:")[:12]
    headers = {
        "No-Vary-Search": NO_VARY_SEARCH,
        "Content-Disposition": f'inline; filename="{query.resource.collection}-{"-".join(about)}.{name}"',
    }
    body = form.encode(query.resource, found.bodies, tree_of(query.select) if query.select else None)
    return Content(body, {**links, "describedby": f"/v1/schemas/{query.resource.type}"}, headers)


def item_content(resource: Resource, served: str, given: Mapping[str, Any]) -> Content:
    """Return one record in its envelope.

    :raises Refusal: 404, the id names none.
    """
    body = snapshot().item(resource, served)
    if body is None:
        raise not_found(resource.type, served, snapshot().nearest(resource.type, served))
    links = item_links(resource, served)
    more = {"included": compact(_included(resource, [body], given["include"]))} if "include" in given else {}
    (shown,) = _shaped([body], given.get("select"))
    made = enveloped(shown, {"dataset": stamp()}, links, more=more, pretty=given.get("pretty", False))
    return Content(made, {"collection": links["collection"], "describedby": f"/v1/schemas/{resource.type}"})


def item_links(resource: Resource, served: str) -> dict[str, str]:
    """Return the links of a record: itself, its collection, and the collections that it narrows."""
    here = resource.href(served)
    related = {child.collection: f"{here}/{child.collection}" for child, _ in joins(resource)}
    return {"self": here, "collection": f"/v1/{resource.collection}"} | related


def _found(asked: Asked) -> Found:
    """Return the records that were asked for: a sample, the next of a walk, or a page."""
    query = asked.narrowed
    if query.sample is not None:
        return sample(snapshot(), query, query.sample, query.seed or 0)
    if query.cursor is None:
        return page(snapshot(), query)
    try:
        behind = None if query.cursor == cursors.START else cursors.read(query.cursor, query.identity(), snapshot().digest)
    except cursors.BadCursor as error:
        raise invalid([Fault("bad_cursor", str(error), parameter="cursor")]) from error
    return walk(snapshot(), query, behind)


def _links(asked: Asked, found: Found) -> dict[str, str | None]:
    """Return the links of one page; null where there is nothing."""
    query = asked.query
    links: dict[str, str | None] = {"self": asked.address, "first": None, "prev": None, "next": None, "last": None}
    if query.cursor is not None:
        after = cursors.write(found.position, asked.narrowed.identity(), snapshot().digest) if found.position else None
        return links | {"first": asked.at(cursor=cursors.START), "next": asked.at(cursor=after) if after else None}
    return links if query.sample is not None else page_links(asked, found.total)


def page_links(asked: Asked, total: int, more: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Return the links of a page by its number; null where there is none. `more` are parameters that are none of the query's."""
    query = asked.query
    given = dict(more or {})
    if query.per_page == 0:
        return {"self": asked.at_page(query.page, given), "first": None, "prev": None, "next": None, "last": None}
    last = max(1, -(-min(total, MOST_PAGED) // query.per_page))
    return {
        "self": asked.at_page(query.page, given),
        "first": asked.at_page(1, given),
        "prev": asked.at_page(min(query.page - 1, last), given) if query.page > 1 else None,
        "next": asked.at_page(query.page + 1, given) if query.page < last else None,
        "last": asked.at_page(last, given),
    }


def _meta(asked: Asked, found: Found) -> dict[str, Any]:
    query = asked.narrowed
    meta: dict[str, Any] = {"total": found.total, "count": len(found.bodies)}
    walked = query.cursor is not None or query.sample is not None
    meta |= {"page": None if walked else query.page, "per_page": None if query.sample is not None else query.per_page}
    if query.ids is not None:
        meta["missing"] = snapshot().missing(query.resource.type, query.ids)
    if query.sample is not None:
        meta["seed"] = query.seed
    if query.highlight:
        records = map(json.loads, found.bodies)
        meta["highlights"] = {record["id"]: highlights(texts(query.resource, record), query.terms) for record in records}
    return meta | {"query": query.understood(), "dataset": stamp()}


def _shaped(bodies: Sequence[bytes], select: Sequence[str] | None) -> Iterable[bytes]:
    """Return records cut to the fields that were asked for; whole ones are not even looked into."""
    if not select:
        return bodies
    tree = tree_of(select)
    return [compact(cut(json.loads(body), tree)) for body in bodies]


def _included(resource: Resource, bodies: Sequence[bytes], paths: Iterable[str]) -> dict[str, list[Any]]:
    """Return the records that stand at the end of include paths, and those on the way, once each, by collection.

    :raises Refusal: 400, they are more than 2,000.
    """
    records = [json.loads(body) for body in bodies]
    known: dict[tuple[str, str], Any] = {}
    for path in paths:
        first, second = split_include(resource, path)
        near = _fetched(named(records, first), known)
        if second:
            _fetched(named(near, second), known)
    included: dict[str, list[Any]] = {}
    for type_, served in sorted(known):
        included.setdefault(BY_TYPE[type_].collection, []).append(known[type_, served])
    return included


def _fetched(keys: set[tuple[str, str]], known: dict[tuple[str, str], Any]) -> list[Any]:
    """Return the records of some types and ids, adding to those that are known already."""
    wanted = keys - known.keys()
    if len(known) + len(wanted) > MOST_INCLUDED:
        raise invalid([Fault("out_of_range", f"would add more than {MOST_INCLUDED} records; ask for a smaller page", parameter="include")])
    for type_ in {type_ for type_, _ in wanted}:
        for body in snapshot().bodies(type_, [served for kind, served in wanted if kind == type_]):
            record = json.loads(body)
            known[type_, record["id"]] = record
    return [known[key] for key in keys]
