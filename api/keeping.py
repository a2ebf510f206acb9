"""What the parent of the workers does beside starting them: it reloads when it is told to, or when the data changes.

A reload is a process of its own, the same as `rostrum reload`: what it takes of memory it gives back, and what becomes of it is no
danger to what is served. The workers see from the pointer that there is something new.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from .config import Settings
from .console import say
from .snapshot.holding import UnusableSnapshot, identity
from .snapshot.layout import ROOT
from .snapshot.pointer import Named, Pointer
from .snapshot.read import Snapshot

SECONDS_BETWEEN_LOOKS: Final = 0.5
SECONDS_BEFORE_ANOTHER_TRY: Final = 2.0  # twice as many before the next
MOST_SECONDS: Final = 64.0
DEPTH: Final = 3
Signature = tuple[tuple[str, int, int, int], ...]


class Keeper:
    """Waits in a thread to be told to reload, and watches the data folder where that is asked for."""

    def __init__(self, place: Named, settings: Settings, *, watch: bool = False) -> None:
        """Take what says which snapshot is to be served, and whether to watch the folder that it is built from."""
        self._place, self._settings = place, settings
        self._told = threading.Event()
        self._ended = False
        self._reload: subprocess.Popen[bytes] | None = None
        self._watched = Path(place.data) if watch and isinstance(place, Pointer) else None
        self._before = self._seen()
        self.busy = threading.Lock()  # held over what a fork in between would copy half done

    def tell(self, *_: Any) -> None:
        """Have it reload soon; fit for the handler of a signal."""
        self._told.set()

    def start(self) -> None:
        """Begin to wait."""
        threading.Thread(target=self._keep, daemon=True).start()

    def end(self) -> None:
        """Stop, together with a reload that is under way; it leaves nothing half done."""
        self._ended = True
        if self._reload:
            self._reload.terminate()

    def _keep(self) -> None:
        last, pause, again = self._before, SECONDS_BEFORE_ANOTHER_TRY, math.inf
        while not self._ended:
            told = self._told.wait(SECONDS_BETWEEN_LOOKS)
            self._told.clear()
            seen = self._seen()
            quiet, last = seen == last, seen
            if told or (quiet and seen != self._before) or time.monotonic() >= again:
                self._before = seen
                if self._act():
                    pause, again = SECONDS_BEFORE_ANOTHER_TRY, math.inf
                else:
                    say(f"the reload came to no end; it is tried again in {pause:.0f} seconds", err=True)
                    pause, again = min(2 * pause, MOST_SECONDS), time.monotonic() + pause
            with self.busy:
                self._place.sweep()

    def _act(self) -> bool:
        """Do what it was told to, and say whether that came to an end, good or bad; what the machine refuses may be had another time."""
        if isinstance(self._place, Pointer):
            before = identity(self._place.path)
            try:
                code = self._run(self._place)
            except OSError as error:
                say(f"the reload cannot be started: {error.strerror}", err=True)
                return self._ended
            return code == 0 or identity(self._place.path) != before or self._ended
        self._look()
        return True

    def _run(self, pointer: Pointer) -> int:
        """Reload in a process of its own, and return its exit code.

        :raises OSError: it cannot be started.
        """
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        environment = os.environ | {"PYTHONPATH": path, "ROSTRUM_CACHE": str(pointer.path.parent), "ROSTRUM_SNAPSHOT": ""}
        command = [sys.executable, "-P", "-m", "api", "reload", "--data", self._settings.data]
        with self.busy:
            self._reload = subprocess.Popen(command, env=environment, process_group=0)  # noqa: S603 -- ourselves
        return self._reload.wait()

    def _look(self) -> None:
        """Say what the snapshot holds that was named."""
        try:
            about = Snapshot(self._place.path).about
        except UnusableSnapshot as error:
            say(f"{error}; what is served stays", err=True)
        else:
            say(f"{self._place.path} holds {about['title']} {about['version']}; a file that takes its name is served by itself", err=True)

    def _seen(self) -> Signature:
        """Return what tells whether a file of the watched folder has changed."""
        return tuple(sorted(_files(str(self._watched), DEPTH))) if self._watched else ()


def _files(folder: str, depth: int) -> Iterator[tuple[str, int, int, int]]:
    """Yield name, time, size and number of all files in a folder, hidden ones apart; what vanishes meanwhile is not there."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir() and depth > 1:
                    yield from _files(entry.path, depth - 1)
                else:
                    found = entry.stat()
                    yield entry.path, found.st_mtime_ns, found.st_size, found.st_ino
    except OSError:
        return
