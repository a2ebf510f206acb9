"""Conditions: the collection, its records, and what joins them."""

from __future__ import annotations

from schemas import condition

from ._collection import collection

blp = collection(condition.RESOURCE)
