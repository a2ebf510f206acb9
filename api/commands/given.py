"""What commands are given: files and folders, settings from the environment and the command line, and the pointer of a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from api.config import Settings
from api.snapshot.pointer import Pointer
from schemas.problems import visible

FOLDER: Final = click.Path(path_type=Path)
FILE: Final = click.Path(path_type=Path)
DATA: Final = click.argument("folder", type=FOLDER, default=Path("data"), metavar="[DIR]")


def settings_of(**given: Any) -> Settings:
    """Return the settings of the environment, with what is given in their place."""
    try:
        return Settings.from_environment(**given)
    except ValueError as error:
        raise click.UsageError(visible(str(error))) from error


def pointer_of(settings: Settings) -> Pointer:
    """Return the pointer of the dataset that the settings name."""
    try:
        return Pointer(settings.cache_folder, settings.data)
    except RuntimeError:
        raise click.UsageError("there is no home folder to keep snapshots in; name a folder with ROSTRUM_CACHE") from None
