"""The dataset in memory, or some debates of it: authored records, each with its place, source texts, and the digest of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from . import BY_TYPE, RESOURCES, Resource
from .base import walk_references
from .problems import Patience, Problem
from .reading import Document, Pointer
from .text import SourceText


@dataclass(frozen=True, eq=False)
class Entry:
    """One authored record, its place, and its validated form (None where its schema refused it)."""

    resource: Resource
    debate: str | None
    document: Document
    pointer: Pointer
    raw: Any
    data: dict[str, Any]
    valid: bool

    @cached_property
    def id(self) -> str:
        """The authored id; empty where there is none that could be one."""
        found = self.raw.get("id") if isinstance(self.raw, Mapping) else None
        return found if isinstance(found, str) else ""

    @cached_property
    def served_id(self) -> str:
        """The id under which the record is served."""
        return self.resource.served_id(self.debate, self.id)

    @cached_property
    def references(self) -> Sequence[tuple[Pointer, str, str]]:
        """Path, type and authored id of each reference in it, of those that are well formed."""
        return list(walk_references(self.resource.authored, self.raw))

    def problem(self, pointer: Pointer, problem: str, remedy: str) -> Problem:
        """Return a problem with the value at `pointer` within this record."""
        line, column = self.document.place(self.pointer + pointer)
        shown = ".".join(str(step) for step in pointer)
        return Problem(self.document.name, line, column, self.id or "a record without an id", shown, "", problem, remedy)


class Elsewhere:
    """What is known of the debates that a dataset does not hold: nothing, where it holds all."""

    def ids(self, type_: str) -> Iterable[str]:
        """Return the served ids of a type; those that the dataset holds may be among them."""
        return ()

    def has(self, type_: str, served: str) -> bool:
        """Say whether a record of a type is there."""
        return False

    def is_unread(self, type_: str, debate: str) -> bool:
        """Say whether the records of a type in a debate cannot be read."""
        return False


@dataclass(eq=False)
class Dataset:
    """All that was read from a folder, or of some of its debates. Only what ``load`` returns is known to be valid.

    ``debates`` are those that it holds, ``names`` all that the folder holds. What holds only some has in ``shared`` what all of
    them share: the file of the dataset, and the actors.
    """

    folder: Path
    about: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=lambda: {resource.type: [] for resource in RESOURCES})
    texts: dict[str, SourceText] = field(default_factory=dict)
    debates: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    shared: Dataset | None = None
    guests: list[Entry] = field(default_factory=list)  # records of debates that are not held which name those held, or are named there
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    _patience: dict[str, Patience] = field(default_factory=dict)

    def all(self, type_: str) -> list[Entry]:
        """Return the valid records of a type, in order of debate and file."""
        return [entry for entry in self.entries[type_] if entry.valid]

    @cached_property
    def index(self) -> dict[str, dict[str, Entry]]:
        """By type and served id, every record that has an id, the invalid included; the first where an id is repeated."""
        index: dict[str, dict[str, Entry]] = {}
        for type_, entries in self.entries.items():
            by_id = index.setdefault(type_, {})
            for entry in entries:
                if entry.id:
                    by_id.setdefault(entry.served_id, entry)
        for entry in self.guests:
            index[entry.resource.type].setdefault(entry.served_id, entry)
        if self.shared:
            index["actor"] = self.shared.index["actor"]
        return index

    def document(self, name: str) -> Document | None:
        """Return a file that could be read, of those that are shared too."""
        return self.documents.get(name) or (self.shared.document(name) if self.shared else None)

    def patience(self, kind: str) -> Patience:
        """Return the patience that there is for a kind of problem, the same for all debates of a folder."""
        return self.shared.patience(kind) if self.shared else self._patience.setdefault(kind, Patience())

    def full_id(self, entry: Entry, type_: str, ref: str) -> str:
        """Return the served id that an authored reference within `entry` means."""
        if not BY_TYPE[type_].within_debate or "." in ref or entry.debate is None:
            return ref
        return f"{entry.debate}.{ref}"

    def resolve(self, entry: Entry, type_: str, ref: str) -> Entry | None:
        """Return the record that an authored reference means, if there is one."""
        return self.index[type_].get(self.full_id(entry, type_, ref))

    @cached_property
    def digest(self) -> str:
        """``sha256:`` and the hash of content alone: of one line per file, `<sha256 of the file>  <path>`, sorted by path.

        Valid files are canonical, so equal content gives equal bytes on every machine; ``sha256sum`` reproduces it.
        """
        return digest_of(self.hashes)

    @cached_property
    def hashes(self) -> dict[str, str]:
        """The SHA-256 of each file that is held, by its path."""
        texts = {f"{entry.debate}/sources/{entry.id}.txt": self.texts[entry.served_id].text for entry in self.all("source")}
        files = texts | {name: document.text for name, document in self.documents.items()}
        return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}


def digest_of(hashes: Mapping[str, str]) -> str:
    """Return the digest of a dataset whose files have these hashes, by path."""
    lines = (f"{hashes[name]}  {name}\n" for name in sorted(hashes))
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()
