"""Claims: the collection, its records, and what joins them."""

from __future__ import annotations

from schemas import claim

from ._collection import collection

blp = collection(claim.RESOURCE)
