"""What is done with the debates of a folder one unit at a time, in this process or in several: to look at, to check, to compile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from api.collector import relieve
from schemas.dataset import Dataset
from schemas.load import gather_shared
from schemas.units import Found, Named, Raw, Unit, checked, found_in, reaches_out

from .compiling import Compiled, debates, references
from .model import Key


@dataclass(frozen=True)
class Order:
    """A unit with what it has to know of other debates: records, and the standing of those that attack its claims."""

    unit: Unit
    guests: list[Raw] = field(default_factory=list)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What became of a unit: the hashes of the files that were read, and its debates; these are missing where it has problems."""

    unit: Unit
    hashes: dict[str, str]
    debates: list[Compiled]
    faulty: bool


@dataclass(frozen=True)
class Folder:
    """A folder whose debates are worked at; what they share is read once."""

    path: Path

    @cached_property
    def shared(self) -> Dataset:
        """What all debates share, whatever is wrong with it."""
        return gather_shared(self.path)[0]

    @cached_property
    def _references(self) -> dict[Key, dict[str, str]]:
        return references(self.shared)

    def find(self, asked: tuple[str, list[Named]]) -> list[Found]:
        """Return those of some records that a debate has, each with its place in its file."""
        return found_in(self.path, *asked)

    def check(self, order: Order) -> Made:
        """Check a unit."""
        return self._made(order)[0]

    def compile(self, order: Order) -> Made:
        """Check and compile a unit."""
        relieve()  # what the unit before has left behind
        made, dataset = self._made(order)
        if not made.faulty:
            made.debates.extend(debates(dataset, self._references, order.labels))
        return made

    def _made(self, order: Order) -> tuple[Made, Dataset]:
        dataset, problems = checked(self.shared, order.unit, order.guests)
        faulty = bool(problems) or reaches_out(dataset)
        return Made(order.unit, {} if faulty else dataset.hashes | self.shared.hashes, [], faulty), dataset

    def do(self, task: str, item: Any) -> Any:
        """Do one of these by its name."""
        tasks: dict[str, Callable[[Any], Any]] = {"find": self.find, "check": self.check, "compile": self.compile}
        return tasks[task](item)
