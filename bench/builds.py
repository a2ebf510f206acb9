"""How long it takes until a dataset is served: building it, building it again after a change, starting with a snapshot at hand."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from bench import debates
from bench.generator import shares, write_debate
from bench.load import ROUNDS
from bench.material import CACHE, SEED, SMALL, Run, Size, build, run, say
from bench.rates import Bench
from bench.report import Line, skipped
from bench.servers import ROOT, rostrum
from bench.vocabulary import vocabulary

GIB: Final = 2**30


def building(bench: Bench) -> Iterator[Line]:
    """Measure `rostrum build`, again after a change, and beside what sqlite-utils needs for the same records, once each."""
    what = f"rostrum build, {bench.size.quotes:,} quotes"
    scratch = CACHE / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    built = scratch / "built.rostrum"
    say(what)
    ours = build(bench.size.data, built)
    yield Line(f"{what}: memory at its peak", "", 1.5, ours.peak / GIB, f"{ours.seconds:.0f} s", at_least=False, unit="GiB")
    bench.size.take(built)
    yield _rebuilding(bench.size, ours, built)
    built.unlink()  # at a million it and the next would take more room than many machines have
    if bench.found.python:
        yield _beside_theirs(what, bench.found.python, bench.size, ours, scratch / "theirs.db")
    else:
        yield skipped(what, "sqlite-utils", "sqlite-utils is not there")
    shutil.rmtree(scratch)


def _beside_theirs(what: str, python: Path, size: Size, ours: Run, target: Path) -> Line:
    """Measure sqlite-utils at the same records."""
    public = size.public
    say("sqlite-utils, the same records")
    theirs = run([str(python), str(ROOT / "bench" / "sqlite_utils_build.py"), str(public), str(target)])
    detail = f"{ours.seconds:.0f} and {theirs.seconds:.0f} s; files of {_gib(size.snapshot)} and {_gib(target)}"
    return Line(what, "sqlite-utils", 3, ours.seconds / theirs.seconds, detail, at_least=False, by_work=ours.work / theirs.work)


def _gib(file: Path) -> str:
    return f"{file.stat().st_size / GIB:.2f} GiB"


def _rebuilding(size: Size, full: Run, built: Path) -> Line:
    """Measure building again where one debate has changed since, over the snapshot that is there."""
    what = f"build again, one debate of {size.debates} changed"
    say(what)
    changed = changed_copy(size, built.parent / "changed")
    again = build(changed, built)
    detail = f"{again.seconds:.1f} and {full.seconds:.0f} s"
    return Line(what, "the full build", 0.05, again.seconds / full.seconds, detail, at_least=False, by_work=again.work / full.work)


def changed_copy(size: Size, target: Path) -> Path:
    """Return a copy of a dataset in which one debate is another; what is not changed is linked and not copied."""
    shutil.copytree(size.data, target, copy_function=lambda source, to: Path(to).hardlink_to(source))
    number = size.debates // 2
    known = vocabulary(SEED)
    cast = debates.cast(known, SEED, size.debates)
    shutil.rmtree(target / cast.debates[number])  # what is linked would be written through
    write_debate(target, known, cast, number, list(shares(size.quotes, size.debates))[number], turn=1)
    return target


def starting(bench: Bench) -> Iterator[Line]:
    """Measure the time from the start of the command to the first answer, large against small."""
    say("starting with a snapshot at hand")
    times: dict[int, list[float]] = {}
    for _ in range(ROUNDS):
        for size in (SMALL, bench.size):
            with rostrum(size.snapshot) as server:
                times.setdefault(size.quotes, []).append(server.started)
    small, large = (statistics.median(times[size.quotes]) for size in (SMALL, bench.size))
    detail = f"{large:.2f} and {small:.2f} s"
    yield Line(f"start, {bench.size.quotes:,} quotes", "200 quotes", 1.2, large / small, detail, at_least=False)


MEASUREMENTS: Sequence[tuple[str, Callable[[Bench], Iterator[Line]]]] = (("build", building), ("start", starting))
