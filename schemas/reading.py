"""Reading one file of a dataset: its value, what is wrong with the file itself, and where in it each value stands."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Never

from .problems import Fault
from .text import Lines

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_LEVELS: Final = 32
MOST_DIGITS: Final = 400
TOKEN: Final = re.compile(r'[{}\[\]:,]|"(?:[^"\\]++|\\.)*+"|[^\s{}\[\]:,"]+')

Pointer = tuple[str | int, ...]
Misreading = tuple[int, int, Fault]


class Unreadable(Exception):
    """The file holds nothing that could be looked at; it carries line, column and what is wrong."""

    def __init__(self, line: int, column: int, problem: str, remedy: str) -> None:
        self.misreading: Misreading = (line, column, Fault(problem, remedy))
        super().__init__(problem)


class _Number(ValueError):
    """A number that JSON does not have, or that no program could hold; its argument is the token."""


@dataclass(frozen=True)
class Document:
    """One JSON file that could be read. ``name`` is its path below the dataset's folder."""

    name: str
    path: Path
    text: str
    value: Any
    doubled: bool

    def place(self, pointer: Pointer) -> tuple[int, int]:
        """Return line and column of the value at `pointer`, or of the nearest thing around it that is there."""
        while pointer and pointer not in self._offsets:
            pointer = pointer[:-1]
        return self._lines.at(self._offsets.get(pointer, 0))

    def doubles(self) -> Iterator[Misreading]:
        """Yield each key that an object has for the second time."""
        again: set[Pointer] = set()
        for pointer, offset in scan(self.text) if self.doubled else ():
            if self._offsets[pointer] != offset:
                again.add(pointer)
                if pointer[:-1] not in again:
                    yield (*self._lines.at(offset), Fault(f"repeats the key {str(pointer[-1])[:80]!r}", "keep one of the two"))

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    @cached_property
    def _offsets(self) -> dict[Pointer, int]:
        offsets: dict[Pointer, int] = {}
        for pointer, offset in scan(self.text):
            offsets.setdefault(pointer, offset)
        return offsets


def read(path: Path, name: str) -> Document:
    """Read a JSON file.

    :raises Unreadable: it is missing, too large, not UTF-8, not JSON, or nested too deeply.
    """
    text = read_text(path)
    doubled = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        made = dict(items)
        doubled = doubled or len(made) != len(items)
        return made

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_int=_whole, parse_float=_fraction, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        problem = f"is not JSON: {error.msg[0].lower()}{error.msg[1:]}"
        raise Unreadable(error.lineno, error.colno, problem, "mend the syntax here") from error
    except _Number as error:
        raise _unreadable_number(text, str(error)) from error
    except RecursionError as error:
        raise _too_deep() from error
    if _levels(value) > MOST_LEVELS:
        raise _too_deep()
    return Document(name, path, text, value, doubled)


def _too_deep() -> Unreadable:
    return Unreadable(1, 1, "is nested too deeply", "a record has at most a few levels")


def _whole(token: str) -> int:
    return int(token) if len(token) <= MOST_DIGITS else _refuse(token)


def _fraction(token: str) -> float:
    value = float(token)
    return value if math.isfinite(value) else _refuse(token)


def _refuse(token: str) -> Never:
    raise _Number(token)


def _unreadable_number(text: str, token: str) -> Unreadable:
    offset = next((match.start() for match in TOKEN.finditer(text) if match.group() == token), 0)
    shown = token if len(token) <= 20 else f"{token[:20]}…"
    return Unreadable(*Lines(text).at(offset), f"has a number that cannot be read, {shown}", "write a number of at most a few digits")


def _levels(value: Any) -> int:
    """Return how deeply a value is nested, or at some point more than is allowed."""
    levels, layer = 0, [value]
    while layer and levels <= MOST_LEVELS:
        within = (one.values() if isinstance(one, dict) else one for one in layer if isinstance(one, dict | list))
        levels, layer = levels + 1, [item for one in within for item in one]
    return levels


def read_text(path: Path) -> str:
    """Read a text file.

    :raises Unreadable: it is missing, no regular file, larger than 64 MiB, or not UTF-8 without a byte order mark.
    """
    raw = _bytes(path)
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Unreadable(1, 1, "begins with a byte order mark", "save it as UTF-8 without one")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        before = raw[raw.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")
        raise Unreadable(line, len(before) + 1, "is not UTF-8", "save it as UTF-8") from error


def _bytes(path: Path) -> bytes:
    """Return what a regular file holds; one that grows while it is read is refused like any that is too large."""
    try:
        if not path.is_file():
            raise Unreadable(0, 0, "is no regular file" if os.path.lexists(path) else "is missing", "put the file there")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            raw = file.read(MOST_BYTES + 1) if size <= MOST_BYTES else None
    except OSError as error:
        raise Unreadable(0, 0, f"cannot be read: {_reason(error)}", "make it readable") from error
    if raw is None or len(raw) > MOST_BYTES:
        raise Unreadable(0, 0, "is larger than 64 MiB", "divide the debate")
    return raw


def is_folder(path: Path) -> bool:
    """Say whether something is a folder; what may not be looked at is none."""
    return os.path.isdir(path)  # noqa: PTH112 - the method of Path raises where it may not look


def listed(folder: Path) -> list[Path]:
    """Return what a folder holds, by name.

    :raises Unreadable: it is missing, no folder, or may not be read.
    """
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise Unreadable(0, 0, f"cannot be opened as a folder: {_reason(error)}", "name a folder that can be read") from error


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def scan(text: str) -> Iterator[tuple[Pointer, int]]:
    """Yield pointer and offset of every value of a JSON text in its order; for a key's value, the offset of the key."""
    path: list[str | int] = []
    key_at: int | None = None
    tokens = ((match.group(), match.start()) for match in TOKEN.finditer(text))
    for token, offset in tokens:
        if token in "}]":
            path.pop()
        elif token == "," and isinstance(path[-1], int):
            path[-1] += 1
        elif token in ",:":
            continue
        elif path and not isinstance(path[-1], int) and key_at is None:
            path[-1], key_at = json.loads(token), offset
        else:
            yield tuple(path), offset if key_at is None else key_at
            key_at = None
            if token in "{[":
                path.append("" if token == "{" else 0)
