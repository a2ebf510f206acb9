"""The parameters of a path, compiled for the queries that are right; any other is left to the strict parser, which names every fault.

The marshmallow schema stays the one description: its fields read the values, and its rules are asked here as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

import marshmallow as ma

from .fields import Parameter


class Compiled:
    """Reads the query strings that a schema of parameters takes."""

    def __init__(self, schema: ma.Schema) -> None:
        """Take an instance of a schema whose fields are parameters, and what its rule demands of them together."""
        self.fields: Mapping[str, Any] = schema.fields
        self.required = frozenset(name for name, one in schema.fields.items() if one.required)
        self.fit_together = getattr(schema, "fit_together", None)

    def read(self, raw: str) -> dict[str, Any] | None:
        """Return the parameters of a query string, or None where anything at all is wrong with it or out of the ordinary."""
        if not raw:
            return None if self.required else {}
        if not raw.isascii():
            return None
        given: dict[str, Any] = {}
        try:
            for part in raw.split("&"):
                name, _, value = part.partition("=")
                if name in given or not value:
                    return None
                field: Parameter = self.fields[name]
                given[name] = field.read(unquote_plus(value, errors="strict") if "%" in value or "+" in value else value)
            if self.fit_together:
                self.fit_together(given, given)
        except (KeyError, UnicodeError, ma.ValidationError):
            return None
        return given if self.required <= given.keys() else None
