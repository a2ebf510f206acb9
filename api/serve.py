"""Running the application under Granian, a WSGI server whose workers each hold the snapshot open."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from .config import Settings
from .snapshot.read import Snapshot

BACKLOG = 1024


class CannotListen(Exception):
    """The address cannot be listened on; the message says which and why."""


def serve(snapshot: Path, settings: Settings) -> None:
    """Serve a snapshot until the process is told to stop.

    :raises UnusableSnapshot: the file cannot be served.
    :raises CannotListen: the address is taken or not this machine's.
    """
    opened = Snapshot(snapshot)
    _check_address(settings.host, int(settings.port))
    os.environ["ROSTRUM_SNAPSHOT"] = str(snapshot.absolute())
    workers = int(settings.workers) if settings.workers else os.cpu_count() or 1
    where = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.port}"
    click.echo(f"{opened.about['title']} {opened.about['version']} is served at {where} by {workers} workers; stop with Ctrl-C", err=True)
    server = Server(
        "api.app:create_app",
        factory=True,
        address=settings.host,
        port=int(settings.port),
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=int(settings.threads),
        backlog=BACKLOG,
        log_level=LogLevels.warning,
    )
    server.serve()


def _check_address(host: str, port: int) -> None:
    """Bind the address and let it go again, so that a taken one is one clear message and not one a worker.

    :raises CannotListen: it cannot be bound.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CannotListen(f"cannot listen on {host} port {port}: {error.strerror}; choose another with --host or --port") from error
