"""A dataset that has changed is taken up by a running service, between two answers and whole; one with problems is not."""

from __future__ import annotations

import base64
import gc
import hashlib
import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from subprocess import Popen
from threading import Event
from typing import Any, NamedTuple

import pytest
import running
from click.testing import CliRunner
from layered import layered
from running import end, free_port, get, listeners, run, start, wait_until_ready, workers_of
from tiny import edit, tiny
from werkzeug.test import create_environ

from api.__main__ import main
from api.config import Settings
from api.snapshot.build import build
from api.snapshot.holding import UnusableSnapshot
from api.snapshot.layout import file_name
from api.snapshot.pointer import Named, Pointer
from api.snapshot.read import Snapshot
from api.swap import Swapping
from schemas.load import load

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks at processes and sockets as Linux shows them")

WORKERS = 2
PATIENCE = 40  # a reload is a process of its own, and another one may have the machine


def wait_until(holds: Any) -> bool:
    return running.wait_until(holds, PATIENCE)


def release(folder: Path, version: str) -> str:
    """Give a dataset another version and its actors another name, and return its digest."""
    edit(folder, "dataset.json", lambda about: about | {"version": version})
    edit(folder, "actors.json", lambda actors: [one | {"description": f"As of {version}."} for one in actors])
    return load(folder).digest


def spoil(folder: Path) -> None:
    edit(folder, "dataset.json", lambda about: about | {"version": "tomorrow"})


class Served(NamedTuple):
    """A service that runs: its process, its port, its data, and the folder of its snapshots."""

    process: Popen[str]
    port: int
    data: Path
    cache: Path

    def reload(self) -> int:
        """Run the command and return its exit code."""
        return run("reload", "--data", self.data, ROSTRUM_CACHE=str(self.cache)).returncode

    def hang_up(self) -> None:
        """Send the signal."""
        self.process.send_signal(signal.SIGHUP)

    def snapshots(self) -> set[str]:
        """Return the names of the snapshots that are kept."""
        return {path.name for path in self.cache.glob("*.rostrum")}

    def digests(self) -> set[str]:
        """Return which datasets a dozen new connections, and so all workers, answer from."""
        return {get(self.port, "/readyz")["dataset"]["digest"] for _ in range(12)}

    def takes_up(self, digest: str) -> bool:
        """Say whether it soon answers from a dataset and no other; where not, show what there is instead."""
        taken_up = wait_until(lambda: self.digests() == {digest})
        if not taken_up:
            print(f"wanted {digest}, answers come from {self.digests()}, snapshots {self.snapshots()}")  # noqa: T201
            print(*(path.read_text() for path in self.cache.glob("*.pointer")), reloads_of(self.process))  # noqa: T201
            print(end(self.process))  # noqa: T201
        return taken_up

    def refused(self) -> Any:
        """Return what it says of a reload that was refused."""
        return get(self.port, "/readyz").get("reload")


@contextmanager
def served(folder: Path, *arguments: str, threads: int = 1) -> Iterator[Served]:
    port, data, cache = free_port(), tiny(folder / "data"), folder / "cache"
    settings = {"ROSTRUM_CACHE": str(cache), "ROSTRUM_THREADS": str(threads), "ROSTRUM_WORKERS": str(WORKERS)}
    process = start("serve", "--data", data, "--port", str(port), *arguments, **settings)
    try:
        wait_until_ready(process, port)
        assert wait_until(lambda: listeners(port) == WORKERS)
        yield Served(process, port, data, cache)
    finally:
        if process.poll() is None:
            end(process)


Answer = tuple[str, str, str]


def ask(port: int, path: str, ended: Event) -> list[Answer]:
    """Ask over one connection until it has ended, and return what each answer says of its version: header, meta, body."""
    found: list[Answer] = []
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    connection.connect()
    lasting = connection.sock
    while not ended.wait(0.005):
        connection.request("GET", path)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        assert answer.status == 200, said
        assert connection.sock is lasting, "the connection was closed"
        found.append((answer.headers["Dataset-Version"], said["meta"]["dataset"]["version"], said["data"][0]["description"]))
    connection.close()
    return found


