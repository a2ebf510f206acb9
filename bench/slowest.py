"""Looks for slow requests: sends a stated list of valid but greedy ones to a large dataset and prints them, slowest first.

python -m bench.slowest [--million] [--port PORT of a server that runs already] [--write FILE]
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from bench.hostile import Hostile, facts, requests
from bench.material import LARGE, MILLION, say
from bench.servers import Answer, Client, rostrum


@dataclass(frozen=True)
class Seen:
    """A kind of request and what it got: the median over its spellings, and the longest."""

    asked: Hostile
    statuses: tuple[str, ...]
    size: int
    median: float
    longest: float


def send(client: Client, asked: Hostile) -> Seen:
    """Send a request in all its spellings."""
    answers = [_answer(client, path) for path in asked.paths]
    times = [one.seconds for one in answers]
    statuses = sorted({str(one.status or "none") for one in answers})
    return Seen(asked, tuple(statuses), max(len(one.body) for one in answers), statistics.median(times), max(times))


def _answer(client: Client, path: str) -> Answer:
    """Return the answer; one of status 0 where none came in two minutes."""
    try:
        return client.get(path)
    except (OSError, HTTPException) as error:
        say(f"no answer ({error or type(error).__name__}): {path[:200]}")
        return Answer(0, {}, b"", 120.0)


def table(seen: Sequence[Seen]) -> Iterator[str]:
    """Yield the lines of the table, slowest first."""
    yield "| ms, median of 3 | ms, longest | status | KB | request | for example |"
    yield "|---:|---:|---|---:|---|---|"
    for one in sorted(seen, key=lambda one: -one.median):
        path = one.asked.paths[0].replace("|", "\\|")
        shown = path if len(path) <= 150 else f"{path[:150]}…"
        times = f"{one.median * 1000:.1f} | {one.longest * 1000:.1f}"
        yield f"| {times} | {' '.join(one.statuses)} | {one.size / 1024:.0f} | {one.asked.name} | `{shown}` |"


def main(given: Sequence[str] | None = None) -> None:
    """Send all requests and print the table."""
    parser = argparse.ArgumentParser("python -m bench.slowest", description="Look for slow requests.")
    parser.add_argument("--million", action="store_true", help="on a million quotes instead of 100,000")
    parser.add_argument("--port", type=int, help="a server on this machine that runs already")
    parser.add_argument("--only", default="", help="only requests whose name holds this")
    parser.add_argument("--write", type=Path, help="write the table into a file, too")
    options: Any = parser.parse_args(given)
    with contextlib.ExitStack() as stack:
        port = options.port or stack.enter_context(rostrum((MILLION if options.million else LARGE).snapshot)).port
        client = stack.enter_context(contextlib.closing(Client(port)))
        found = [send(client, one) for one in requests(facts(client)) if options.only in one.name]
    lines = "\n".join(table(found))
    print(lines)
    if options.write:
        options.write.write_text(f"{lines}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
