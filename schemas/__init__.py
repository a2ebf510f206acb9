"""What a valid record is. RESOURCES is the explicit index of the types, in dependency order; all else derives from it."""

from __future__ import annotations

from . import actor, claim, condition, debate, event, quote, source
from .base import Filter, Reference, Resource

RESOURCES: tuple[Resource, ...] = (
    debate.RESOURCE,
    source.RESOURCE,
    actor.RESOURCE,
    quote.RESOURCE,
    claim.RESOURCE,
    condition.RESOURCE,
    event.RESOURCE,
)
BY_TYPE: dict[str, Resource] = {resource.type: resource for resource in RESOURCES}
BY_COLLECTION: dict[str, Resource] = {resource.collection: resource for resource in RESOURCES}

__all__ = ["BY_COLLECTION", "BY_TYPE", "RESOURCES", "Filter", "Reference", "Resource"]
