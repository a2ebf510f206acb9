"""Debates: the collection, its records, and what joins them."""

from __future__ import annotations

from schemas import debate

from ._collection import collection

blp = collection(debate.RESOURCE)
