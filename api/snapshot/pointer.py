"""Which snapshot is to be served: the one that was named, or the one that the pointer of a data folder says.

A pointer is a small file beside the snapshots, one for each data folder and version of the code. Whoever serves or reloads the folder
writes it, whole or not at all, and whoever serves looks at it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from .draft import draft_of, sync
from .holding import UnusableSnapshot, identity, identity_of
from .layout import SUFFIX, software

POINTER: Final = ".pointer"
LOCK: Final = ".lock"
SHOWN: Final = 5
UNREADABLE: Final = (OSError, ValueError, TypeError, LookupError)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reload that was refused: when, how many problems the dataset had, and the first of them."""

    at: str
    problems: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a pointer says: the snapshot, those that were served before and may be there still, and what was refused since."""

    data: str
    snapshot: str = ""
    earlier: tuple[str, ...] = ()
    refused: Refusal | None = None


class Named:
    """A snapshot that was named: it is served as it is, and another one once that has taken its name."""

    def __init__(self, path: Path) -> None:
        """Take the file."""
        self.path = path.absolute()

    def snapshot(self) -> Path:
        """Return the file of the snapshot.

        :raises UnusableSnapshot: that cannot be found out.
        """
        return self.path

    def base(self) -> Path | None:
        """Return the file of a snapshot that the next one may be made from, if there is any."""
        return None

    def refusal(self) -> Refusal | None:
        """Return what was refused since the snapshot is served."""
        return None

    @contextmanager
    def locked(self, wait: Callable[[], None] | None = None) -> Iterator[None]:
        """Keep others from changing what is to be served; `wait` is called where they have to be waited for."""
        yield

    def point(self, snapshot: Path) -> None:
        """Have a snapshot served."""

    def sweep(self) -> None:
        """Remove the snapshots that were served before and that nobody reads any more."""


class Pointer(Named):
    """The pointer of a data folder."""

    def __init__(self, cache: Path, data: str | Path) -> None:
        """Take the folder of the snapshots, and the data folder, which is known by its name and not by what that leads to."""
        self.data = os.path.abspath(data)  # noqa: PTH100 -- a link is not followed: it may lead elsewhere tomorrow
        named = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        super().__init__(cache / f"{named}-{software()}{POINTER}")

    def snapshot(self) -> Path:
        """Return the file of the snapshot.

        :raises UnusableSnapshot: the pointer cannot be read.
        """
        try:
            return self.path.parent / _read(self.path).snapshot
        except UNREADABLE as error:
            raise UnusableSnapshot(f"{self.path} cannot be read: {error}; `rostrum reload` writes it anew") from error

    def base(self) -> Path | None:
        """Return the file of the snapshot that is served, if there is any."""
        standing = self._standing()
        return self.path.parent / standing.snapshot if standing.snapshot else None

    def refusal(self) -> Refusal | None:
        """Return the refusal of the last reload, if it was refused."""
        return self._standing().refused

    def points_at(self, snapshot: Path) -> bool:
        """Say whether a snapshot is the one to be served, and nothing was refused since."""
        standing = self._standing()
        return standing.snapshot == snapshot.name and not standing.refused

    def point(self, snapshot: Path) -> None:
        """Have a snapshot of the same folder served; a refusal is over.

        :raises OSError: the pointer cannot be written.
        """
        before = self._standing()
        earlier = {*before.earlier, before.snapshot} - {snapshot.name, ""}
        self._write(Standing(self.data, snapshot.name, tuple(sorted(earlier))))

    def refuse(self, problems: Sequence[str]) -> bool:
        """Note that a reload was refused, where anything is served at all, and say whether it is.

        :raises OSError: the pointer cannot be written.
        """
        before = self._standing()
        if before.snapshot:
            at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            self._write(replace(before, refused=Refusal(at, len(problems), tuple(problems[:SHOWN]))))
        return bool(before.snapshot)

    def sweep(self) -> None:
        """Remove the snapshots that were served before, that no pointer points at, and that nobody reads; another time, if it is locked."""
        if not self._standing().earlier:
            return
        with suppress(OSError), self.locked(_another_time):
            before = self._standing()
            pointed = {_standing(path).snapshot for path in self.path.parent.glob(f"*{POINTER}")}
            left = tuple(name for name in before.earlier if name not in pointed and not _removed(self.path.parent / name))
            if left != before.earlier:
                self._write(replace(before, earlier=left))

    @contextmanager
    def locked(self, wait: Callable[[], None] | None = None) -> Iterator[None]:
        """Keep others from changing the pointer; `wait` is called where they have to be waited for.

        :raises OSError: the pointer cannot be locked, or `wait` would rather not.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path.with_suffix(LOCK), os.O_RDWR | os.O_CREAT, 0o666)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if wait:
                    wait()
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
            os.close(handle)

    def _standing(self) -> Standing:
        return _standing(self.path) if self.path.exists() else Standing(self.data)

    def _write(self, standing: Standing) -> None:
        with draft_of(self.path) as draft:
            draft.write_text(json.dumps(asdict(standing), ensure_ascii=False, indent=2) + "\n", "utf-8", "surrogateescape")
            sync(draft)
            draft.replace(self.path)
        sync(self.path.parent)


def _standing(path: Path) -> Standing:
    """Return what a pointer says; one that cannot be read says nothing."""
    try:
        return _read(path)
    except UNREADABLE:
        return Standing("")


def _read(path: Path) -> Standing:
    """Read a pointer.

    :raises OSError: it cannot be read.
    :raises ValueError: it is no pointer; a TypeError or LookupError says the same.
    """
    said: dict[str, Any] = json.loads(path.read_text("utf-8", "surrogateescape"))
    refused = said["refused"] and Refusal(**said["refused"] | {"first": tuple(said["refused"]["first"])})
    standing = Standing(**said | {"earlier": tuple(said["earlier"]), "refused": refused})
    for name in (standing.snapshot, *standing.earlier):
        if Path(name).name != name or not name.endswith(SUFFIX):
            raise ValueError(f"{name!r} is no snapshot")
    return standing


def _removed(snapshot: Path) -> bool:
    """Remove a snapshot unless somebody reads it, and say whether it is gone."""
    try:
        handle = os.open(snapshot, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if identity(snapshot) == identity_of(os.fstat(handle)):
            snapshot.unlink()
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(handle)


def _another_time() -> None:
    """Do not wait.

    :raises BlockingIOError: always.
    """
    raise BlockingIOError
