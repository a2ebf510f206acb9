"""What is measured on: made-up datasets, their snapshots and their records, made once and kept in `bench/.cache`."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from api.snapshot.layout import software
from bench.generator import Bar, generate
from bench.servers import HOST, ROOT, memory_of, processes, rostrum

CACHE: Final = ROOT / "bench" / ".cache"
SEED: Final = 1
WRITERS: Final = ("authored.py", "debates.py", "generator.py", "vocabulary.py")
SECONDS_BETWEEN_LOOKS: Final = 1.0
COLLECTIONS: Final = ("debates", "sources", "actors", "quotes", "claims", "conditions", "events")


@dataclass(frozen=True)
class Run:
    """How a command went."""

    seconds: float
    work: float  # seconds of processor time
    peak: int  # bytes of memory of all its processes together
    output: str


class Failed(RuntimeError):
    """A command failed; the message holds what it printed last."""


@dataclass(frozen=True)
class Size:
    """How large a dataset is."""

    quotes: int
    debates: int

    @property
    def folder(self) -> Path:
        """Where all of it is kept; what another generator has made lies elsewhere."""
        return CACHE / f"{self.quotes}-{self.debates}-{generator_version()}"

    @property
    def data(self) -> Path:
        """The authored form, made where it is missing."""
        return whole(self.folder / "data", self._generate)

    def _generate(self, draft: Path) -> None:
        say(f"making {self.quotes} quotes in {self.debates} debates")
        generate(draft, self.quotes, self.debates, SEED, Bar("debates"))

    @property
    def snapshot(self) -> Path:
        """The snapshot that the software as it stands makes of it, built where it is missing."""
        target = self.folder / f"{software()}.rostrum"
        if not target.exists():
            data = self.data
            self._forget()
            say(f"building a snapshot of {self.quotes} quotes")
            build(data, target)
        return target

    def take(self, built: Path) -> None:
        """Take a snapshot that was built of it for the one that would be built; what is built over `built` later leaves it alone."""
        self._forget()
        (self.folder / f"{software()}.rostrum").hardlink_to(built)

    def _forget(self) -> None:
        for old in self.folder.glob("*.rostrum"):
            old.unlink()

    @property
    def public(self) -> Path:
        """A folder with the public form of every record, one file of JSON Lines a collection, as the interface exports them."""
        return self._exported(COLLECTIONS)

    def _exported(self, collections: Sequence[str]) -> Path:
        """Return that folder with some of its files at least."""
        folder = self.folder / "public"
        missing = [name for name in collections if not (folder / f"{name}.jsonl").exists()]
        if missing:
            say(f"exporting {', '.join(missing)} of {self.quotes} quotes")
            folder.mkdir(parents=True, exist_ok=True)
            with rostrum(self.snapshot) as server:
                for name in missing:
                    draft = folder / f"{name}.draft"
                    with urllib.request.urlopen(f"http://{HOST}:{server.port}/v1/exports/{name}.jsonl") as answer, draft.open("wb") as file:
                        shutil.copyfileobj(answer, file, 1 << 20)
                    draft.rename(folder / f"{name}.jsonl")
        return folder

    def records(self, collection: str) -> Iterator[dict[str, Any]]:
        """Yield the public form of the records of a collection."""
        with (self._exported([collection]) / f"{collection}.jsonl").open(encoding="utf-8") as file:
            yield from map(json.loads, file)


SMALL: Final = Size(200, 2)
LARGE: Final = Size(100_000, 50)
MILLION: Final = Size(1_000_000, 500)


@cache
def generator_version() -> str:
    """Return the hash of what makes the datasets."""
    return hashlib.sha256(b"".join((ROOT / "bench" / name).read_bytes() for name in WRITERS)).hexdigest()[:10]


def whole(target: Path, make: Callable[[Path], None]) -> Path:
    """Return a folder, made by `make` where it is missing: whole or not at all."""
    if not target.exists():
        draft = target.with_name(f"{target.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.parent.mkdir(parents=True, exist_ok=True)
        make(draft)
        draft.rename(target)
    return target


def build(data: Path, target: Path) -> Run:
    """Build a snapshot with the command that users have, on all cores."""
    return run([sys.executable, "-m", "api", "build", str(data), "-o", str(target)])


def run(command: list[str], more: Mapping[str, str] | None = None) -> Run:
    """Run a command and say how long it took and what the memory of all its processes together came to.

    :raises Failed: it ended with another exit code than 0.
    """
    log = CACHE / "logs" / f"command-{os.getpid()}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    over, peak = threading.Event(), [0]
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env={**os.environ, **(more or {})})
        watching = threading.Thread(target=_watch, args=(process.pid, peak, over))
        watching.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # told to end, which must not wait for the command
            process.kill()
            process.wait()
            raise
        finally:
            over.set()
            watching.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - began
    text = log.read_text("utf-8", "replace")
    if process.returncode:
        raise Failed(f"{' '.join(command[:4])} … ended with {process.returncode}: {text[-600:].strip()}")
    return Run(took, usage.ru_utime + usage.ru_stime, max(peak[0], usage.ru_maxrss * 1024), text)


def _watch(pid: int, peak: list[int], over: threading.Event) -> None:
    """Look at the memory of a process and of all below it again and again, what they share counted once, and keep the most in `peak`."""
    while not over.wait(SECONDS_BETWEEN_LOOKS):
        peak[0] = max(peak[0], sum(memory_of(one, "Pss") for one in processes(pid)))


def say(what: str) -> None:
    """Say on standard error what is being done."""
    print(f"· {what}", file=sys.stderr, flush=True)
