"""What an app serves from: its settings and its open snapshot, within the app that is handling the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app

from .config import Settings
from .snapshot.pointer import Named, Refusal
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


def snapshot() -> Snapshot:
    """Return the snapshot that the current app serves."""
    service: Service = current_app.extensions[EXTENSION]
    return service.snapshot


def refusal() -> Refusal | None:
    """Return what was refused since the current app serves its snapshot."""
    service: Service = current_app.extensions[EXTENSION]
    return service.place.refusal() if service.place else None
