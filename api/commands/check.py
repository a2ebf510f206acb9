"""`rostrum check`: every problem of a dataset."""

from __future__ import annotations

import json
from pathlib import Path

import click

from api.building import looked_at
from api.console import list_problems, say

from .given import DATA


@click.command()
@DATA
@click.option("--json", "as_json", is_flag=True, help="Print the problems as one JSON array, for tools.")
def check(folder: Path, as_json: bool) -> None:
    """List every problem of the dataset in DIR (data): file, line, column, record, field, what is wrong, what would be right."""
    problems = looked_at(folder).problems()
    if as_json:
        click.echo(json.dumps([problem.as_json() for problem in problems], ensure_ascii=False, indent=2).encode())
    else:
        list_problems(problems, folder)
    if problems:
        raise SystemExit(1)
    if not as_json:
        say(f"{folder}: no problems")
