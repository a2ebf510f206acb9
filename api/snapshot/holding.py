"""Holding a snapshot open: locked for reading, so that nobody removes it as one that nobody reads, and known from another of its name."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path


class UnusableSnapshot(Exception):
    """The file cannot be served: it is missing, truncated, no snapshot, or of another version; the message says which."""


def identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another that has taken its name, or None where nothing has it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def hold(path: Path) -> tuple[int, tuple[int, int]]:
    """Open a file and lock it for reading, so that nobody removes it as one that is not read; return the handle and the identity.

    :raises UnusableSnapshot: it cannot be opened, or was removed in between.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe is not waited for
    except OSError as error:
        raise UnusableSnapshot(f"the snapshot {path} cannot be read: {error.strerror}; build it with `rostrum build`") from error
    with suppress(OSError):  # a file system without locks
        fcntl.flock(handle, fcntl.LOCK_SH)
    found = os.fstat(handle)
    if identity(path) != (found.st_dev, found.st_ino):
        let_go(handle)
        raise UnusableSnapshot(f"the snapshot {path} was replaced while it was opened; open it again")
    return handle, (found.st_dev, found.st_ino)


def let_go(handle: int) -> None:
    """Unlock a file and close it."""
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)
