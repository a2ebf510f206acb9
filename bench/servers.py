"""Starting and stopping what is measured: on loopback, on a free port, pinned to a core, ended by its process id."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
LOGS: Final = ROOT / "bench" / ".cache" / "logs"
HOST: Final = "127.0.0.1"
SERVER_CORE: Final = "0"
LOAD_CORE: Final = "1"
PATIENCE: Final = 120.0


class DidNotStart(RuntimeError):
    """A server ended, or gave no answer in time; the message holds what it printed last."""


@dataclass
class Server:
    """A running server, and where it answers."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    started: float  # seconds from its start to its first answer

    def processes(self) -> list[int]:
        """Return the ids of its process and of all below it."""
        return processes(self.process.pid)

    def work(self) -> float:
        """Return the seconds of processor time that it has taken so far, all of its processes together."""
        return sum(map(_work, self.processes()))


def processes(pid: int) -> list[int]:
    """Return the id of a process and those of all below it."""
    found = [pid]
    for one in found:  # grows while it is walked
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, task.read_text().split())
    return found


def memory_of(pid: int, *names: str) -> int:
    """Return the bytes of memory of a process, by the first of these counts of its pages that the kernel gives; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    except OSError:
        return 0
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return 1024 * next((kilobytes[name] for name in names if name in kilobytes), 0)


def _work(pid: int) -> float:
    """Return the processor time of a process (proc(5): the 14th and 15th field, counted in ticks)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Answer:
    """What a server answered, and how long it took to the last byte."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class Client:
    """One connection that is kept open, and opened again where the server has closed it."""

    def __init__(self, port: int, timeout: float = PATIENCE) -> None:
        """Take where the server answers."""
        self._port, self._timeout = port, timeout
        self._connection = HTTPConnection(HOST, port, timeout=timeout)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a path."""
        began = time.perf_counter()
        try:
            return self._ask(path, headers or {}, began)
        except (HTTPException, OSError):
            self._connection.close()
            self._connection = HTTPConnection(HOST, self._port, timeout=self._timeout)
            raise

    def _ask(self, path: str, headers: Mapping[str, str], began: float) -> Answer:
        self._connection.request("GET", path, headers=dict(headers))
        response = self._connection.getresponse()
        body = response.read()
        lower = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, lower, body, time.perf_counter() - began)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def end_cleanly() -> None:
    """Have this process stop its servers when it is told to end."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background jobs ignore it


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def pinned(cores: str) -> list[str]:
    """Return the beginning of a command that keeps it on some cores, nothing where that cannot be done."""
    possible = shutil.which("taskset") is not None and (os.cpu_count() or 1) > 1
    return ["taskset", "--cpu-list", cores] if possible else []


@contextlib.contextmanager
def running(
    name: str, command: Sequence[str], port: int, ready: str, *, cores: str = SERVER_CORE, more: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run a server until the block ends; it is there once `ready` answers anything but 5xx.

    :raises DidNotStart: it does not.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}-{port}.log"
    environment = {**os.environ, **(more or {})}
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            [*pinned(cores), *command], stdout=output, stderr=output, cwd=ROOT, env=environment, start_new_session=True
        )
        server = Server(name, port, process, log, 0.0)
        try:
            wait(server, ready)
            server.started = time.perf_counter() - began
            yield server
        finally:
            stop(server)


def wait(server: Server, ready: str) -> None:
    """Return once a server answers.

    :raises DidNotStart: it ends, or takes longer than there is patience.
    """
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(OSError, HTTPException):
            if Client(server.port, timeout=5).get(ready).status < 500:
                return
        time.sleep(0.02)
    raise DidNotStart(f"{server.name} did not start: {server.log.read_text('utf-8', 'replace')[-600:].strip()}")


def stop(server: Server) -> None:
    """End a server and all processes below it, each by its id."""
    below = server.processes()
    server.process.terminate()
    try:
        server.process.wait(10)
    except subprocess.TimeoutExpired:
        for pid in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        server.process.wait(10)


def rostrum(snapshot: Path, *, workers: int = 1, cores: str = SERVER_CORE) -> contextlib.AbstractContextManager[Server]:
    """Run Rostrum on a snapshot."""
    port = free_port()
    command = [sys.executable, "-m", "api", "serve", "--snapshot", str(snapshot), "--port", str(port), "--workers", str(workers)]
    return running("rostrum", command, port, "/readyz", cores=cores)
