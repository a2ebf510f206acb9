"""The command line: check, fix, new, build, serve, and generate for those who work on Rostrum itself."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from schemas.fix import fix as fix_folder
from schemas.load import survey
from schemas.new import CannotLayOut, lay_out
from schemas.problems import InvalidDataset, visible
from schemas.reading import Unreadable

from . import generate as generated
from .building import compiled, looked_at, snapshot_of
from .config import Settings, bounds, described
from .console import fail, list_problems, refuse, say
from .keeping import Keeper
from .serve import CannotListen
from .serve import serve as serve_snapshot
from .snapshot.crew import MOST
from .snapshot.holding import UnusableSnapshot
from .snapshot.layout import may_be_replaced
from .snapshot.pointer import Named, Pointer

FOLDER = click.Path(path_type=Path)
FILE = click.Path(path_type=Path)
DATA = click.argument("folder", type=FOLDER, default=Path("data"), metavar="[DIR]")
SETTINGS = "Settings come from the environment, and what is given here goes first:\n\n\b\n" + "\n".join(
    f"{name:<18}  {why} [{default}]" for name, default, why in described()
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 140})
@click.version_option(package_name="rostrum")
def main() -> None:
    """Structured debate data: who claimed what, on which words, under which conditions, about which events, and who disputes it.

    Exit codes: 0 fine, 1 the data or the snapshot has problems, 2 wrong use.
    """


@main.command()
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


@main.command()
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


@main.command()
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


@main.command()
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


@main.command(epilog=SETTINGS)
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
    settings = _settings(data=data and str(data), host=host, port=port, workers=workers)
    named = snapshot or (Path(settings.snapshot) if settings.snapshot and not data else None)
    if named and watch:
        raise click.UsageError("--watch watches a dataset, and a snapshot is served here; name the dataset with --data")
    place = Named(named) if named else _pointer_of(settings)
    keeper = Keeper(place, settings, watch=watch)
    try:
        serve_snapshot(named or snapshot_of(looked_at(Path(settings.data), place.base()), place).path, place, keeper, settings)
    except InvalidDataset as error:
        refuse(error.problems, Path(settings.data))
    except (UnusableSnapshot, CannotListen) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or place.path}: {error.strerror or error}")


@main.command()
@click.option("--data", type=FOLDER, help="The dataset to check, and to build where needed.")
def reload(data: Path | None) -> None:
    """Have every server of a dataset take up what has changed in it.

    A dataset with problems changes nothing of what is served.
    """
    settings = _settings(data=data and str(data))
    if settings.snapshot and not data:
        raise click.UsageError("ROSTRUM_SNAPSHOT names a snapshot, which is served as it is; name a dataset with --data")
    pointer = _pointer_of(settings)
    try:
        with pointer.locked(lambda: say(f"{settings.data}: another reload is under way; waiting for it", err=True)):
            _reload(pointer, Path(settings.data))
        pointer.sweep()
    except OSError as error:
        fail(f"{error.filename or pointer.path}: {error.strerror or error}")


@main.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; name the files that are not fresh, and end with 1.")
def generate(only_check: bool) -> None:
    """Write the files of the checkout that are generated from its code: OpenAPI document, JSON Schemas for editors, data dictionary."""
    if not generated.is_checkout():
        raise click.UsageError("Rostrum does not run from a checkout here; there is nothing to generate")
    try:
        stale = generated.stale()
    except InvalidDataset as error:
        refuse(error.problems, generated.ROOT / "data")
    for name, text in stale.items():
        if only_check:
            say(f"{name} is not what the code says; run `rostrum generate`", err=True)
        else:
            generated.write(name, text)
            say(f"{name}: written")
    if only_check and stale:
        raise SystemExit(1)


def _settings(**given: Any) -> Settings:
    try:
        return Settings.from_environment(**given)
    except ValueError as error:
        raise click.UsageError(visible(str(error))) from error


def _pointer_of(settings: Settings) -> Pointer:
    """Return the pointer of the dataset that the settings name."""
    try:
        return Pointer(settings.cache_folder, settings.data)
    except RuntimeError:
        raise click.UsageError("there is no home folder to keep snapshots in; name a folder with ROSTRUM_CACHE") from None


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


if __name__ == "__main__":
    main(prog_name="rostrum")
