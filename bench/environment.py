"""What is needed besides Rostrum: an environment with its competitors, nginx and wrk; what cannot be had is skipped, with the reason."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.material import say
from bench.servers import ROOT

LOCK: Final = ROOT / "bench" / "requirements.lock"
FOLDER: Final = ROOT / "bench" / ".venv"
PACKAGES: Final = {"nginx": "nginx-light", "wrk": "wrk"}
OFFLINE: Final = {"DEBIAN_FRONTEND": "noninteractive", "SYSTEMD_OFFLINE": "1", "RUNLEVEL": "1"}  # installs nginx and does not start it


@dataclass
class Environment:
    """What there is: the Python of the competitors, the programs, and why the rest is not there."""

    python: Path | None = None
    nginx: str | None = None
    wrk: str | None = None
    skipped: list[str] = field(default_factory=list)


def prepare() -> Environment:
    """Set up what can be had."""
    found = Environment()
    try:
        found.python = _competitors()
    except (OSError, subprocess.SubprocessError) as error:
        found.skipped.append(f"FastAPI, Datasette and sqlite-utils: {_reason(error)}")
    missing = _install([name for name in PACKAGES if not _program(name)])
    found.nginx, found.wrk = _program("nginx"), _program("wrk")
    for name in PACKAGES:
        if not _program(name):
            found.skipped.append(f"{name}: {missing}")
    return found


def _program(name: str) -> str | None:
    """Return the path of a program; servers often lie where only root looks."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _competitors() -> Path:
    """Return the Python of an environment that holds what the lock file names, made anew where the lock has changed."""
    python, mark = FOLDER / "bin" / "python", FOLDER / ".lock"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text() == wanted:
        return python
    say("installing what Rostrum is compared with (bench/requirements.lock)")
    shutil.rmtree(FOLDER, ignore_errors=True)
    _quietly(sys.executable, "-m", "venv", str(FOLDER))
    pip = ("-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", "install")
    _quietly(str(python), *pip, "--require-hashes", "--requirement", str(LOCK))
    mark.write_text(wanted)
    return python


def _install(names: list[str]) -> str:
    """Install programs from the system's packages where that can be done, and return why the rest is missing."""
    if not names:
        return ""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return "not installed, and only root can install it with apt-get; install it and run again"
    say(f"installing {' and '.join(names)} from the system's packages")
    try:
        _quietly("apt-get", "update", "--quiet")
        _quietly("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *(PACKAGES[name] for name in names))
    except (OSError, subprocess.SubprocessError) as error:
        return _reason(error)
    return "not there after it was installed"


def _quietly(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=900, env=os.environ | OFFLINE, cwd=ROOT)


def _reason(error: Exception) -> str:
    """Return why a command failed, in a line."""
    lines = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
    return f"could not be installed: {lines[-1][:200] if lines else type(error).__name__}"


def versions(found: Environment) -> list[str]:
    """Return name and version of what takes part."""
    asked = {
        "Python": [sys.executable, "--version"],
        "Granian": [sys.executable, "-c", "from importlib.metadata import version; print(version('granian'))"],
        **{
            name: [str(found.python), "-c", f"from importlib.metadata import version; print(version('{name}'))"]
            for name in ("fastapi", "uvicorn", "datasette", "sqlite-utils")
            if found.python
        },
        **({"nginx": [found.nginx, "-v"]} if found.nginx else {}),
        **({"wrk": [found.wrk, "-v"]} if found.wrk else {}),
    }
    return [f"{name} {_version(command)}" for name, command in asked.items()]


def _version(command: list[str]) -> str:
    """Return the first number with a point in what a command prints."""
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    found = re.search(r"\d+\.\d+(?:\.\d+)*", answer.stdout + answer.stderr)
    return found[0] if found else "?"
