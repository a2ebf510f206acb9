"""The command line: check, fix, build, serve, and generate for those who work on Rostrum itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from schemas.dataset import Dataset
from schemas.fix import fix as fix_folder
from schemas.load import load, survey
from schemas.problems import InvalidDataset, Problem

from . import generate as generated
from .config import Settings, described
from .serve import CannotListen, serve as serve_snapshot
from .snapshot.build import build as build_snapshot
from .snapshot.layout import file_name
from .snapshot.read import UnusableSnapshot, verify

FOLDER = click.Path(path_type=Path)
DATA = click.argument("folder", type=FOLDER, default=Path("data"), metavar="[DIR]")
SETTINGS = "Settings come from the environment:\n\n\b\n" + "\n".join(
    f"{name}  {why}" + (f" [{default}]" if default else "") for name, default, why in described()
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
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
    _, problems = survey(folder)
    if as_json:
        click.echo(json.dumps([problem.as_json() for problem in problems], ensure_ascii=False, indent=2))
    else:
        _print(problems)
    if problems:
        raise SystemExit(1)
    if not as_json:
        click.echo(f"{folder}: no problems")


@main.command()
@DATA
def fix(folder: Path) -> None:
    """Write the files of the dataset in DIR (data) in canonical form; what cannot be read is left as it is."""
    if not folder.is_dir():
        raise click.UsageError(f"{folder} is no folder; name the folder that holds dataset.json")
    for name in fix_folder(folder):
        click.echo(f"{name}: written in canonical form")


@main.command()
@DATA
@click.option("-o", "--output", type=FOLDER, required=True, help="The snapshot file to write.")
def build(folder: Path, output: Path) -> None:
    """Compile the dataset in DIR (data) into one snapshot file, whole or not at all."""
    _build(_load(folder), output)


@main.command(epilog=SETTINGS)
@click.option("--data", type=FOLDER, help="The dataset to check, build where needed, and serve.")
@click.option("--snapshot", type=FOLDER, help="A snapshot to serve as it is.")
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option("--workers", type=click.IntRange(1, 1024), help="How many processes serve.")
def serve(data: Path | None, snapshot: Path | None, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve a dataset over HTTP; it is built first where its content has no snapshot yet."""
    if data and snapshot:
        raise click.UsageError("--data and --snapshot exclude each other; name one")
    settings = _settings(data=data, host=host, port=port, workers=workers)
    named = snapshot or (Path(settings.snapshot) if settings.snapshot and not data else None)
    path = named or _snapshot_of(settings)
    try:
        verify(path)
        serve_snapshot(path, settings)
    except (UnusableSnapshot, CannotListen) as error:
        _fail(str(error))


@main.command()
def generate() -> None:
    """Write the files that are generated from the code: OpenAPI document, JSON Schemas for editors, data dictionary."""
    for path in generated.write(Path.cwd()):
        click.echo(f"{path}: written")


def _settings(**given: object) -> Settings:
    try:
        return Settings.from_environment(**given)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _load(folder: Path) -> Dataset:
    """Return the valid dataset of a folder, or end with every problem printed."""
    try:
        return load(folder)
    except InvalidDataset as error:
        _print(error.problems)
        raise SystemExit(1) from error


def _print(problems: Iterable[Problem]) -> None:
    """Print problems to standard error, one a line, and how many there are."""
    lines = [str(problem) for problem in problems]
    for line in lines:
        click.echo(line.encode("utf-8", "backslashreplace").decode(), err=True)
    if lines:
        click.echo(f"{len(lines)} problem{'s' if len(lines) != 1 else ''}", err=True)


def _snapshot_of(settings: Settings) -> Path:
    """Return the snapshot of the dataset that the settings name, building it where its content has none yet."""
    folder = Path(settings.data)
    dataset = _load(folder)
    path = settings.cache_folder / file_name(dataset.digest)
    if path.exists():
        click.echo(f"{folder}: {dataset.digest[:19]}… is compiled already: {path}", err=True)
    else:
        _build(dataset, path)
    return path


def _build(dataset: Dataset, path: Path) -> None:
    click.echo(f"{dataset.folder}: compiling {dataset.digest[:19]}… into {path}", err=True)
    try:
        build_snapshot(dataset, path)
    except OSError as error:
        _fail(str(error))


def _fail(message: str) -> None:
    """End with a message and exit code 1."""
    click.echo(message, err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
