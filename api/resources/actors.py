"""Actors: the collection, its records, and what joins them."""

from __future__ import annotations

from schemas import actor

from ._collection import collection

blp = collection(actor.RESOURCE)
