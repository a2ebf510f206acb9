"""`rostrum build`: a dataset compiled into a snapshot."""

from __future__ import annotations

from pathlib import Path

import click

from api.building import compiled, looked_at
from api.console import refuse
from api.snapshot.crew import MOST
from api.snapshot.layout import may_be_replaced
from schemas.problems import InvalidDataset, visible

from .given import DATA, FILE


@click.command()
@DATA
@click.option("-o", "--output", type=FILE, required=True, help="The snapshot file to write.")
@click.option("--jobs", type=click.IntRange(0, MOST), default=0, help="How many processes compile; as many as there are cores without it.")
@click.option("--full", is_flag=True, help="Compile unchanged debates, too.")
def build(folder: Path, output: Path, jobs: int, full: bool) -> None:
    """Compile the dataset in DIR (data) into one snapshot file, whole or not at all.

    Where that file is a snapshot already, only the debates that have changed since are compiled.
    """
    if not may_be_replaced(output):
        raise click.UsageError(visible(f"{output} holds something else than a snapshot, which is not overwritten; choose another name"))
    try:
        compiled(looked_at(folder, None if full else output, jobs), output)
    except InvalidDataset as error:
        refuse(error.problems, folder)
