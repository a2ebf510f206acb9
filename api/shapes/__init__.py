"""The shapes of what is not a record: envelopes, meta, links, the index, problems. Records have theirs in schemas.

Each module describes one kind of answer and returns its shapes by name; MODULES is the explicit index.
"""

from __future__ import annotations

from typing import Final

from . import counts, finding, index, integrity, records, service, verify
from .parts import COMPONENTS, Given, Shapes, Varying

MODULES: Final = (service, records, finding, counts, integrity, verify, index)


def shapes() -> Shapes:
    """Return every shape that an answer can have, by name."""
    return {name: shape for module in MODULES for name, shape in module.shapes().items()}


__all__ = ["COMPONENTS", "Given", "Varying", "shapes"]
