"""Holding a snapshot open: locked for reading, so that nobody removes it as one that nobody reads, and known from another of its name."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

Identity = tuple[int, int, int, int]


class UnusableSnapshot(Exception):
    """The file cannot be served: it is missing, truncated, no snapshot, or of another version; the message says which."""


def identity(path: Path) -> Identity | None:
    """Return what tells a file from another that has taken its name or was written over it, or None where nothing has the name."""
    try:
        return identity_of(path.stat())
    except OSError:
        return None


def identity_of(found: os.stat_result) -> Identity:
    """Return what tells a file from another, of what the system says of it."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def hold(path: Path) -> tuple[int, Identity]:
    """Open a file and lock it for reading, so that nobody removes it as one that is not read; return the handle and the identity.

    :raises UnusableSnapshot: it cannot be opened, or was removed in between.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe is not waited for
    except OSError as error:
        raise UnusableSnapshot(f"the snapshot {path} cannot be read: {error.strerror}; build it with `rostrum build`") from error
    with suppress(OSError):  # a file system without locks
        fcntl.flock(handle, fcntl.LOCK_SH)
    found = identity_of(os.fstat(handle))
    if identity(path) != found:
        let_go(handle)
        raise UnusableSnapshot(f"the snapshot {path} was replaced while it was opened; open it again")
    return handle, found


def let_go(handle: int) -> None:
    """Unlock a file and close it."""
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)
