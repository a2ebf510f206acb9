"""What an app serves from: its settings and its open snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Flask

from .config import Settings
from .snapshot.pointer import Named
from .snapshot.read import Snapshot

EXTENSION: Final = "rostrum"


@dataclass(frozen=True, slots=True)
class Service:
    """The settings and the snapshot of one app, and what says which snapshot is to be served."""

    settings: Settings
    snapshot: Snapshot
    place: Named | None = None

    def attach(self, app: Flask) -> None:
        """Make this the service of an app."""
        app.extensions[EXTENSION] = self

    @staticmethod
    def of(app: Flask) -> Service:
        """Return the service of an app."""
        service: Service = app.extensions[EXTENSION]
        return service
