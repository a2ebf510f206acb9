"""The debates of units, which come as they are compiled, brought into the order in which they are written."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from .compiling import Compiled
from .tasks import Made


def order(debate: str) -> str:
    """Return the key by which the rows of debates are in the default order of collections: as the ids `<debate>.<id>` are."""
    return f"{debate}."


def in_order(made: Iterator[Made], names: Sequence[str], folder: Path) -> Iterator[Compiled]:
    """Yield debates in their order, given the units in the order of their first; those that come early wait in a file without a name."""
    with tempfile.TemporaryFile(dir=folder) as file:
        waiting: dict[str, int] = {}
        for debate in sorted(names, key=order):
            if debate in waiting:
                file.seek(waiting[debate])
                yield pickle.load(file)  # noqa: S301 - what was put there
                continue
            unit = next(made)
            own = {one.debate: one for one in unit.debates}
            unit.debates.clear()  # nothing is kept of it while the next one is made
            waiting |= {name: _put(file, own.pop(name)) for name in own.keys() - {debate}}
            yield own.pop(debate)
        yield from (one for rest in made for one in rest.debates)  # there is none; it is asked for so that it can tell that it ends


def _put(file: IO[bytes], made: Compiled) -> int:
    """Put something at the end of a file and return where it is."""
    place = file.seek(0, 2)
    pickle.dump(made, file, pickle.HIGHEST_PROTOCOL)
    return place
