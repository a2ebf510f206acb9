"""What all resource types share: the collection, the record, counts of the collection, and the collections that a record narrows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from flask import Response, request

from api.answers import JSON, Content, answer, negotiated
from api.asked import Asked
from api.contract import Blueprint, id_in_path
from api.counting import aggregate, dimension
from api.envelope import enveloped, stamp
from api.errors import MOST_ERRORS, Fault, invalid, not_found, shortened
from api.formats import TABLES
from api.listing import item_content, list_content, page_links, seeded, table_content
from api.parameters import aggregate_parameters, collection_parameters, item_parameters
from api.query import Clause, query_from
from api.service import snapshot
from schemas import Filter, Resource
from schemas.canonical import compact
from schemas.paths import end, joins

LIST_MEDIA = {form.media_type: name for name, form in TABLES.items()} | {JSON: "json"}


def collection(resource: Resource) -> Blueprint:
    """Return the endpoints of a type: the collection, its counts, the record, and the collections that a record narrows."""
    blp = Blueprint(resource.collection, __name__, description=resource.description)
    _add_list(blp, resource)
    _add_aggregate(blp, resource)
    _add_item(blp, resource)
    for child, one in joins(resource):
        _add_narrowed(blp, resource, child, one)
    return blp


def _answers(resource: Resource) -> dict[str, Any]:
    """Return the schema of each media type of a list."""
    return {JSON: f"{resource.schema.__name__}List"} | {form.media_type: {"type": "string"} for form in TABLES.values()}


def _add_list(blp: Blueprint, resource: Resource) -> None:
    name = resource.collection

    @blp.get(
        f"/v1/{name}",
        f"list{_title(name)}",
        f"{_title(name)} that match all filters",
        parameters=collection_parameters(resource),
        answers=_answers(resource),
        headers=("Content-Disposition", "No-Vary-Search"),
        description=f"{resource.description} Filters are ANDed; values within one, joined by commas, are ORed.",
    )
    def list_records(parameters: dict[str, Any]) -> Response:
        return list_answer(resource, parameters)


def _add_aggregate(blp: Blueprint, resource: Resource) -> None:
    name = resource.collection

    @blp.get(
        f"/v1/{name}/aggregate",
        f"aggregate{_title(name)}",
        f"{_title(name)} counted by one or two of their properties",
        parameters=aggregate_parameters(resource),
        answers={JSON: "Aggregate"},
        headers=("No-Vary-Search",),
        description="Largest group first; what has no value is a group of its own, null. A record with several values counts for each.",
    )
    def aggregate_records(parameters: dict[str, Any]) -> Response:
        return aggregate_answer(resource, parameters)


def _add_item(blp: Blueprint, resource: Resource) -> None:
    @blp.get(
        f"/v1/{resource.collection}/<id>",
        f"get{resource.schema.__name__}",
        f"One {resource.type} by its id",
        parameters=item_parameters(resource),
        answers={JSON: f"{resource.schema.__name__}Answer"},
        path=[id_in_path(resource.type, resource.example)],
        problems=(404,),
    )
    def get_record(parameters: dict[str, Any], id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        parameters.pop("mailto", None)
        return answer(negotiated(JSON), str(sorted(parameters.items())), lambda: item_content(resource, id, parameters))


def _add_narrowed(blp: Blueprint, parent: Resource, child: Resource, one: Filter) -> None:
    @blp.get(
        f"/v1/{parent.collection}/<id>/{child.collection}",
        f"list{parent.schema.__name__}{_title(child.collection)}",
        f"{_title(child.collection)} joined to one {parent.type}",
        parameters=collection_parameters(child, without=one.name),
        answers=_answers(child),
        path=[id_in_path(parent.type, parent.example)],
        problems=(404,),
        headers=("Content-Disposition", "No-Vary-Search"),
        description=f"The same as `/v1/{child.collection}?{one.name}=<id>`: {one.description}",
    )
    def list_narrowed(parameters: dict[str, Any], id: str) -> Response:  # noqa: A002 - the name of the path's parameter
        return list_answer(child, parameters, parent, Clause(one, "", (id,)))


def _title(collection_name: str) -> str:
    return collection_name.capitalize()


def list_answer(resource: Resource, parameters: dict[str, Any], parent: Resource | None = None, given: Clause | None = None) -> Response:
    """Answer with a collection, or with what a record of `parent` narrows it to.

    :raises Refusal: 404 where the path names no record, 400 where a filter names none or the format cannot show what was asked for.
    """
    form = parameters.pop("format", None) or LIST_MEDIA[negotiated(*_offered())]
    is_table = form in TABLES
    asked_for = query_from(resource, parameters | ({"format": form} if is_table else {}))
    asked = Asked(request.path, seeded(asked_for), given)
    _check_format(form, parameters)

    def make() -> Content:
        _check_records(asked, parent)
        return table_content(asked, form) if is_table else list_content(asked)

    media_type, content_type = (TABLES[form].media_type, TABLES[form].content_type) if is_table else (JSON, JSON)
    response = answer(media_type, asked.address, make, content_type=content_type)
    if asked_for.sample is not None and asked_for.seed is None:
        response.headers["Cache-Control"] = "no-store"
    return response


def _offered() -> list[str]:
    return [JSON, *(form.media_type for form in TABLES.values())]


def _check_format(form: str, parameters: dict[str, Any]) -> None:
    """Refuse what a table has no place for."""
    if form in TABLES:
        misplaced = [name for name in ("include", "facets", "highlight", "pretty") if parameters.get(name)]
        if misplaced:
            raise invalid([Fault("conflict", f"has no place in {form}; ask for json", parameter=name) for name in misplaced])


def aggregate_answer(resource: Resource, parameters: dict[str, Any]) -> Response:
    """Answer with counts over one or two dimensions.

    :raises Refusal: 400, a filter names no record.
    """
    by = parameters.pop("by")
    written = ",".join(dimension(*one) for one in by)
    asked = Asked(request.path, query_from(resource, parameters))

    def make() -> Content:
        _check_records(asked, None)
        total, groups = aggregate(asked, by)
        meta: dict[str, Any] = {"total": total, "count": len(groups), "page": asked.query.page, "per_page": asked.query.per_page}
        meta |= {"query": {**asked.query.understood(), "by": written.split(",")}, "dataset": stamp()}
        meta["query"].pop("sort")
        links = page_links(asked, total, {"by": written})
        return Content(enveloped(compact(groups), meta, links, pretty=asked.query.pretty), {"describedby": f"/v1/schemas/{resource.type}"})

    return answer(negotiated(JSON), f"{written} {asked.address}", make)


def _check_records(asked: Asked, parent: Resource | None) -> None:
    """Refuse a path or a filter that names no record, each with the nearest id."""
    if parent and asked.given and snapshot().missing(parent.type, [served := str(asked.given.values[0])]):
        raise not_found(parent.type, served, snapshot().nearest(parent.type, served))
    unknown = (fault for clause in asked.query.clauses for fault in _unknown_ids(asked.query.resource, clause))
    if faults := list(islice(unknown, MOST_ERRORS)):
        raise invalid(faults)


def _unknown_ids(resource: Resource, clause: Clause) -> Iterator[Fault]:
    target = end(resource, clause.filter.steps, clause.filter.target).target
    if target is None or clause.operator == "exists":
        return
    for served in snapshot().missing(target, clause.values):
        near = snapshot().nearest(target, served)
        yield Fault("invalid_value", f"{shortened(served)} names no {target}", near, parameter=clause.parameter)
