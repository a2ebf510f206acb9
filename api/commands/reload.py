"""`rostrum reload`: every server of a dataset takes up what has changed in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from api.building import looked_at, snapshot_of
from api.console import fail, list_problems, say
from api.snapshot.pointer import Pointer
from schemas.problems import InvalidDataset

from .given import FOLDER, pointer_of, settings_of


@click.command()
@click.option("--data", type=FOLDER, help="The dataset to check, and to build where needed.")
def reload(data: Path | None) -> None:
    """Have every server of a dataset take up what has changed in it.

    A dataset with problems changes nothing of what is served.
    """
    settings = settings_of(data=data and str(data))
    if settings.snapshot and not data:
        raise click.UsageError("ROSTRUM_SNAPSHOT names a snapshot, which is served as it is; name a dataset with --data")
    pointer = pointer_of(settings)
    try:
        with pointer.locked(lambda: say(f"{settings.data}: another reload is under way; waiting for it", err=True)):
            _reload(pointer, Path(settings.data))
        pointer.sweep()
    except OSError as error:
        fail(f"{error.filename or pointer.path}: {error.strerror or error}")


def _reload(pointer: Pointer, folder: Path) -> None:
    """Point at the snapshot of a folder as it is now, or note that it is refused and end with every problem printed."""
    source = looked_at(folder, pointer.base())
    try:
        snapshot = snapshot_of(source, pointer)
    except InvalidDataset as error:
        problems = error.problems
        on = pointer.refuse([str(replace(one, file=Path(one.file).name) if one.file == str(folder) else one) for one in problems])
        list_problems(problems, folder)
        fail(f"{folder}: refused; {'what is served stays' if on else 'nothing of it is served yet'}")
    if pointer.points_at(snapshot.path):
        say(f"{folder}: nothing has changed; {source.digest[:19]}… is served already", err=True)
    else:
        pointer.point(snapshot.path)
        say(f"{folder}: {source.digest[:19]}… is served from now on", err=True)
