"""Processes of a build, which work beside the one that started them: at the debates of a folder, or at a draft.

What they make is handed over in the order in which it was asked for, and no more of it is kept than two units a process. Each reads what
it is to do from its standard input and ends with it: none outlives the process that started it by more than a task.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice, repeat
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Any, Final, Protocol, Self

from api.collector import resting

from .layout import ROOT
from .tasks import Folder

MOST: Final = 16  # processes; more would only wait for the one that writes
LENGTH_BYTES: Final = 8
SECONDS_BETWEEN_LOOKS: Final = 0.01
AHEAD: Final = 2  # units that a process is told of before it has handed over the first


def cores() -> int:
    """Return how many processes may run at once."""
    available = getattr(os, "sched_getaffinity", None)
    return min(MOST, len(available(0)) if available else os.cpu_count() or 1)


class Place(Protocol):
    """Where tasks are done; it is pickled for each process that does some there."""

    def do(self, task: str, item: Any) -> Any:
        """Do a task with an item."""


class Crew:
    """Does tasks of a folder: in processes of its own, or in this one where one is enough."""

    def __init__(self, folder: Path, jobs: int) -> None:
        """Take the folder, and how many processes work at it."""
        self._folder, self._jobs = Folder(folder), jobs
        self._workers: list[_Worker] = []
        self._busy = False  # with what nobody has asked for to its end

    def begin_again(self, jobs: int) -> None:
        """Let so many processes work from now on; what was begun is let go."""
        if self._busy or jobs != self._jobs:
            self.rest()
            self._jobs = jobs

    def map(self, task: str, items: Sequence[Any]) -> Iterator[Any]:
        """Yield what a task makes of each item, in their order; the processes begin at once."""
        if self._jobs <= 1:
            return (self._folder.do(task, item) for item in items)
        self._workers = self._workers or [_Worker(self._folder) for _ in range(self._jobs)]
        turns = [items[number :: len(self._workers)] for number in range(len(self._workers))]
        streams = [worker.results(task, own) for worker, own in zip(self._workers, turns, strict=True)]
        self._busy = True
        return self._in_turn(streams, len(items))

    def _in_turn(self, streams: Sequence[Iterator[Any]], count: int) -> Iterator[Any]:
        for number in range(count):
            yield next(streams[number % len(streams)])
        self._busy = False

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """End the processes."""
        self.rest()

    def rest(self) -> None:
        """End the processes, so that none holds memory while it waits; what is asked for next begins new ones."""
        for worker in self._workers:
            worker.end()
        self._workers, self._busy = [], False


@contextmanager
def apart(place: Place, handles: Sequence[int]) -> Iterator[Callable[[str], Iterator[Any]]]:
    """Give what has a task done by a process of its own, which begins at once, at a place that knows some open files by their numbers."""
    worker = _Worker(place, handles)
    try:
        yield lambda task: worker.results(task, [None])
    finally:
        worker.end()


class _Worker:
    """A process, and a thread that takes what it makes, so that it can go on."""

    def __init__(self, place: Place, handles: Sequence[int] = ()) -> None:
        """Begin, at a place that knows some open files by their numbers."""
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "api.snapshot.crew"],
            env=os.environ | {"PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,
            pass_fds=handles,
        )
        self._made: Queue[bytes] = Queue(1)
        self._taking = Thread(target=self._take, daemon=True)
        self._taking.start()
        self._send(place)

    def _take(self) -> None:
        out = self._process.stdout
        while out and (frame := _read(out)):
            self._made.put(frame)
            del frame
            self._made.join()  # what waits beside it waits in the process
        self._made.put(b"")

    def _taken(self, seconds: float | None = None) -> bytes:
        """Return what the process has made next, nothing once it has died; the one behind it may come then.

        :raises Empty: nothing has come in so many seconds.
        """
        frame = self._made.get(timeout=seconds)
        self._made.task_done()
        return frame

    def results(self, task: str, items: Sequence[Any]) -> Iterator[Any]:
        """Yield what the process makes of each item.

        :raises OSError: it has died.
        """
        waiting = iter(items)
        self._tell(task, islice(waiting, AHEAD))
        return self._results(task, items, waiting)

    def _results(self, task: str, items: Sequence[Any], waiting: Iterator[Any]) -> Iterator[Any]:
        for _, following in zip(items, chain(waiting, repeat(None)), strict=False):
            frame = self._taken()
            if not frame:
                raise OSError("a process of the build has died")
            if following is not None:
                self._tell(task, [following])
            made, error = pickle.loads(frame)  # noqa: S301 - from a process of our own
            del frame
            if error:
                raise error
            yield made

    def _tell(self, task: str, items: Iterable[Any]) -> None:
        for item in items:
            self._send((task, item))

    def _send(self, message: Any) -> None:
        with suppress(BrokenPipeError):  # whoever has died is found out when its work is asked for
            _write(self._process.stdin, _frame(message))

    def end(self) -> None:
        """End the process, and the thread with it, whatever that still has to hand over."""
        self._process.kill()
        self._process.wait()
        while self._taking.is_alive():
            with suppress(Empty):
                self._taken(SECONDS_BETWEEN_LOOKS)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


def _read(stream: Any) -> bytes:
    """Return the next message of a stream, or nothing at its end, in the middle of a message too."""
    length = int.from_bytes(stream.read(LENGTH_BYTES), "big")
    frame: bytes = stream.read(length)
    return frame if len(frame) == length else b""


def _frame(message: Any) -> bytes:
    return pickle.dumps(message, pickle.HIGHEST_PROTOCOL)


def _write(stream: Any, frame: bytes) -> None:
    stream.write(len(frame).to_bytes(LENGTH_BYTES, "big"))
    stream.write(frame)
    stream.flush()


def _work() -> None:
    """Do at a place what standard input says until it ends, and write what was made, or what went wrong, to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    place: Place = pickle.loads(_read(sys.stdin.buffer))  # noqa: S301 - from that process
    while frame := _read(sys.stdin.buffer):
        _write(sys.stdout.buffer, _frame(_answer(place, frame)))  # nothing is kept of what was made but its bytes


def _answer(place: Place, frame: bytes) -> tuple[Any, Exception | None]:
    """Return what was made of a message, or what went wrong."""
    task, item = pickle.loads(frame)  # noqa: S301 - from the process that started this one
    try:
        return place.do(task, item), None
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised where the task was given
        return None, error


if __name__ == "__main__":
    with suppress(BrokenPipeError), resting():
        _work()
