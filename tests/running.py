"""Running the command as a process of its own, with nothing of this machine's settings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import api

COMMAND = [sys.executable, "-W", "error", "-m", "api"]


def environment(**settings: str) -> dict[str, str]:
    """Return an environment in which both packages are found and no setting is made but these."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ROSTRUM_")}
    return plain | {"PYTHONPATH": str(Path(str(api.__file__)).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"} | settings


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
