"""What is served, one module a resource. BLUEPRINTS is the explicit index."""

from __future__ import annotations

from . import actors, catalog, claims, conditions, debates, events, health, index, integrity, quotes, schemas, search, sources

BLUEPRINTS = (
    index.blp,
    debates.blp,
    sources.blp,
    actors.blp,
    claims.blp,
    conditions.blp,
    events.blp,
    quotes.blp,
    search.blp,
    integrity.blp,
    schemas.blp,
    catalog.blp,
    health.blp,
)
