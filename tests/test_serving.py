"""The service answers under its real server, with several processes, and stops when it is told to."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from platform import libc_ver
from subprocess import Popen

import pytest
from granian.server.mp import WorkerProcess
from running import alive, end, free_port, get, listeners, serving, start, wait_until, wait_until_ready, workers_of

from api.serve import cores, is_alive
from api.snapshot.build import build
from api.snapshot.layout import file_name
from schemas import RESOURCES
from schemas.dataset import Dataset

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks at processes and sockets as Linux shows them")

ARENA = 64 << 20  # bytes of a further arena of glibc, and what its address is a multiple of (HEAP_MAX_SIZE)


@pytest.fixture(scope="module")
def snapshot(tiny_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of the tiny dataset."""
    target = tmp_path_factory.mktemp("serving") / "tiny.rostrum"
    build(tiny_dataset, target)
    return target


@pytest.fixture(scope="module")
def server(snapshot: Path) -> Iterator[tuple[Popen[str], int]]:
    """A service with as many workers as it likes, and its port."""
    with serving(snapshot, workers=None) as found:
        yield found


def test_every_collection_is_served_by_a_worker_for_each_core_that_may_be_used(server: tuple[Popen[str], int]) -> None:
    process, port = server
    assert wait_until(lambda: len(workers_of(process)) == cores())
    for resource in RESOURCES:
        answer = get(port, f"/v1/{resource.collection}")
        assert answer["meta"]["total"] == len(answer["data"]) > 0


def test_idle_connections_do_not_keep_others_out(server: tuple[Popen[str], int]) -> None:
    port = server[1]
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(cores() * 150)]
    for connection in idle:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert all(connection.recv(12) == b"HTTP/1.1 200" for connection in idle)
    assert get(port, "/v1/claims")["meta"]["total"] > 0
    for connection in idle:
        connection.close()


ASKED: list[tuple[str, str, dict[str, str]]] = [
    ("GET", "/v1/claims/tea.milk-goes-first", {}),
    ("GET", "/v1/claims?q=milk", {"Accept-Encoding": "gzip"}),
    ("GET", "/v1/claims?format=csv", {"X-Request-Id": "request-of-a-test"}),
    ("GET", "/v1/claims/tea.milk-goes-first", {"If-None-Match": "*"}),
    ("HEAD", "/v1/claims/tea.milk-goes-first", {}),
    ("GET", "/v1/exports/claims.csv", {"Range": "bytes=0-9"}),
    ("GET", "/v1/claims/tea.milk-goes-first", {"If-Match": '"other"'}),
    ("POST", "/v1/claims/tea.milk-goes-first", {}),
    ("GET", "/v1/claims/no-such", {"Accept": "*/*"}),
    ("GET", "/v1/claims?topik=1", {"X-Request-Id": "request-of-a-test"}),
]


def test_what_is_asked_again_is_answered_as_it_was_at_first(server: tuple[Popen[str], int]) -> None:
    """Over one connection, and so by one worker, which keeps what it is asked for twice; ids are those that were sent, or new ones."""
    connection = HTTPConnection("127.0.0.1", server[1], timeout=5)
    rounds, ids = [], []
    for _ in range(4):
        answers = []
        for method, path, headers in ASKED:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            sent = {name: value for name, value in answer.getheaders() if name not in {"date", "x-request-id"}}
            found = answer.headers["X-Request-Id"]
            if "X-Request-Id" in headers:
                assert found == headers["X-Request-Id"]
            else:
                ids.append(found)
            answers.append((answer.status, sent, answer.read().replace(found.encode(), b"")))
        rounds.append(answers)
    connection.close()
    assert [status for status, _, _ in rounds[0]] == [200, 200, 200, 304, 200, 206, 412, 405, 404, 400]
    assert rounds[1:] == rounds[:1] * 3
    assert len(set(ids)) == len(ids)


WORKER = """
from collections.abc import Mapping
from pathlib import Path
from granian.server import mp
from api.config import Settings
from api.serve import _start_worker, kept_first
from api.snapshot.pointer import Named

application = _start_worker(Named(Path({snapshot!r})), Settings())
run, sent = mp._wsgi_call_wrap(application, {{}}, None), []

class Protocol:
    def response_bytes(self, *answer):
        sent.append(answer)

    def response_iter(self, status, headers, parts):
        sent.append((status, headers, b"".join(iter(parts.__next__, None))))

protocol = Protocol()
request = {{"REQUEST_METHOD": "GET", "PATH_INFO": "/v1/claims", "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost"}}
request |= {{"wsgi.url_scheme": "http", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "wsgi.input": None}}
print([run(protocol, request) for _ in range(3)], [status for status, *_ in sent], sent[0][2] == sent[2][2])

class Handed(Mapping):
    def __getitem__(self, name):
        return request[name]

    def __iter__(self):
        return iter(request)

    def __len__(self):
        return len(request)

print(run(protocol, Handed()))
"""


def test_a_worker_answers_what_is_kept_before_it_makes_an_environment(snapshot: Path) -> None:
    """The last request is handed over as what no environment can be made of."""
    code = WORKER.format(snapshot=str(snapshot))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["[200, 200, 200] [200, 200, 200] True", "200"]


def test_the_threads_of_a_worker_are_scheduled_in_batches(server: tuple[Popen[str], int]) -> None:
    process, port = server
    assert get(port, "/healthz")
    threads = [int(task.name) for worker in workers_of(process) for task in Path(f"/proc/{worker}/task").iterdir()]
    assert len(threads) > len(workers_of(process))
    assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_BATCH}


