"""What the command says: on one line each, problems with their place, and the end of a command that cannot do what it was asked."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Never

import click

from schemas.problems import Problem, visible


def list_problems(problems: Iterable[Problem], folder: Path) -> None:
    """Print problems to standard error, one a line, each file as it is reached from here, and how many there are."""
    lines = [str(replace(problem, file=_reached(folder, problem.file))) for problem in problems]
    for line in lines:
        say(line, err=True)
    if lines:
        say(f"{len(lines)} problem{'s' if len(lines) != 1 else ''}", err=True)


def _reached(folder: Path, file: str) -> str:
    """Return a file of a dataset as it is reached from here; a problem of the folder as a whole names the folder itself."""
    return file if file == str(folder) else str(folder / file)


def refuse(problems: Iterable[Problem], folder: Path) -> Never:
    """End with problems and exit code 1."""
    list_problems(problems, folder)
    raise SystemExit(1)


def fail(message: str) -> Never:
    """End with a message and exit code 1."""
    say(message, err=True)
    raise SystemExit(1)


def say(message: str, *, err: bool = False) -> None:
    """Print a message on one line, whatever characters the names in it have.

    :raises OSError: standard output does not take it. What standard error does not take is lost, and ends nothing that is done.
    """
    with suppress(OSError) if err else nullcontext():
        click.echo(visible(message), err=err)
