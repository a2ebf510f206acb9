"""What all resource types share: the collection, the record, and the collections that a record narrows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, request

from api.answers import JSON, Content, answer, negotiated
from api.contract import Blueprint, id_in_path
from api.envelope import address, enveloped, listed, paging, stamp
from api.errors import Fault, invalid, not_found, shortened
from api.parameters import ItemParameters, collection_parameters
from api.query import MOST_PAGED, Clause, Query, query_from
from api.service import snapshot
from schemas import Filter, Resource
from schemas.paths import end, joins

NO_VARY_SEARCH = 'key-order, params=("mailto")'


def collection(resource: Resource) -> Blueprint:
    """Return the endpoints of a type: the collection, the record, and the collections that a record narrows."""
    blp = Blueprint(resource.collection, __name__, description=resource.description)
    _add_list(blp, resource)
    _add_item(blp, resource)
    for child, one in joins(resource):
        _add_narrowed(blp, resource, child, one)
    return blp


def _add_list(blp: Blueprint, resource: Resource) -> None:
    name = resource.collection

    @blp.get(
        f"/v1/{name}",
        f"list{_title(name)}",
        f"{_title(name)} that match all filters",
        parameters=collection_parameters(resource),
        answers={JSON: f"{resource.schema.__name__}List"},
        headers=("No-Vary-Search",),
        description=f"{resource.description} Filters are ANDed; values within one, joined by commas, are ORed.",
    )
    def list_records(parameters: dict[str, Any]) -> Response:
        return list_answer(query_from(resource, parameters))


def _add_item(blp: Blueprint, resource: Resource) -> None:
    @blp.get(
        f"/v1/{resource.collection}/<id>",
        f"get{resource.schema.__name__}",
        f"One {resource.type} by its id",
        parameters=ItemParameters(),
        answers={JSON: f"{resource.schema.__name__}Answer"},
        path=[id_in_path(resource.type, resource.example)],
        problems=(404,),
    )
    def get_record(parameters: dict[str, Any], id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        return item_answer(resource, id, pretty=parameters.get("pretty", False))


def _add_narrowed(blp: Blueprint, parent: Resource, child: Resource, one: Filter) -> None:
    @blp.get(
        f"/v1/{parent.collection}/<id>/{child.collection}",
        f"list{parent.schema.__name__}{_title(child.collection)}",
        f"{_title(child.collection)} joined to one {parent.type}",
        parameters=collection_parameters(child, without=one.name),
        answers={JSON: f"{child.schema.__name__}List"},
        path=[id_in_path(parent.type, parent.example)],
        problems=(404,),
        headers=("No-Vary-Search",),
        description=f"The same as `/v1/{child.collection}?{one.name}=<id>`: {one.description}",
    )
    def list_narrowed(parameters: dict[str, Any], id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        return list_answer(query_from(child, parameters), parent, Clause(one, "", (id,)))


def _title(collection_name: str) -> str:
    return collection_name.capitalize()


def list_answer(query: Query, parent: Resource | None = None, narrowed: Clause | None = None) -> Response:
    """Answer with one page of a collection, or of what a record of `parent` narrows it to.

    :raises Refusal: 404 where the path names no record, 400 where a filter names none or the page lies too deep.
    """
    _check_depth(query)

    def make() -> Content:
        if parent and narrowed:
            _check_exists(parent, str(narrowed.values[0]))
        _check_filters(query)
        return page_content(request.path, query, query.within(narrowed) if narrowed else query)

    return answer(negotiated(JSON), address("", query), make)


def page_content(path: str, query: Query, narrowed: Query) -> Content:
    """Return the page that `narrowed` finds, with links that spell `query` at `path`."""
    found = snapshot().page(narrowed)
    links = paging(path, query, found.total)
    meta: dict[str, Any] = {"total": found.total, "count": len(found.bodies), "page": query.page, "per_page": query.per_page}
    if query.ids is not None:
        meta["missing"] = snapshot().missing(query.resource.type, query.ids)
    meta |= {"query": narrowed.understood(), "dataset": stamp()}
    relations = {name: href for name, href in links.items() if name != "self"}
    return Content(
        enveloped(listed(found.bodies), meta, links, pretty=query.pretty),
        {**relations, "describedby": f"/v1/schemas/{query.resource.type}"},
        {"No-Vary-Search": NO_VARY_SEARCH},
    )


def item_answer(resource: Resource, served: str, *, pretty: bool) -> Response:
    """Answer with one record.

    :raises Refusal: 404, the id names none.
    """
    return answer(negotiated(JSON), f"pretty={pretty}", lambda: item_content(resource, served, pretty=pretty))


def item_content(resource: Resource, served: str, *, pretty: bool = False) -> Content:
    """Return one record in its envelope.

    :raises Refusal: 404, the id names none.
    """
    body = snapshot().item(resource, served)
    if body is None:
        raise not_found(resource.type, served, snapshot().nearest(resource.type, served))
    links = item_links(resource, served)
    relations = {"collection": links["collection"], "describedby": f"/v1/schemas/{resource.type}"}
    return Content(enveloped(body, {"dataset": stamp()}, links, pretty=pretty), relations)


def item_links(resource: Resource, served: str) -> dict[str, str]:
    """Return the links of a record: itself, its collection, and the collections that it narrows."""
    here = resource.href(served)
    return {"self": here, "collection": f"/v1/{resource.collection}"} | {
        child.collection: f"{here}/{child.collection}" for child, _ in joins(resource)
    }


def _check_exists(parent: Resource, served: str) -> None:
    if snapshot().missing(parent.type, [served]):
        raise not_found(parent.type, served, snapshot().nearest(parent.type, served))


def _check_depth(query: Query) -> None:
    if query.page * query.per_page > MOST_PAGED and query.page > 1:
        fault = Fault("out_of_range", f"with {query.per_page} a page reaches beyond the first {MOST_PAGED} records", parameter="page")
        raise invalid([fault])


def _check_filters(query: Query) -> None:
    """Refuse filter values that name no record, each with the nearest id."""
    faults = [fault for clause in query.clauses for fault in _unknown_ids(query.resource, clause)]
    if faults:
        raise invalid(faults)


def _unknown_ids(resource: Resource, clause: Clause) -> Iterator[Fault]:
    target = end(resource, clause.filter.steps, clause.filter.target).target
    if target is None or clause.operator == "exists":
        return
    for served in snapshot().missing(target, clause.values):
        near = snapshot().nearest(target, served)
        yield Fault("invalid_value", f"{shortened(served)} names no {target}", near, parameter=clause.parameter)


