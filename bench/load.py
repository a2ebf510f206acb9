"""Sending requests to a server as fast as it answers: wrk, on a core of its own."""

from __future__ import annotations

import json
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.material import CACHE
from bench.servers import HOST, LOAD_CORE, ROOT, Server, pinned

SCRIPT: Final = ROOT / "bench" / "load.lua"
ROUNDS: Final = 3


class Refused(RuntimeError):
    """A server answered a request with an error, or not at all; what was counted is worth nothing."""


class Nothing(Refused):
    """No answer came in time."""


@dataclass(frozen=True)
class Result:
    """What came of a load: requests per second, also per second of the server's processor time, and times in microseconds."""

    rate: float
    work: float
    p50: float
    p99: float
    requests: int
    size: float


@dataclass
class Load:
    """How to send requests: with how many connections and for how many seconds."""

    wrk: str
    connections: int = 16
    seconds: float = 3.0
    cores: str = LOAD_CORE
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, server: Server, paths: Path, offset: int = 0, *, once: bool = False) -> Result:
        """Ask a server for the paths of a file, one after the other from an offset on; four times as long where nothing came in time.

        :raises Refused: not every answer is a success, or there is none.
        """
        file = [str(paths), str(offset), "once" if once else "on"]
        try:
            return self._send(server, file, max(1, round(self.seconds)))
        except Nothing:
            return self._send(server, file, max(4, round(4 * self.seconds)))

    def _send(self, server: Server, file: Sequence[str], seconds: int) -> Result:
        options = [option for name, value in self.headers.items() for option in ("-H", f"{name}: {value}")]
        command = [
            *pinned(self.cores), self.wrk, "-t1", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "30s",
            "-s", str(SCRIPT), *options, f"http://{HOST}:{server.port}/", "--", *file,
        ]  # fmt: skip
        before = server.work()
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        work = max(server.work() - before, 0.01)
        found: Any = next((json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")), None)
        if not found:
            raise Refused(f"wrk failed: {(answer.stderr or answer.stdout).strip()[-300:]}")
        if found["refused"] or found["lost"]:
            raise Refused(f"of {found['requests']} answers {found['refused']} were errors, {found['lost']} were lost")
        if not found["requests"]:
            raise Nothing(f"no answer in {seconds} s with {self.connections} connections")
        rate = found["requests"] / found["microseconds"] * 1e6
        return Result(rate, found["requests"] / work, found["p50"], found["p99"], found["requests"], found["bytes"] / found["requests"])


def listed(name: str, paths: Sequence[str]) -> Path:
    """Write paths into a file, one a line, and return the file."""
    file = CACHE / "paths" / f"{name}.txt"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(paths) + "\n", encoding="utf-8")
    return file


def medians(rounds: int, sends: Mapping[str, Callable[[int], Result]]) -> dict[str, Result | Refused]:
    """Run loads in turn, several rounds of all of them, and return the median of each; the round is told to each.

    A server that refuses once is left alone from then on, and its refusal stands in place of a result.
    """
    seen: list[dict[str, Result | Refused]] = []
    for number in range(rounds):
        refused = {name for one in seen for name, result in one.items() if isinstance(result, Refused)}
        seen.append(once({name: send for name, send in sends.items() if name not in refused}, number))
    return middle(seen)


def once(sends: Mapping[str, Callable[[int], Result]], number: int = 0) -> dict[str, Result | Refused]:
    """Run a round of loads one after the other, and return what comes of each."""
    seen: dict[str, Result | Refused] = {}
    for name, send in sends.items():
        try:
            seen[name] = send(number)
        except Refused as error:
            seen[name] = error
    return seen


def middle(rounds: Sequence[Mapping[str, Result | Refused]]) -> dict[str, Result | Refused]:
    """Return the median of each load over several rounds, or why it was refused in one."""
    found: dict[str, Result | Refused] = {}
    for name in {name: None for one in rounds for name in one}:
        seen = [one[name] for one in rounds if name in one]
        refused = next((result for result in seen if isinstance(result, Refused)), None)
        found[name] = refused or _median([result for result in seen if isinstance(result, Result)])
    return found


def results(rounds: int, sends: Mapping[str, Callable[[int], Result]]) -> dict[str, Result]:
    """Return the medians where every server has to answer.

    :raises Refused: one of them did not.
    """
    found: dict[str, Result] = {}
    for name, one in medians(rounds, sends).items():
        if isinstance(one, Refused):
            raise one
        found[name] = one
    return found


def _median(results: Sequence[Result]) -> Result:
    def middle(one: str) -> float:
        return statistics.median(getattr(result, one) for result in results)

    return Result(middle("rate"), middle("work"), middle("p50"), middle("p99"), int(middle("requests")), middle("size"))
