"""The draft of a file that takes its name once it is whole: locked while its process lives, swept away after that."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

DRAFT: Final = ".rostrum-draft-"


@contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """Give the path of a draft beside `target`, locked while this process lives and removed where it was not used."""
    for left in target.parent.glob(f"{DRAFT}*"):
        _sweep(left)
    handle, path = _locked(target.parent)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
        fcntl.flock(handle, fcntl.LOCK_UN)  # in whatever process has come to share it
        os.close(handle)


def _locked(folder: Path) -> tuple[int, Path]:
    """Create a draft and lock it; where another build has swept it away between the two, create another."""
    while True:
        path = folder / f"{DRAFT}{secrets.token_hex(8)}"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if path.exists():
            return handle, path
        os.close(handle)


def _sweep(draft: Path) -> None:
    """Remove the draft of a build that has died; one that lives holds a lock on its own."""
    with suppress(OSError):
        handle = os.open(draft, os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink(missing_ok=True)
        finally:
            os.close(handle)


def sync(path: Path) -> None:
    """Have the system write a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
