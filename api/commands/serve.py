"""`rostrum serve`: a dataset, or a snapshot, served over HTTP."""

from __future__ import annotations

import signal
from pathlib import Path

import click

from api.building import looked_at, snapshot_of
from api.config import bounds, described
from api.console import fail, refuse
from api.keeping import Keeper
from api.serve import CannotListen
from api.serve import serve as serve_snapshot
from api.snapshot.holding import UnusableSnapshot
from api.snapshot.pointer import Named
from schemas.problems import InvalidDataset

from .given import FILE, FOLDER, pointer_of, settings_of

SETTINGS = "Settings come from the environment, and what is given here goes first:\n\n\b\n" + "\n".join(
    f"{name:<18}  {why} [{default}]" for name, default, why in described()
)


@click.command(epilog=SETTINGS)
@click.option("--data", type=FOLDER, help="The dataset to check, build where needed, and serve.")
@click.option("--snapshot", type=FILE, help="A snapshot to serve as it is.")
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(*bounds("port")), help="The port to listen on.")
@click.option("--workers", type=click.IntRange(*bounds("workers")), help="How many processes serve.")
@click.option("--watch", is_flag=True, help="Take up what changes in the dataset, as `rostrum reload` does.")
def serve(*, data: Path | None, snapshot: Path | None, host: str | None, port: int | None, workers: int | None, watch: bool) -> None:
    """Serve a dataset over HTTP; it is built first where its content has no snapshot yet. SIGHUP does what `rostrum reload` does."""
    if data and snapshot:
        raise click.UsageError("--data and --snapshot exclude each other; name one")
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until it is served, what is in the folder is what will be
    settings = settings_of(data=data and str(data), host=host, port=port, workers=workers)
    named = snapshot or (Path(settings.snapshot) if settings.snapshot and not data else None)
    if named and watch:
        raise click.UsageError("--watch watches a dataset, and a snapshot is served here; name the dataset with --data")
    place = Named(named) if named else pointer_of(settings)
    keeper = Keeper(place, settings, watch=watch)
    try:
        serve_snapshot(named or snapshot_of(looked_at(Path(settings.data), place.base()), place).path, place, keeper, settings)
    except InvalidDataset as error:
        refuse(error.problems, Path(settings.data))
    except (UnusableSnapshot, CannotListen) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or place.path}: {error.strerror or error}")