def test_a_reload_under_load_fails_no_answer_and_mixes_none(tmp_path: Path) -> None:
    paths = [f"/v1/actors?per_page=1{'&mailto=me' * one}" for one in (0, 1)] + [f"/v1/actors?sample=3&seed={one}" for one in range(2)]
    with served(tmp_path) as service, ThreadPoolExecutor(len(paths)) as clients:
        workers, ended = workers_of(service.process), Event()
        under_way = [clients.submit(ask, service.port, path, ended) for path in paths]
        try:
            after = release(service.data, "2026.12.0")
            service.hang_up()
            assert service.takes_up(after)
            release(service.data, "2027.1.0")
            assert service.reload() == 0
            assert service.takes_up(load(service.data).digest)
        finally:
            ended.set()
        versions: set[str] = set()
        for one in under_way:
            answers = one.result()
            assert all(header == meta for header, meta, _ in answers)
            assert all(body == f"As of {header}." for header, _, body in answers if header != "2026.11.0")
            assert [header for header, _, _ in answers] == sorted(header for header, _, _ in answers), "nobody goes back"
            versions |= {header for header, _, _ in answers}
        assert versions == {"2026.11.0", "2026.12.0", "2027.1.0"}
        assert workers_of(service.process) == workers
        assert wait_until(lambda: service.snapshots() == {file_name(load(service.data).digest)})
        assert end(service.process)[0] == 0


def test_a_broken_dataset_changes_nothing_but_what_is_said_and_a_mended_one_is_taken_up(tmp_path: Path) -> None:
    with served(tmp_path) as service:
        before = load(service.data).digest
        spoil(service.data)
        service.hang_up()
        assert wait_until(service.refused)
        refused = service.refused()
        assert refused == {"refused": True, "at": refused["at"], "problems": 1, "first": [refused["first"][0]]}
        assert "dataset.json:" in refused["first"][0]
        assert "version" in refused["first"][0]
        assert service.digests() == {before}
        assert service.snapshots() == {file_name(before)}
        after = release(service.data, "2026.12.0")
        workers = workers_of(service.process)
        os.kill(min(workers), signal.SIGKILL)  # the one in its place follows the pointer
        assert wait_until(lambda: workers_of(service.process) != workers and listeners(service.port) == WORKERS)
        service.hang_up()
        assert service.takes_up(after)
        assert service.refused() is None
        assert wait_until(lambda: service.snapshots() == {file_name(after)})
        code, said = end(service.process)
        assert code == 0
        assert "data/dataset.json:" in said
        assert f"{service.data}: refused; what is served stays" in said
        assert "Traceback" not in said


def test_the_command_says_what_it_did_and_waits_for_another(tmp_path: Path) -> None:
    data, settings = tiny(tmp_path / "data"), {"ROSTRUM_CACHE": str(tmp_path / "cache")}
    pointer = Pointer(tmp_path / "cache", data)
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda _: run("reload", "--data", data, **settings), range(2)))
    assert [one.returncode for one in done] == [0, 0]
    said = "".join(one.stderr for one in done)
    assert said.count("compiling") == said.count("nothing has changed") == said.count("is served from now on") == 1
    first = pointer.snapshot()
    release(data, "2026.12.0")
    command = CliRunner(env=settings | {"ROSTRUM_DATA": str(data)})
    assert command.invoke(main, ["reload"]).exit_code == 0
    assert pointer.snapshot() != first
    assert not first.exists(), "nobody reads it"
    spoil(data)
    refused = command.invoke(main, ["reload"])
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"{data}/dataset.json:")
    data.rename(tmp_path / "away")
    assert command.invoke(main, ["reload"]).exit_code == 1
    found = pointer.refusal()
    assert found is not None
    assert str(tmp_path) not in found.first[0], "where the data lies is nobody's business"
    assert command.invoke(main, ["reload"], env={"ROSTRUM_SNAPSHOT": str(first)}).exit_code == 2


def test_a_watched_folder_is_taken_up_once_it_is_quiet(tmp_path: Path) -> None:
    with served(tmp_path, "--watch") as service:
        assert service.takes_up(release(service.data, "2026.12.0"))


def reloads_of(process: Popen[str]) -> list[int]:
    """Return the processes that reload for a service."""
    children = [int(one) for task in Path(f"/proc/{process.pid}/task").iterdir() for one in (task / "children").read_text().split()]
    return [one for one in children if b"reload" in Path(f"/proc/{one}/cmdline").read_bytes().split(b"\0")]


def test_a_reload_that_is_killed_is_tried_again(tmp_path: Path) -> None:
    with served(tmp_path, "--watch") as service:
        with Pointer(service.cache, service.data).locked():
            after = release(service.data, "2026.12.0")
            assert wait_until(lambda: reloads_of(service.process)), "it waits for the lock"
            os.kill(reloads_of(service.process)[0], signal.SIGKILL)
        assert service.takes_up(after)
        _, said = end(service.process)
    assert "the reload came to no end; it is tried again in 2 seconds" in said


def test_who_no_longer_reads_what_is_said_gets_answers_all_the_same(tmp_path: Path) -> None:
    """What a worker, the parent and a reload would print is lost, and nothing else: they follow what is to be served."""
    with served(tmp_path, "--watch") as service:
        assert service.process.stdout is not None
        service.process.stdout.close()
        pointer = Pointer(service.cache, service.data).path
        held = pointer.read_bytes()
        pointer.write_text("junk")
        time.sleep(1.5)  # each worker looks at it, and has something to say
        pointer.write_bytes(held)
        assert service.takes_up(release(service.data, "2026.12.0"))


