"""Building a snapshot where one is needed, and saying what is done."""

from __future__ import annotations

from pathlib import Path

from schemas.problems import InvalidDataset

from .collector import resting
from .console import fail, say
from .progress import Bar
from .snapshot.build import Source
from .snapshot.holding import UnusableSnapshot
from .snapshot.layout import file_name
from .snapshot.pointer import Named
from .snapshot.read import Snapshot


@resting()
def looked_at(folder: Path, base: Path | None = None, jobs: int = 0) -> Source:
    """Return what is known of a folder before its debates are read.

    `base` is a snapshot of the folder as it was; `jobs` processes read what has changed since, one for each core where it is 0.
    """
    with Bar() as bar:
        return Source(folder, jobs=jobs, base=base, tell=bar)


@resting()
def compiled(source: Source, path: Path) -> None:
    """Build a snapshot, or end with the reason why it cannot be written.

    :raises InvalidDataset: the dataset has problems.
    """
    try:
        with Bar() as bar:
            source.build(path, lambda: say(f"{source.folder}: compiling {source.digest[:19]}… into {path}", err=True), bar)
    except OSError as error:
        fail(str(error))


def snapshot_of(source: Source, place: Named) -> Snapshot:
    """Return the open snapshot of a dataset, which nobody removes meanwhile, building it where its content has none that can be served.

    :raises InvalidDataset: the dataset has problems.
    """
    path = place.path.with_name(file_name(source.digest))
    try:
        snapshot = Snapshot(path)
    except UnusableSnapshot as error:
        if path.exists():
            say(str(error), err=True)
        compiled(source, path)
        return Snapshot(path)
    if not source.is_known_to_be_valid() and (problems := source.problems()):
        raise InvalidDataset(problems)
    say(f"{source.folder}: {source.digest[:19]}… is compiled already: {path}", err=True)
    return snapshot
