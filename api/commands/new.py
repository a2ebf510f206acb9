"""`rostrum new`: a debate laid out, with blanks to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from api.console import fail, say
from schemas.load import survey
from schemas.new import CannotLayOut, lay_out
from schemas.problems import visible
from schemas.reading import Unreadable

from .given import FILE, FOLDER


@click.command()
@click.argument("debate")
@click.option("--source", type=FILE, required=True, help="The text that the debate is curated from (UTF-8).")
@click.option("--data", type=FOLDER, default=Path("data"), show_default=True, help="The dataset; an empty or a new folder becomes one.")
def new(debate: str, source: Path, data: Path) -> None:
    """Lay out a new debate with the id DEBATE: its folder, its source, and records with blanks to fill in.

    Nothing that is there already is changed. `rostrum check` lists the blanks.
    """
    try:
        files = lay_out(data, debate, source)
    except CannotLayOut as error:
        raise click.UsageError(visible(str(error))) from error
    except Unreadable as error:
        line, column, fault = error.misreading
        fail(f"{source}{f':{line}:{column}' if line else ''}: {fault.problem}; {fault.remedy}")
    except OSError as error:
        fail(f"{error.filename or data}: {error.strerror or error}")
    for path in files:
        say(f"{path}: written")
    blanks = [problem for problem in survey(data)[1] if data / problem.file in files]
    for problem in blanks:
        say(str(problem))
    say(f"{len(blanks)} places are yours to fill in or to mend; `rostrum check {data}` lists what is left of them")
