"""Events: the collection, its records, and what joins them."""

from __future__ import annotations

from schemas import event

from ._collection import collection

blp = collection(event.RESOURCE)
