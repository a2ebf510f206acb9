"""What is served, one module a resource. BLUEPRINTS is the explicit index."""

from __future__ import annotations

from . import (
    actors,
    catalog,
    claims,
    conditions,
    debates,
    events,
    exports,
    health,
    home,
    index,
    integrity,
    quotes,
    schemas,
    search,
    sources,
    verify,
)

BLUEPRINTS = (
    home.blp,
    index.blp,
    debates.blp,
    sources.blp,
    actors.blp,
    claims.blp,
    conditions.blp,
    events.blp,
    quotes.blp,
    search.blp,
    verify.blp,
    integrity.blp,
    exports.blp,
    schemas.blp,
    catalog.blp,
    health.blp,
)