@pytest.mark.skipif(libc_ver()[0] != "glibc", reason="looks for the arenas of one C library")
def test_the_threads_of_a_worker_take_memory_from_one_place(server: tuple[Popen[str], int]) -> None:
    """Each would else keep what it has freed of the sets of a large dataset."""
    process, port = server
    for _ in range(8):
        assert get(port, "/v1/quotes?q=milk")["data"]
    assert {worker: list(arenas(worker)) for worker in workers_of(process)} == {worker: [] for worker in workers_of(process)}


def arenas(process: int) -> Iterator[str]:
    """Yield where the further arenas of a process begin: what is used of each, and behind it what may be used up to its end."""
    found = [line.split()[:2] for line in Path(f"/proc/{process}/maps").read_text().splitlines()]
    for (used, access), (left, kept) in pairwise(found):
        (begin, behind), (start, end) = (tuple(int(one, 16) for one in area.split("-")) for area in (used, left))
        if begin % ARENA == 0 and (access, kept) == ("rw-p", "---p") and behind == start and end >= begin + ARENA:
            yield used


def has_ipv6() -> bool:
    with suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return True
    return False


IPV6 = pytest.param(
    "::1", signal.SIGINT, True, marks=pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6"), id="ctrl-c-in-a-terminal"
)


@pytest.mark.parametrize(
    ("host", "how", "group"),
    [pytest.param("127.0.0.1", signal.SIGTERM, False, id="term"), pytest.param("localhost", signal.SIGINT, False, id="interrupt"), IPV6],
)
def test_a_signal_ends_all_of_it_with_0_and_without_a_word(snapshot: Path, host: str, how: signal.Signals, group: bool) -> None:
    with serving(snapshot, host=host) as (process, port):
        workers = workers_of(process)
        assert len(workers) == 2
        begun = time.monotonic()
        code, said = end(process, how, group=group)
        assert time.monotonic() - begun < 4
        where = f"http://{'[::1]' if host == '::1' else host}:{port}"
        assert (code, said) == (0, f"Disputes at the Tea Table 2026.11.0 is served at {where} by 2 workers; stop with Ctrl-C\n")
        assert wait_until(lambda: not any(map(alive, workers)))


def test_a_worker_that_has_ended_is_not_alive_whoever_waited_for_it() -> None:
    context = multiprocessing.get_context("spawn")
    go_on = context.Event()
    worker = WorkerProcess(None, 0, go_on.wait, ())
    worker.inner = context.Process(target=go_on.wait)
    worker.inner.start()
    assert is_alive(worker)
    go_on.set()
    os.waitpid(worker.inner.pid, 0)  # as the thread that watches a worker does, at the moment before it has said so
    assert worker.inner.is_alive()
    assert not is_alive(worker)


def test_a_signal_that_comes_while_it_starts_is_not_lost(snapshot: Path) -> None:
    process = start("serve", "--snapshot", snapshot, "--port", str(free_port()), "--workers", "2")
    assert process.stdout is not None
    process.stdout.readline()  # is written before the first worker is there
    begun = time.monotonic()
    assert end(process) == (0, "")
    assert time.monotonic() - begun < 4


def test_a_worker_that_dies_is_replaced_and_says_why_where_it_cannot_be(snapshot: Path, tmp_path: Path) -> None:
    vanishing = tmp_path / "vanishing.rostrum"
    vanishing.write_bytes(snapshot.read_bytes())
    with serving(vanishing) as (process, port):
        first = workers_of(process)
        os.kill(min(first), signal.SIGKILL)
        assert wait_until(lambda: len(workers_of(process)) == 2 and workers_of(process) != first)
        assert wait_until(lambda: listeners(port) == 2)
        vanishing.unlink()
        os.kill(max(first), signal.SIGKILL)
        said, _ = process.communicate(timeout=10)
        assert process.returncode == 1
        assert f"the snapshot {vanishing} cannot be read: No such file or directory" in said
        assert "Traceback" not in said


def test_workers_do_not_outlive_a_parent_that_is_killed(snapshot: Path) -> None:
    with serving(snapshot) as (process, _):
        workers = workers_of(process)
        end(process, signal.SIGKILL)
        assert wait_until(lambda: not any(map(alive, workers)))


def test_a_dataset_is_built_and_served_from_one_command(tiny_dataset: Dataset, tmp_path: Path) -> None:
    port = free_port()
    settings = {"ROSTRUM_DATA": str(tiny_dataset.folder), "ROSTRUM_CACHE": str(tmp_path), "ROSTRUM_PORT": str(port), "ROSTRUM_WORKERS": "1"}
    process = start("serve", **settings)
    wait_until_ready(process, port)
    assert get(port, "/v1/debates/tea")["meta"]["dataset"]["digest"] == tiny_dataset.digest
    code, said = end(process)
    assert code == 0
    assert f"into {tmp_path / file_name(tiny_dataset.digest)}" in said.splitlines()[0]


def test_a_variable_of_the_environment_with_the_name_of_a_header_is_none(snapshot: Path) -> None:
    port = free_port()
    named = {"HTTP_ACCEPT": "image/png", "HTTP_RANGE": "bytes=0-0", "HTTP_X_REQUEST_ID": "not-of-a-client", "HTTP_IF_NONE_MATCH": "*"}
    process = start("serve", "--snapshot", snapshot, "--port", str(port), "--workers", "1", **named)
    wait_until_ready(process, port)
    assert get(port, "/v1/claims")["meta"]["total"] > 0
    assert end(process)[0] == 0