def test_a_snapshot_that_was_named_gives_way_to_one_that_takes_its_name(tmp_path: Path) -> None:
    data, target, port = tiny(tmp_path / "data"), tmp_path / "named.rostrum", free_port()
    build(load(data), target)
    process = start("serve", "--snapshot", target, "--port", str(port), ROSTRUM_WORKERS="1")
    try:
        wait_until_ready(process, port)
        after = release(data, "2026.12.0")
        build(load(data), target)
        process.send_signal(signal.SIGHUP)
        assert wait_until(lambda: get(port, "/readyz")["dataset"]["digest"] == after)
    finally:
        code, said = end(process)
    assert code == 0
    assert f"{target} holds Disputes at the Tea Table 2026.12.0" in said


# One worker, looked at closely


class Worker(NamedTuple):
    """The application of one worker, with its data and its pointer."""

    application: Swapping
    data: Path
    pointer: Pointer

    def get(self, path: str, **environ: str) -> tuple[str, dict[str, str], Any]:
        """Ask as the server does; return status, headers and the body, which is yet to be read."""
        told: list[tuple[str, dict[str, str]]] = []
        body = layered(self.application)(
            create_environ(path, "http://localhost", environ_overrides=environ), lambda *said: told.append((said[0], dict(said[1])))
        )
        return *told[0], body


def publish(data: Path, pointer: Pointer) -> Path:
    """Build what a folder holds and point at it, as a reload does."""
    dataset = load(data)
    path = pointer.path.with_name(file_name(dataset.digest))
    build(dataset, path)
    with pointer.locked():
        pointer.point(path)
    return path


@pytest.fixture
def worker(request: pytest.FixtureRequest, tmp_path: Path) -> Worker:
    """A worker of the tiny dataset, which keeps as many MiB of answers as is asked for."""
    data = tiny(tmp_path / "data")
    pointer = Pointer(tmp_path / "cache", data)
    publish(data, pointer)
    return Worker(Swapping(pointer, Settings(kept=getattr(request, "param", 1))), data, pointer)


@pytest.mark.parametrize("worker", [0], indirect=True, ids=["nothing-kept"])
def test_a_download_under_way_ends_with_the_bytes_that_it_began_with(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.exports.AT_ONCE", 0)  # as if it were long
    old = worker.pointer.snapshot()
    _, headers, body = worker.get("/v1/exports/dataset.json")
    parts = iter(body)
    begun = next(parts)
    release(worker.data, "2026.12.0")
    new = publish(worker.data, worker.pointer)
    worker.application.look()
    assert worker.get("/v1/actors")[1]["Dataset-Version"] == "2026.12.0"
    worker.pointer.sweep()
    assert old.exists(), "it is still read"
    whole = begun + b"".join(parts)
    assert headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(whole).digest()).decode()}:"
    body.close()
    del body, parts
    gc.collect()
    worker.pointer.sweep()
    assert list(worker.pointer.path.parent.glob("*.rostrum")) == [new]


def test_the_snapshot_that_an_answer_under_way_is_made_from_goes_once_it_is_given(worker: Worker) -> None:
    release(worker.data, "2026.12.0")
    new = publish(worker.data, worker.pointer)

    def slow(status: str, headers: list[tuple[str, str]]) -> None:
        """Take so long that another snapshot is taken up meanwhile."""
        worker.application.look()
        assert dict(headers)["Dataset-Version"] == "2026.11.0"

    layered(worker.application)(create_environ("/v1/actors", "http://localhost"), slow)
    assert worker.get("/v1/actors")[1]["Dataset-Version"] == "2026.12.0"
    worker.application.look()
    worker.pointer.sweep()
    assert list(worker.pointer.path.parent.glob("*.rostrum")) == [new]


def test_a_tag_of_the_old_version_is_answered_with_the_new(worker: Worker) -> None:
    tag = worker.get("/v1/actors")[1]["ETag"]
    assert worker.get("/v1/actors", HTTP_IF_NONE_MATCH=tag)[0].startswith("304")
    release(worker.data, "2026.12.0")
    publish(worker.data, worker.pointer)
    worker.application.look()
    status, headers, body = worker.get("/v1/actors", HTTP_IF_NONE_MATCH=tag)
    assert status.startswith("200")
    assert headers["ETag"] != tag
    assert b"As of 2026.12.0." in b"".join(body)


