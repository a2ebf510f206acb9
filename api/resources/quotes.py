"""Quotes: the collection, its records, and what joins them."""

from __future__ import annotations

from schemas import quote

from ._collection import collection

blp = collection(quote.RESOURCE)
