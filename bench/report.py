"""What was measured, as lines of one table, and where the table goes."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.servers import ROOT

README: Final = ROOT / "bench" / "README.md"
BEGIN: Final = "<!-- measured: begin -->"
END: Final = "<!-- measured: end -->"


@dataclass(frozen=True)
class Line:
    """One goal: what was measured against what, the bound, and what came out; `ratio` is None where it could not be measured."""

    what: str
    against: str
    bound: float | None
    ratio: float | None
    detail: str
    at_least: bool = True
    unit: str = "×"
    by_work: float | None = None  # the same ratio in the servers' processor time, which others on the machine do not change
    broken: bool = False

    @property
    def goal(self) -> str:
        """The goal in words."""
        return "–" if self.bound is None else f"{'≥' if self.at_least else '≤'} {self.bound:g} {self.unit}"

    @property
    def measured(self) -> str:
        """The ratio in words."""
        return "–" if self.ratio is None else f"{self.ratio:.3g} {self.unit}"

    @property
    def verdict(self) -> str:
        """Whether the goal is met."""
        if self.broken:
            return "**failed**"
        if self.ratio is None:
            return "skipped"
        if self.bound is None:
            return "no goal"
        met = self.ratio >= self.bound if self.at_least else self.ratio <= self.bound
        return "met" if met else "**not met**"

    @property
    def by_processor_time(self) -> str:
        """The ratio of processor time in words, with a mark where it speaks against the verdict."""
        if self.by_work is None:
            return "–"
        if self.bound is None or self.ratio is None:
            return f"{self.by_work:.3g} ×"
        met = self.by_work >= self.bound if self.at_least else self.by_work <= self.bound
        return f"{self.by_work:.3g} ×, {'met' if met else 'not met'}"


def skipped(what: str, against: str, reason: str) -> Line:
    """Return a line that says why something was not measured."""
    return Line(what, against, None, None, reason)


def failed(what: str, reason: str) -> Line:
    """Return a line that says that something could not be measured for a fault of ours."""
    return Line(what, "", None, None, reason, broken=True)


def table(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the table, line by line."""
    yield "| what | against | goal | measured | met? | by processor time | detail |"
    yield "|---|---|---|---|---|---|---|"
    yield from map(row, lines)


def row(one: Line) -> str:
    """Return a line of the table."""
    return f"| {one.what} | {one.against} | {one.goal} | {one.measured} | {one.verdict} | {one.by_processor_time} | {one.detail} |"


def machine() -> str:
    """Return what the machine is and how busy others keep it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = f"{os.getloadavg()[0]:.1f}"
    kernel = f"{platform.system()} {platform.release().partition('-')[0]}"
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {kernel}; load at the start {load}"


def _processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.machine()


def page(lines: Sequence[Line], machine_was: str, versions: Sequence[str], skips: Sequence[str]) -> str:
    """Return all that was measured, in Markdown."""
    about = [f"Measured on {datetime.now(UTC):%Y-%m-%d}. {machine_was}. {', '.join(versions)}."]
    left = ["", "Skipped:", "", *(f"- {one}" for one in skips)] if skips else []
    return "\n".join([*about, "", *table(lines), *left])


def write(text: str) -> None:
    """Put the table into the README, between its marks."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    behind = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{behind}", encoding="utf-8")