def test_a_snapshot_that_cannot_be_opened_leaves_the_old_one_in_its_place(worker: Worker) -> None:
    release(worker.data, "2026.12.0")
    new = publish(worker.data, worker.pointer)
    new.write_bytes(new.read_bytes()[:-4096])
    with pytest.raises(UnusableSnapshot, match="truncated"):
        worker.application.look()
    worker.application.look()  # says it once
    assert worker.get("/v1/actors")[1]["Dataset-Version"] == "2026.11.0"
    worker.pointer.path.unlink()
    with pytest.raises(UnusableSnapshot, match="writes it anew"):
        worker.application.look()
    assert worker.get("/v1/actors")[0].startswith("200")


def test_a_snapshot_that_is_written_over_is_taken_up_as_another_one(tmp_path: Path) -> None:
    data = tiny(tmp_path / "data")
    named = Named(tmp_path / "named.rostrum")
    build(load(data), named.path)
    worker = Worker(Swapping(named, Settings(kept=1)), data, Pointer(tmp_path / "cache", data))
    tag = worker.get("/v1/actors")[1]["ETag"]
    release(data, "2026.12.0")
    build(load(data), tmp_path / "new.rostrum")
    inode = named.path.stat().st_ino
    named.path.write_bytes((tmp_path / "new.rostrum").read_bytes())
    assert named.path.stat().st_ino == inode
    worker.application.look()
    status, headers, body = worker.get("/v1/actors")
    assert (status, headers["Dataset-Version"]) == ("200 OK", "2026.12.0")
    assert headers["ETag"] != tag
    assert b"As of 2026.12.0." in b"".join(body)


def test_what_could_not_be_taken_up_is_tried_again(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was missing may have been memory, or files that may be open: nobody points at the snapshot a second time."""
    release(worker.data, "2026.12.0")
    new = publish(worker.data, worker.pointer)
    whole = new.read_bytes()
    new.write_bytes(whole[:-4096])
    with pytest.raises(UnusableSnapshot, match="truncated"):
        worker.application.look()
    new.write_bytes(whole)
    worker.application.look()
    assert worker.get("/v1/actors")[1]["Dataset-Version"] == "2026.11.0", "it is not tried twice a second"
    monkeypatch.setattr("time.monotonic", lambda: float("inf"))
    worker.application.look()
    assert worker.get("/v1/actors")[1]["Dataset-Version"] == "2026.12.0"


def test_a_snapshot_is_one_file_to_every_thread(tmp_path: Path) -> None:
    data, path = tiny(tmp_path / "data"), tmp_path / "one.rostrum"
    build(load(data), path)
    snapshot = Snapshot(path)
    release(data, "2026.12.0")
    build(load(data), path)
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda _: snapshot.rows("SELECT value FROM meta WHERE key = 'digest'")[0][0], range(40))
        assert set(found) == {snapshot.digest} != {Snapshot(path).digest}


def test_snapshots_of_others_are_left_alone(tmp_path: Path) -> None:
    here, there = (tiny(tmp_path / name) for name in ("here", "there"))
    mine, other = (Pointer(tmp_path / "cache", data) for data in (here, there))
    shared = publish(here, mine)
    assert publish(there, other) == shared
    own = tmp_path / "cache" / "own.rostrum"
    own.write_bytes(shared.read_bytes())
    release(here, "2026.12.0")
    new = publish(here, mine)
    mine.sweep()
    assert {shared, own, new} == set((tmp_path / "cache").glob("*.rostrum"))
    release(there, "2026.12.0")
    publish(there, other)
    other.sweep()
    assert {own, new} == set((tmp_path / "cache").glob("*.rostrum"))


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"data": "", "snapshot": "../../etc/passwd", "earlier": [], "refused": null}'])
def test_a_pointer_that_is_damaged_leads_nowhere(worker: Worker, said: str) -> None:
    worker.pointer.path.write_text(said, "utf-8")
    with pytest.raises(UnusableSnapshot, match="writes it anew"):
        worker.pointer.snapshot()
    worker.pointer.sweep()
    assert worker.pointer.refusal() is None
    publish(worker.data, worker.pointer)
    assert worker.pointer.snapshot().exists()


def ignores(process: Popen[str], number: signal.Signals) -> bool:
    """Say whether a process ignores a signal (proc(5): the mask SigIgn)."""
    (mask,) = (line.split()[1] for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("SigIgn"))
    return bool(int(mask, 16) & 1 << (number - 1))


def test_a_hangup_before_anything_is_served_ends_nothing(tmp_path: Path) -> None:
    """Until it serves there is nothing to reload, and what it will serve is what is in the folder."""
    port, data = free_port(), tiny(tmp_path / "data")
    process = start("serve", "--data", data, "--port", str(port), ROSTRUM_CACHE=str(tmp_path / "cache"), ROSTRUM_WORKERS="1")
    try:
        assert wait_until(lambda: ignores(process, signal.SIGHUP))
        process.send_signal(signal.SIGHUP)
        wait_until_ready(process, port)
    finally:
        if process.poll() is None:
            end(process)
