"""Running the command as a process of its own, with nothing of this machine's settings, and asking it where it serves."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import api
from api.serve import cores

COMMAND = [sys.executable, "-W", "error", "-m", "api"]


def environment(**settings: str) -> dict[str, str]:
    """Return an environment in which both packages are found and no setting is made but these."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ROSTRUM_")}
    return plain | {"PYTHONPATH": str(Path(str(api.__file__)).parents[1])} | settings


def run(*arguments: str | Path, cwd: Path | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    words = [*COMMAND, *map(str, arguments)]
    done = subprocess.run(words, env=environment(**settings), cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done


def start(*arguments: str | Path, **settings: str) -> subprocess.Popen[str]:
    """Start the command in a group of processes of its own, as a terminal would."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen([*COMMAND, *map(str, arguments)], env=environment(**settings), start_new_session=True, **pipes)


def end(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM, *, group: bool = False) -> tuple[int, str]:
    """Stop a process, or its whole group as Ctrl-C does, and return its exit code and all that it said."""
    if group:
        os.killpg(process.pid, how)
    else:
        process.send_signal(how)
    try:
        said, _ = process.communicate(timeout=10)
    finally:
        process.kill()
    return process.returncode, said


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def get(port: int, path: str, host: str = "127.0.0.1") -> Any:
    connection = HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return json.loads(answer.read())
    finally:
        connection.close()


def wait_until_ready(process: subprocess.Popen[str], port: int, host: str = "127.0.0.1") -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError, HTTPException):
            get(port, "/readyz", host)
            return
        time.sleep(0.02)
    process.kill()
    raise AssertionError(f"never ready: {process.communicate()[0]}")


def listeners(port: int) -> int:
    """Return how many sockets listen on a port: each worker has its own once it serves."""
    tables = "".join(path.read_text() for path in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")) if path.exists())
    sockets = [line.split() for line in tables.splitlines()]
    return sum(one[1].endswith(f":{port:04X}") and one[3] == "0A" for one in sockets)


def workers_of(process: subprocess.Popen[str]) -> set[int]:
    """Return the ids of the processes that serve."""
    return {int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()}


def alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended and that nobody has asked about does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def wait_until(holds: Any, seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return bool(holds())


@contextmanager
def serving(snapshot: Path, workers: int | None = 2, host: str = "127.0.0.1") -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Serve a snapshot on a free port and yield the process and the port, once all workers serve; without a number, as many as it likes."""
    port = free_port()
    number = ["--workers", str(workers)] if workers else []
    process = start("serve", "--snapshot", snapshot, "--host", host, "--port", str(port), *number)
    try:
        wait_until_ready(process, port, host)
        assert wait_until(lambda: listeners(port) == (workers or cores()))
        yield process, port
    finally:
        if process.poll() is None:
            end(process)
