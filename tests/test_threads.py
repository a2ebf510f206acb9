"""Threads come and go while a snapshot is read, and some are none of Python's: the server makes its own, and ends them when they idle."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import orjson
import pytest

from api.snapshot.build import build
from api.snapshot.holding import UnusableSnapshot
from api.snapshot.read import Snapshot
from schemas import BY_TYPE
from schemas.dataset import Dataset

# A thread that the system makes takes Python on when it calls it, and lets go of it at its end, as a thread of the server does.
FOREIGN = """
import ctypes, sys
from pathlib import Path
from api.snapshot.read import Snapshot

snapshot, found = Snapshot(Path(sys.argv[1])), []

@ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
def read(_):
    found.extend(snapshot.rows("SELECT count(*) FROM claims"))

system = ctypes.CDLL(None)
for _ in range(3):
    thread = ctypes.c_ulong()
    assert system.pthread_create(ctypes.byref(thread), None, read, None) == 0
    assert system.pthread_join(thread, None) == 0
print(found, len(snapshot._connections._lent))
"""


@pytest.fixture
def snapshot(tiny_dataset: Dataset, tmp_path: Path) -> Path:
    """Return the path of a snapshot."""
    build(tiny_dataset, tmp_path / "tiny.rostrum")
    return tmp_path / "tiny.rostrum"


@pytest.mark.skipif(sys.platform != "linux", reason="the threads are made with what Linux has for it")
def test_a_thread_of_the_server_that_ends_takes_nothing_with_it(snapshot: Path):
    ended = subprocess.run(
        [sys.executable, "-c", FOREIGN, str(snapshot)], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1]
    )
    claims = Snapshot(snapshot).rows("SELECT count(*) FROM claims")
    assert (ended.returncode, ended.stdout) == (0, f"{claims * 3} 1\n"), ended.stderr


def test_a_thread_reads_through_the_connection_of_one_that_has_ended(snapshot: Path):
    opened = Snapshot(snapshot)
    for _ in range(3):
        read = threading.Thread(target=opened.rows, args=("SELECT 1",))
        read.start()
        read.join()
    assert len(opened._connections._lent) == 1


def test_threads_that_read_at_once_have_connections_of_their_own(snapshot: Path):
    opened, together = Snapshot(snapshot), threading.Barrier(3)
    seen: list[int] = []

    def ask() -> None:
        opened.rows("SELECT 1")
        seen.append(id(opened._connections._local.connection))
        together.wait(10)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(seen)) == len(opened._connections._lent) == 3


def test_a_row_that_is_missing_is_damage_and_what_is_there_is_still_read(snapshot: Path):
    opened = Snapshot(snapshot)
    claims = BY_TYPE["claim"]
    rows = [number for (number,) in opened.rows("SELECT row FROM claims ORDER BY row DESC")]
    there = opened.bodies_at(claims, rows)
    for missing in (0, rows[0] + 1, 10**9):
        with pytest.raises(UnusableSnapshot, match=r"is damaged: there is no row"):
            opened.bodies_at(claims, [1, missing])
    ids = [served for (served,) in opened.rows("SELECT id FROM claims ORDER BY row DESC")]
    assert [orjson.loads(body)["id"] for body in opened.bodies_at(claims, rows)] == ids
    assert opened.bodies_at(claims, []) == []
    assert opened.bodies_at(claims, [1]) == there[-1:]
