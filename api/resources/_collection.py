"""What all resource types share: the collection, its counts, the record, and the collections that a record narrows."""

from __future__ import annotations

from typing import Any

from api.answers import JSON, Answer, answer, negotiated
from api.contract import Blueprint, id_in_path
from api.formats import TABLES
from api.listing import item_content
from api.parameters import aggregate_parameters, collection_parameters, item_parameters
from api.query import Clause
from schemas import Filter, Resource
from schemas.paths import joins

from ._answers import aggregate_answer, list_answer


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
        direct=True,
        description=f"{resource.description} Filters are ANDed; values within one, joined by commas, are ORed.",
    )
    def list_records(parameters: dict[str, Any]) -> Answer:
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
        direct=True,
        description="Largest group first; what has no value is a group of its own, null. A record with several values counts for each.",
    )
    def aggregate_records(parameters: dict[str, Any]) -> Answer:
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
        direct=True,
    )
    def get_record(parameters: dict[str, Any], id: str) -> Answer:  # noqa: A002 - the name of the path's parameter
        asked = {name: value for name, value in sorted(parameters.items()) if value and name != "mailto"}
        return answer(negotiated(JSON), str(asked), lambda: item_content(resource, id, asked))


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
        direct=True,
        description=f"The same as `/v1/{child.collection}?{one.name}=<id>`: {one.description}",
    )
    def list_narrowed(parameters: dict[str, Any], id: str) -> Answer:  # noqa: A002 - the name of the path's parameter
        return list_answer(child, parameters, parent, Clause(one, "", (id,)))


def _title(collection_name: str) -> str:
    return collection_name.capitalize()
