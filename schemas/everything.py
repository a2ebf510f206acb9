"""Every problem of a folder, however large it is: with no more of it in memory than one unit of debates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from .dataset import Dataset, Elsewhere
from .fields import Slug
from .load import gather_shared, ruled, survey
from .problems import Problem
from .reading import Unreadable, read
from .units import FILE_OF_TYPE, Unit, checked, reaches_out


def problems_in(folder: Path, faulty: Iterable[Unit]) -> list[Problem]:
    """Return every problem of a folder, in order of file and line, given the units that may have any."""
    shared, found = gather_shared(folder)
    shared.elsewhere = Others(shared)
    problems = set(ruled(shared, found))
    for unit in faulty:
        dataset, more = checked(shared, unit)
        if reaches_out(dataset):
            return survey(folder)[1]
        problems.update(more)
    return sorted(problems)


class Others(Elsewhere):
    """The ids in the files of all debates, read once a reference leads out of a debate, so that it can be said where to."""

    def __init__(self, shared: Dataset) -> None:
        """Take what the debates share."""
        self._shared = shared
        self._known: dict[tuple[str, str], frozenset[str] | None] = {}

    def ids(self, type_: str) -> Iterator[str]:
        """Yield the served ids of a type."""
        for debate in self._shared.names:
            yield from self._ids(type_, debate) or ()

    def has(self, type_: str, served: str) -> bool:
        """Say whether a record of a type is there."""
        debate, dot, _ = served.partition(".")
        within = [debate] if dot else self._shared.names if type_ == "debate" else []
        return any(served in (self._ids(type_, name) or ()) for name in within if name in self._shared.names)

    def is_unread(self, type_: str, debate: str) -> bool:
        """Say whether the records of a type in a debate cannot be read."""
        return debate in self._shared.names and self._ids(type_, debate) is None

    def _ids(self, type_: str, debate: str) -> frozenset[str] | None:
        if (type_, debate) not in self._known:
            self._known[type_, debate] = self._read(type_, debate)
        return self._known[type_, debate]

    def _read(self, type_: str, debate: str) -> frozenset[str] | None:
        if type_ not in FILE_OF_TYPE:
            return None
        name = f"{debate}/{FILE_OF_TYPE[type_]}"
        try:
            value = read(self._shared.folder / name, name).value
        except Unreadable:
            return None
        if not isinstance(value, list) and type_ != "debate":
            return None
        ids = [one.get("id") for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]
        slugs = [one for one in ids if isinstance(one, str) and Slug.accepts(one)]
        return frozenset(slugs if type_ == "debate" else [f"{debate}.{one}" for one in slugs])
