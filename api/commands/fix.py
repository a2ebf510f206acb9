"""`rostrum fix`: files in canonical form."""

from __future__ import annotations

from pathlib import Path

import click

from api.console import fail, say
from schemas.fix import fix as fix_folder
from schemas.problems import visible

from .given import DATA


@click.command()
@DATA
def fix(folder: Path) -> None:
    """Write the files of the dataset in DIR (data) in canonical form; what cannot be read is left as it is."""
    if not folder.is_dir():
        raise click.UsageError(visible(f"{folder} is no folder; name the folder that holds dataset.json"))
    try:
        for name in fix_folder(folder):
            say(f"{name}: written in canonical form")
    except OSError as error:
        fail(f"{error.filename or folder}: {error.strerror or error}")
