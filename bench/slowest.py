"""Looks for slow requests: sends a stated list of valid but greedy ones to a large dataset and prints them, slowest first.

python -m bench.slowest [--million] [--snapshot FILE] [--only PART OF A NAME] [--write FILE]
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final

from bench.hostile import Hostile, facts, requests
from bench.material import LARGE, MILLION, say
from bench.servers import Answer, Client, Server, end_cleanly, rostrum

PATIENCE: Final = 20.0  # seconds; the server is started anew after that, for it would go on with what nobody waits for


@dataclass(frozen=True)
class Seen:
    """A kind of request and what it got: the median over its spellings, and the longest."""

    asked: Hostile
    statuses: tuple[str, ...]
    size: int
    median: float
    longest: float


class Target:
    """A server of a snapshot that can be started anew."""

    def __init__(self, snapshot: Path) -> None:
        """Take the snapshot."""
        self._snapshot = snapshot
        self._stack = contextlib.ExitStack()
        self._start()

    def _start(self) -> None:
        self.server: Server = self._stack.enter_context(rostrum(self._snapshot))
        self.client = Client(self.server.port, PATIENCE)

    def ask(self, path: str) -> Answer:
        """Return the answer; one of status 0 where none came in time."""
        try:
            return self.client.get(path)
        except (OSError, HTTPException) as error:
            say(f"no answer ({error or type(error).__name__}): {path[:200]}")
            self.close()
            self._start()
            return Answer(0, {}, b"", PATIENCE)

    def close(self) -> None:
        """Stop the server."""
        self.client.close()
        self._stack.close()


def send(target: Target, asked: Hostile) -> Seen:
    """Send a request in all its spellings, up to one that gets no answer."""
    answers: list[Answer] = []
    for path in asked.paths:
        answers.append(target.ask(path))
        if not answers[-1].status:
            break
    times = [one.seconds for one in answers]
    statuses = sorted({str(one.status or "none") for one in answers})
    return Seen(asked, tuple(statuses), max(len(one.body) for one in answers), statistics.median(times), max(times))


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
    """Send all requests and print the table; a file has it as far as it is, from the first request on."""
    parser = argparse.ArgumentParser("python -m bench.slowest", description="Look for slow requests.")
    parser.add_argument("--million", action="store_true", help="on a million quotes instead of 100,000")
    parser.add_argument("--snapshot", type=Path, help="on a snapshot that is there already")
    parser.add_argument("--only", default="", help="only requests whose name holds this")
    parser.add_argument("--write", type=Path, help="write the table into a file, too")
    options: Any = parser.parse_args(given)
    end_cleanly()
    found: list[Seen] = []
    with contextlib.closing(Target(options.snapshot or (MILLION if options.million else LARGE).snapshot)) as target:
        for one in (one for one in requests(facts(target.client)) if options.only in one.name):
            found.append(send(target, one))
            if options.write:
                options.write.write_text("\n".join(table(found)) + "\n", encoding="utf-8")
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
