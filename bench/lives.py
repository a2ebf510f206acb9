"""How a server lives: its memory after mixed load, and what clients see while it changes to a new snapshot."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Final

from bench import addresses
from bench.builds import changed_copy
from bench.load import listed
from bench.material import CACHE, run, say
from bench.rates import Bench
from bench.report import Line, skipped
from bench.servers import SERVER_CORE, Client, Server, free_port, memory_of, rostrum, running

MIB: Final = 2**20
SHORT: Final = 20.0
SOAK: Final = 600.0
READERS: Final = 4
CHANGES: Final = 5
SLICE: Final = 5.0  # seconds of one kind of load before the next has its turn
SLICE_OFFSET: Final = 997


def memory(bench: Bench, seconds: float = SHORT) -> Iterator[Line]:
    """Measure what a worker has of its own after mixed load: what no file is behind, as the kernel counts it. Every answer is counted."""
    known = addresses.facts(bench.size)
    lists = (addresses.items(known), addresses.pages(known), addresses.shaped(known), addresses.searches())
    files = [listed(f"mixed-{number}", paths["rostrum"]) for number, paths in enumerate(lists)]
    load = replace(bench.load, seconds=min(SLICE, seconds / len(files)))
    say(f"mixed load for {seconds:.0f} s")
    with rostrum(bench.size.snapshot) as server:
        before = max(map(own, server.processes()))
        answers, end = 0, time.monotonic() + seconds
        for turn in itertools.count():
            if time.monotonic() >= end:
                break
            answers += load.send(server, files[turn % len(files)], offset=turn * SLICE_OFFSET).requests
        after = max(map(own, server.processes()))
    detail = f"{before / MIB:.0f} MiB before, {seconds:.0f} s of load, {answers:,} answers, none of them an error or lost"
    what = f"memory of a worker of its own, {bench.size.quotes:,} quotes, mixed load"
    yield Line(what, "", 150, after / MIB, detail, at_least=False, unit="MiB")


def own(pid: int) -> int:
    """Return the bytes that a process has of its own and no file is behind, its share of what it shares with its parent included."""
    return memory_of(pid, "Pss_Anon", "Anonymous")


@dataclass
class Seen:
    """What the readers of one path were answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    bodies: dict[str, set[str]] = field(default_factory=dict)  # by the digest that a body names, the hashes of the bodies


def reloading(bench: Bench) -> Iterator[Line]:
    """Measure what clients see while a server changes to new snapshots: no failed answer, and none of two snapshots at once."""
    what = "reload under load"
    say(what)
    folder = CACHE / "reload"
    shutil.rmtree(folder, ignore_errors=True)
    data, cache, port = changed_copy(bench.size, folder / "data"), folder / "snapshots", free_port()
    of_data, cached = ["--data", str(data)], {"ROSTRUM_CACHE": str(cache)}
    run([sys.executable, "-m", "api", "reload", *of_data], more=cached)  # a large dataset takes longer than one waits for a server
    command = [sys.executable, "-m", "api", "serve", *of_data, "--port", str(port), "--workers", "2"]
    with running("reload", command, port, "/readyz", cores=SERVER_CORE, more=cached) as server:
        seen = _while_read(server, [partial(_change, data, server, number) for number in range(CHANGES)])
    mixed = sum(len(hashes) - 1 for hashes in seen.bodies.values())
    failed = sum(count for status, count in seen.statuses.items() if status != 200)
    total = sum(seen.statuses.values())
    detail = f"{total:,} answers by status {dict(seen.statuses)}, of {len(seen.bodies)} snapshots; {failed} failed, {mixed} mixed"
    yield Line(what, "failed and mixed answers", 0, failed + mixed, detail, at_least=False, unit="")
    if len(seen.bodies) < CHANGES + 1:
        yield skipped(what, "", "not every new snapshot was seen")


def _change(data: Path, server: Server, number: int) -> None:
    """Change the dataset as its curator would, and have the server take it up."""
    about = json.loads((data / "dataset.json").read_text("utf-8"))
    about["version"] = f"2026.12.{number}"
    (data / "dataset.json").unlink()
    (data / "dataset.json").write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    os.kill(server.process.pid, signal.SIGHUP)


def _while_read(server: Server, changes: Sequence[Callable[[], None]], patience: float = 600.0) -> Seen:
    """Read one page with several clients, make changes, each once the one before it is seen, and go on a little longer."""
    seen, over = Seen(), threading.Event()
    lock = threading.Lock()
    readers = [threading.Thread(target=_read, args=(server.port, seen, lock, over)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for number, change in enumerate(changes, start=2):
        time.sleep(1)
        change()
        end = time.monotonic() + patience
        while len(seen.bodies) < number and time.monotonic() < end:
            time.sleep(0.2)
    time.sleep(3)
    over.set()
    for reader in readers:
        reader.join()
    return seen


def _read(port: int, seen: Seen, lock: threading.Lock, over: threading.Event) -> None:
    client = Client(port, timeout=30)
    while not over.is_set():
        status, digest, body = 0, "", b""
        with contextlib.suppress(OSError, HTTPException, ValueError):
            answer = client.get("/v1/quotes?per_page=20")
            status, body = answer.status, answer.body
            digest = json.loads(body)["meta"]["dataset"]["digest"] if status == 200 else ""
        with lock:
            seen.statuses[status] += 1
            if digest:
                seen.bodies.setdefault(digest, set()).add(hashlib.sha256(body).hexdigest())
    client.close()


MEASUREMENTS: Sequence[tuple[str, Callable[[Bench], Iterator[Line]]]] = (("memory", memory), ("reload", reloading))
