"""Reading one JSON file of a dataset: its value, what is wrong with the file itself, and where in it each value stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from .problems import Fault

MOST_BYTES: Final = 64 * 1024 * 1024
TOKEN: Final = re.compile(r'[{}\[\]:,]|"(?:[^"\\]|\\.)*"|[^\s{}\[\]:,"]+')

Pointer = tuple[str | int, ...]
Misreading = tuple[int, int, Fault]


class Unreadable(Exception):
    """The file holds no JSON that could be looked at; it carries line, column and what is wrong."""

    def __init__(self, line: int, column: int, problem: str, remedy: str) -> None:
        self.misreading: Misreading = (line, column, Fault(problem, remedy))
        super().__init__(problem)


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
        return line_and_column(self.text, self._offsets.get(pointer, 0))

    def doubles(self) -> Iterator[Misreading]:
        """Yield each key that an object has for the second time."""
        for pointer, offset in scan(self.text) if self.doubled else ():
            if pointer in self._offsets and self._offsets[pointer] != offset:
                yield (*line_and_column(self.text, offset), Fault(f"repeats the key {pointer[-1]!r}", "keep one of the two"))

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
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise Unreadable(error.lineno, error.colno, f"is not JSON: {error.msg[0].lower()}{error.msg[1:]}", "mend the syntax here") from error
    except RecursionError as error:
        raise Unreadable(1, 1, "is nested too deeply", "a record has at most a few levels") from error
    except ValueError as error:
        raise Unreadable(1, 1, f"has a number that cannot be read: {error}", "write numbers as in RFC 8259") from error
    return Document(name, path, text, value, doubled)


def read_text(path: Path) -> str:
    """Read a text file.

    :raises Unreadable: it is missing, no regular file, larger than 64 MiB, or not UTF-8 without a byte order mark.
    """
    try:
        if not path.is_file():
            raise Unreadable(0, 0, "is missing" if not path.exists() else "is no regular file", "put the file there")
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(0, 0, "is larger than 64 MiB", "divide the debate")
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(0, 0, f"cannot be read: {error.strerror}", "make it readable") from error
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Unreadable(1, 1, "begins with a byte order mark", "save it as UTF-8 without one")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise Unreadable(line, column, "is not UTF-8", "save it as UTF-8") from error


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Turn an offset in code points into line and column, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


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


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
