"""Running the application under Granian, a WSGI server whose workers each hold the snapshot open."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Final

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server, mp
from granian.server.mp import WorkerProcess

from . import collector
from .config import Settings
from .console import say
from .exchange import Application
from .keeping import Keeper
from .snapshot.holding import UnusableSnapshot
from .snapshot.pointer import Named
from .snapshot.read import Snapshot
from .swap import Swapping

BACKLOG: Final = 1024
# Open connections of one worker, idle ones included; one more would have to wait for another to close. Left to Granian,
# it is the backlog divided by the workers, which is 16 on 64 cores. A process may usually open 1,024 files.
CONNECTIONS: Final = 900
SECONDS_TO_STOP: Final = 3
LOOKED_AT: Final = frozenset({"HOME", "LANG", "LC_ALL", "PATH", "SQLITE_TMPDIR", "TMPDIR", "TZ"})
M_ARENA_MAX: Final = -8  # the number of a parameter in malloc.h
STOPPING: Final = (signal.SIGINT, signal.SIGTERM)
CONSOLE: Final = {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"}
Runner = Callable[[Any, dict[str, Any]], int]  # answers a request that Granian hands over, and says with which status
LOGGING: Final[dict[str, Any]] = {"handlers": {"console": CONSOLE, "access": CONSOLE}}


class CannotListen(Exception):
    """The address cannot be listened on; the message says which and why."""


def serve(snapshot: Path, place: Named, keeper: Keeper, settings: Settings) -> None:
    """Serve a snapshot, and whatever else is to be served at its place after it, until the process is told to stop.

    :raises UnusableSnapshot: the file cannot be served.
    :raises CannotListen: the address is taken or not this machine's.
    :raises OSError: it cannot be noted what is served.
    """
    share_memory()
    held = Snapshot(snapshot)
    about = held.about
    address = _numeric(settings.host, settings.port)
    workers = settings.workers or cores()
    server = Server(
        "rostrum",
        address=address,
        port=settings.port,
        interface=Interfaces.WSGI,
        websockets=False,
        workers=workers,
        blocking_threads=settings.threads,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_STOP,
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
    )
    where = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.port}"
    by = f"{workers} workers" if workers > 1 else "1 worker"
    server.on_startup(lambda: say(f"{about['title']} {about['version']} is served at {where} by {by}; stop with Ctrl-C", err=True))
    server.on_startup(keeper.start)
    server.on_shutdown(keeper.end)
    server.signal_handler_reload = keeper.tell  # type: ignore[method-assign] # Granian's own replaces every worker, one in 3.5 seconds
    WorkerProcess.is_alive = is_alive  # type: ignore[assignment, method-assign]
    os.register_at_fork(before=_hold_signals, after_in_parent=_let_signals_go, after_in_child=_forget_handlers)
    os.register_at_fork(before=keeper.busy.acquire, after_in_parent=keeper.busy.release, after_in_child=keeper.busy.release)
    with place.locked():
        place.point(snapshot)
    del held
    server.serve(target_loader=partial(_start_worker, place, settings), wrap_loader=False)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_alive(worker: WorkerProcess) -> bool:
    """Return whether a worker has not ended yet, as the pipe tells that its end closes.

    Granian asks `multiprocessing`, which takes a process for alive as long as another thread has waited for it and not said so yet. One
    thread of Granian's waits for each worker, so that a busy machine was told of workers that would not stop when they had stopped.
    """
    return not wait([worker.inner.sentinel], timeout=0)


def in_batches() -> None:
    """Have a thread of this process that another one wakes wait until that one has nothing more to do (sched(7), SCHED_BATCH).

    The server hands each request from one thread to another; to change over for every single one took a third of the time of an answer
    that is kept.
    """
    with suppress(AttributeError, OSError):  # another system than Linux, or one that does not allow it
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def share_memory() -> None:
    """Have all threads of this process, and of those that it forks, take memory from one arena (glibc, mallopt(3)).

    The C library would give each its own, which keeps what is freed in it: with a million quotes 170 MiB in four threads.
    """
    with suppress(AttributeError):  # a C library without arenas
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def forget_environment() -> None:
    """Leave of the environment of this process what its libraries look at.

    Granian puts all of it into that of each request, which takes time, and where a variable with the name of a header would be one.
    """
    for name in os.environ.keys() - LOOKED_AT:
        del os.environ[name]


def _numeric(host: str, port: int) -> str:
    """Return the numeric address of a host, the only kind that Granian takes.

    It is bound and let go again, so that a taken one is one clear message and not one from each worker.

    :raises CannotListen: it cannot be bound.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "that is no host name"
        raise CannotListen(f"cannot listen on {host} port {port}: {reason.lower()}; choose another with --host or --port") from error
    return str(address[0])


def _start_worker(place: Named, settings: Settings) -> Application:
    """Return the application of a new worker process, or end the process with the reason.

    It leaves the group that a terminal sends Ctrl-C to: a worker that is interrupted beside its parent hangs in Granian 2.8.
    """
    _forget_handlers()
    os.setpgid(0, 0)
    forget_environment()
    collector.seldom()
    in_batches()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        application = Swapping(place, settings)
    except UnusableSnapshot as error:
        say(str(error), err=True)
        raise SystemExit(1) from error
    threading.Thread(target=application.follow, daemon=True).start()
    mp._wsgi_call_wrap = partial(kept_first, mp._wsgi_call_wrap, application)  # type: ignore[attr-defined]
    return application.ask  # a function: of an object Granian would copy what it holds, and so keep the first application for good


def kept_first(wrap: Callable[..., Runner], application: Swapping, *given: Any) -> Runner:
    """Return what Granian calls for each request: its own way, but for an answer that is kept, which needs no environment to be made."""
    run = wrap(*given)

    def answer(protocol: Any, request: dict[str, Any]) -> int:
        kept = application.kept(request)
        if kept is None:
            return run(protocol, request)
        protocol.response_bytes(*kept)
        return kept[0]

    return answer


def _hold_signals() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)


def _let_signals_go() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


def _forget_handlers() -> None:
    """End at once when told to stop, until Granian has set the handlers of a worker; those of the parent would swallow it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _let_signals_go()


def _end_with_parent() -> None:
    """Wait until the parent has gone, killed or not, and then stop as if it had said so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
