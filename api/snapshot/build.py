"""Compiling a dataset into a snapshot, debate after debate, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import apsw

from schemas.dataset import Dataset, digest_of
from schemas.everything import problems_in
from schemas.load import gather_shared, ruled
from schemas.problems import InvalidDataset, Problem
from schemas.reading import Unreadable, listed
from schemas.units import Files, Named, looked_at, units

from .base import base_at, changed, known_of
from .compiling import compiled, debates, references
from .crew import Crew, cores
from .draft import draft_of, sync
from .editing import NoRoom, copying, sound
from .filling import Content, edit, fill
from .linking import Links, linked
from .revising import Revision, revisions
from .streams import in_order, order
from .tasks import Made, Order

__all__ = ["Source", "build", "compiled"]

Tell = Callable[[int, int], None]
STEPS: Final = 1_000
SMALL: Final = 8 * 1024 * 1024  # bytes of debates that one process is enough for
# How much of the time is over when all debates are looked at, and when all are compiled and written.
LOOKED, COMPILED = 0.03, 0.75
MOST_CHANGED: Final = 0.5  # of the debates; where more are new, all are written anew


class Progress:
    """Tells somebody how many of a thousand steps of a build are done."""

    def __init__(self, tell: Tell) -> None:
        """Take whom to tell."""
        self._done, self._tell = 0, tell

    def reach(self, share: float) -> None:
        """Say which share of the time is over."""
        done = round(share * STEPS)
        if done > self._done:
            self._done = done
            self._tell(done, STEPS)


def nobody(done: int, total: int) -> None:
    """Take note of nothing."""


def build(dataset: Dataset, target: Path, tell: Tell = nobody) -> None:
    """Compile a dataset that ``schemas.load.load`` returned into the file `target`; `tell` hears of each step.

    :raises OSError: the file cannot be written; what stood there before still does.
    """
    shared, rest = _divided(dataset)
    with _new(target) as draft:
        made = in_order(
            iter([Made(tuple(rest.debates), {}, list(debates(rest, references(shared), {})), faulty=False)]), rest.debates, draft.parent
        )
        content = Content(shared, rest.debates, dataset.digest)
        progress = Progress(tell)
        fill(draft, content, made, reach=lambda share: progress.reach(COMPILED + (1 - COMPILED) * share))


def _divided(dataset: Dataset) -> tuple[Dataset, Dataset]:
    """Return what all debates of a whole dataset share, and the rest."""
    own = {"dataset.json", "actors.json"}
    documents = {name: document for name, document in dataset.documents.items() if name in own}
    entries = {type_: entries if type_ == "actor" else [] for type_, entries in dataset.entries.items()}
    shared = Dataset(dataset.folder, dataset.about, documents, entries, names=dataset.debates)
    rest = Dataset(
        dataset.folder,
        documents={name: document for name, document in dataset.documents.items() if name not in own},
        entries=dataset.entries | {"actor": []},
        texts=dataset.texts,
        debates=dataset.debates,
        names=dataset.debates,
        shared=shared,
    )
    return shared, rest


@contextmanager
def _new(target: Path) -> Iterator[Path]:
    """Give the path of a draft that takes the place of a file when it is left without an error.

    :raises OSError: the file cannot be written.
    """
    try:
        target = Path(os.path.realpath(target))  # a link is followed and stays
        if target.exists() and not target.is_file():
            raise OSError("something else than a file has that name")
        target.parent.mkdir(parents=True, exist_ok=True)
        with draft_of(target) as draft:
            yield draft
            sync(draft)
            draft.replace(target)
        sync(target.parent)
    except (OSError, apsw.Error) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise OSError(f"the snapshot {target} cannot be written: {reason}") from error


class Source:
    """A folder that a snapshot is to be built of, as it was when it was looked at: its digest is known, but not yet whether it is valid."""

    def __init__(self, folder: Path, *, jobs: int = 0, base: Path | None = None, tell: Tell = nobody) -> None:
        """Look at the folder.

        `jobs` is how many processes work at it, as many as there are cores where it is 0; `base` is a snapshot that may hold some
        of its debates as they are.
        """
        self.folder, self._progress = folder, Progress(tell)
        self._base = base_at(base)
        self.shared, found = gather_shared(folder)
        self._faulty = bool(ruled(self.shared, found))
        self.files = list(self._looked_at())
        self._most_jobs = jobs or cores()
        self.units = units(self.files, order)
        hashes = [self.shared.hashes, *(one.hashes for one in self.files)]
        self.digest = digest_of({name: found for one in hashes for name, found in one.items()})

    def _looked_at(self) -> Iterator[Files]:
        names = frozenset(self.shared.names)
        before = self._base.before(names) if self._base else {}
        with ThreadPoolExecutor(cores()) as beside:  # to read and to hash files leaves the interpreter to others
            looked = beside.map(lambda name: looked_at(self.folder, name, names, before.get(name)), self.shared.names)
            for number, one in enumerate(looked, start=1):
                yield one
                self._progress.reach(LOOKED * number / len(names))

    def _jobs(self, files: Iterable[Files]) -> int:
        """Return how many processes work at some debates, given their files."""
        return self._most_jobs if sum(one.size for one in files) > SMALL else 1

    def build(self, target: Path, checked: Callable[[], None] = lambda: None, tell: Tell = nobody) -> None:
        """Check and compile the folder into the file `target`; `checked` is called once it is known to be valid.

        :raises InvalidDataset: it has problems; nothing is written.
        :raises OSError: the file cannot be written; what stood there before still does.
        """
        self._progress = Progress(tell)
        if self._faulty:
            raise InvalidDataset(self.problems())
        try:
            with Crew(self.folder, self._jobs(self._base.others(self.files) if self._base else self.files)) as crew:
                links = self._linked(crew)
                if not self._edited(target, crew, links, checked):
                    crew.begin_again(self._jobs(self.files))
                    with _new(target) as draft:
                        made = in_order(self._valid(crew, links.orders(self.units), checked), self.shared.names, draft.parent)
                        fill(draft, self._content(links), made, reach=self._finishing, apart=self._jobs(self.files) > 1)
        except _Faulty:
            found = self.problems()
            if not found:
                raise OSError(f"the files in {self.folder} were changed while they were read; build again") from None
            raise InvalidDataset(found) from None

    def _edited(self, target: Path, crew: Crew, links: Links, checked: Callable[[], None]) -> bool:
        """Write those debates alone that are not in another snapshot already, if that can be, and say whether it was."""
        if not self._base or not self.is_known_to_be_valid():
            return False
        new = changed(self._base, self.units, links, references(self.shared))
        names = [debate for unit in new for debate in unit]
        away = {*names, *(self._base.known.keys() - set(self.shared.names))}
        if len(away) > len(self.shared.names) * MOST_CHANGED:
            return False
        try:
            apart = self._jobs(self.files) > 1
            with _new(target) as draft, sound(), copying(self._base.snapshot, draft, beside=apart) as copied:
                made = in_order(self._valid(crew, links.orders(new), checked), names, draft.parent)
                content = self._content(links, revisions(self._base.links(), links, away, self.folder))
                edit(draft, content, self._base, made, away, copied=copied, reach=self._finishing, apart=apart)
        except NoRoom:
            return False
        return True

    def _content(self, links: Links, revised: Mapping[Named, Revision] | None = None) -> Content:
        units = {debate: unit for unit in self.units for debate in unit}
        return Content(
            self.shared,
            self.shared.names,
            self.digest,
            lambda made: known_of(units[made.debate], links, made),
            revised or {},
            links.found,
        )

    def _finishing(self, share: float) -> None:
        self._progress.reach(COMPILED + (1 - COMPILED) * share)

    def _linked(self, crew: Crew) -> Links:
        return linked(self.files, lambda asked: crew.map("find", asked), self._base.found(self.files) if self._base else {})

    def _valid(self, crew: Crew, orders: Sequence[Order], checked: Callable[[], None]) -> Iterator[Made]:
        """Compile units and yield them, each of which is valid and what was looked at; then tell so, and let who compiled them go.

        :raises _Faulty: one has problems.
        :raises OSError: one has changed.
        """
        files = {one.debate: one for one in self.files}
        done, total = 0, sum(one.size for one in self.files)
        for one in crew.map("compile", orders):
            if one.faulty:
                raise _Faulty
            wanted = dict(self.shared.hashes)
            for debate in one.unit:
                wanted |= files[debate].hashes
                done += files[debate].size
            if wanted != one.hashes:
                raise OSError(f"the files of {', '.join(one.unit)} have changed meanwhile")
            yield one
            self._progress.reach(LOOKED + (COMPILED - LOOKED) * done / max(1, total))
        crew.rest()
        checked()

    def is_known_to_be_valid(self) -> bool:
        """Say whether the folder has no problem, given that another of the same digest had none: that there is no file of another kind."""
        known = {name for one in self.files for name in one.hashes}
        try:
            found = [path for debate in self.shared.names for path in listed(self.folder / debate) if path.name != "sources"]
            found += (path for one in self.files if f"{one.debate}/sources.json" in known for path in self._texts(one.debate))
        except Unreadable:
            return False
        return not self._faulty and all(path.relative_to(self.folder).as_posix() in known for path in found)

    def _texts(self, debate: str) -> list[Path]:
        folder = self.folder / debate / "sources"
        return listed(folder) if os.path.lexists(folder) else []

    def problems(self) -> list[Problem]:
        """Return every problem of the folder, in order of file and line."""
        with Crew(self.folder, self._jobs(self.files)) as crew:
            faulty = [made.unit for made in crew.map("check", self._linked(crew).orders(self.units)) if made.faulty]
        return problems_in(self.folder, faulty)


class _Faulty(Exception):
    """A unit has problems; which, will be told together with those of all others."""
