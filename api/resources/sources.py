"""Sources: the collection, its records, what joins them, and their texts."""

from __future__ import annotations

from typing import Any

from api.answers import Answer, Content, answer, negotiated
from api.contract import id_in_path
from api.errors import not_found
from api.exchange import snapshot
from schemas import source

from ._collection import collection

PLAIN = "text/plain"

blp = collection(source.RESOURCE)


@blp.get(
    "/v1/sources/<id>/text",
    "getSourceText",
    "The text of a source, exactly as its quotes' offsets count it",
    answers={PLAIN: {"type": "string"}},
    path=[id_in_path("source", source.RESOURCE.example)],
    problems=(404,),
    ranges=True,
    description="UTF-8. The offsets of quotes count Unicode code points of this text; `Range` counts its bytes (RFC 9110 §14).",
)
def get_source_text(parameters: dict[str, Any], id: str) -> Answer:  # noqa: A002 - the name of the path's parameter
    """Return a source's text, or the range of it that was asked for."""

    def make() -> Content:
        text = snapshot().text(id)
        if text is None:
            raise not_found("source", id, snapshot().nearest("source", id))
        return Content(text, {"describedby": source.RESOURCE.href(id)})

    return answer(negotiated(PLAIN), "", make, ranges=True, content_type=f"{PLAIN}; charset=utf-8")
