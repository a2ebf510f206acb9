"""Measures all that docs promise about speed and size, side by side with others, and prints one table. `make bench` runs it."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from bench import builds, latencies, lives, rates
from bench.environment import Environment, prepare, versions
from bench.generator import whole
from bench.load import Load
from bench.material import LARGE, MILLION, Size, say
from bench.rates import Bench
from bench.report import Line, failed, machine, page, row, skipped, write
from bench.servers import end_cleanly

MEASUREMENTS: Final = (*rates.MEASUREMENTS, *latencies.MEASUREMENTS, *builds.MEASUREMENTS, *lives.MEASUREMENTS)
NAMES: Final = [name for name, _ in MEASUREMENTS]
WITHOUT_LOAD: Final = ("build", "start", "reload")
PER_DEBATE: Final = 2_000


def measured(options: Any, found: Environment) -> Iterator[Line]:
    """Yield the lines of all measurements that were asked for; one that fails says why, and the others go on."""
    bench = Bench(found, Load(found.wrk or "", seconds=options.seconds), size_of(options))
    for name, measure in MEASUREMENTS:
        if options.only and name not in options.only:
            continue
        if not found.wrk and name not in WITHOUT_LOAD:
            yield skipped(name, "", "wrk is not there")
            continue
        run = partial(measure, seconds=lives.SOAK) if options.soak and measure is lives.memory else measure
        try:
            yield from run(bench)
        except Exception as error:  # noqa: BLE001 - whatever went wrong with one measurement, the others are worth having
            traceback.print_exc()
            yield failed(name, f"{str(error)[:200] or type(error).__name__}".replace("\n", " "))


def size_of(options: Any) -> Size:
    """Return the size of the large dataset."""
    if options.million:
        return MILLION
    return Size(options.quotes, max(1, options.quotes // PER_DEBATE)) if options.quotes else LARGE


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser("python -m bench", description="Measure Rostrum side by side with others.")
    parser.add_argument(
        "--million", action="store_true", help="a million quotes in 500 debates as the large dataset, instead of 100,000 in 50"
    )
    parser.add_argument("--quotes", type=whole, help="so many quotes as the large dataset")
    parser.add_argument("--only", nargs="+", choices=NAMES, metavar="NAME", help=f"only some measurements: {', '.join(NAMES)}")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each load lasts (default 3)")
    parser.add_argument("--soak", action="store_true", help="ten minutes of mixed load before memory is looked at, instead of seconds")
    parser.add_argument("--write", action="store_true", help="write the table into bench/README.md")
    return parser


def main(given: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    options: Any = arguments().parse_args(given)
    end_cleanly()
    machine_was, found = machine(), prepare()
    for reason in found.skipped:
        say(f"skipped: {reason}")
    lines = []
    for line in measured(options, found):
        lines.append(line)
        say(row(line))
    text = page(lines, machine_was, versions(found), found.skipped)
    print(text)
    if options.write:
        write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
