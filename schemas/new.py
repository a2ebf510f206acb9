"""Laying out a new debate: its source, and records that leave blank what only a curator can say."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import unicodedata
from pathlib import Path
from typing import Any, Final

import marshmallow as ma

from . import BY_TYPE
from .canonical import dumps
from .fields import SLUG_LENGTH, Many, Part, Slug
from .layout import DATASET_FILES, DEBATE_FILES, DatasetFile
from .reading import read_text
from .rules.identity import RESERVED
from .texts import slug_of

LINE_ENDS: Final = re.compile(r"\r\n?")


class CannotLayOut(Exception):
    """The debate cannot be laid out where it is asked for; the message says why and what would be right."""


def lay_out(folder: Path, debate: str, source: Path) -> list[Path]:
    """Write a debate's folder around the text of one source and return the files; those that a dataset misses are written as well.

    Blank is what a curator has to fill in; ``rostrum check`` lists it. The text is written in NFC with LF at its lines' ends.

    :raises CannotLayOut: the id is none, the name is taken, or the folder holds something else than a dataset.
    :raises Unreadable: the source cannot be read.
    :raises OSError: the folder cannot be written; nothing of the debate is then there.
    """
    _check(folder, debate)
    text = unicodedata.normalize("NFC", LINE_ENDS.sub("\n", read_text(source)))
    id_ = _slug(source.stem)
    missing = {name: blank for name, blank in _dataset_files().items() if not os.path.lexists(folder / name)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, blank in missing.items():
        with (folder / name).open("x", encoding="utf-8", newline="") as file:
            file.write(blank)
    debate_files = {**_debate_files(debate, id_), f"sources/{id_}.txt": text}
    _write(folder, debate, debate_files)
    return [*(folder / name for name in missing), *(folder / debate / name for name in debate_files)]


def _check(folder: Path, debate: str) -> None:
    """Look whether a debate can be laid out in a folder.

    :raises CannotLayOut: it cannot; the message says why.
    """
    if not Slug.pattern.fullmatch(debate):
        raise CannotLayOut(f"{debate!r} is no id for a debate; write {Slug.says}")
    if debate in RESERVED["debate"]:
        raise CannotLayOut(f"{debate!r} is reserved; choose a longer id")
    if os.path.lexists(folder / debate):
        raise CannotLayOut(f"{folder / debate} is there already; nothing is overwritten, choose another id")
    if os.path.lexists(folder) and not folder.is_dir():
        raise CannotLayOut(f"{folder} is no folder; name the folder that holds dataset.json")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / DATASET_FILES[0]).is_file():
        raise CannotLayOut(f"{folder} holds no {DATASET_FILES[0]}; name the folder of a dataset, or an empty one for a new dataset")


def _slug(name: str) -> str:
    """Return a name as the id of a source."""
    slug = slug_of(name)[:SLUG_LENGTH].rstrip("-")
    return slug if slug and slug not in RESERVED["source"] else "source"


def _dataset_files() -> dict[str, str]:
    about, actors = DATASET_FILES
    return {about: dumps(_blank(DatasetFile())), actors: dumps([])}


def _debate_files(debate: str, source: str) -> dict[str, str]:
    """Return the text of each JSON file of a debate."""
    files = {name: dumps([]) for name in DEBATE_FILES}
    files["debate.json"] = dumps(_blank(BY_TYPE["debate"].authored) | {"id": debate})
    files["sources.json"] = dumps([_blank(BY_TYPE["source"].authored) | {"id": source}])
    return files


def _blank(schema: ma.Schema) -> dict[str, Any]:
    """Return a record with every field that can be authored: what may be left out as its default, the rest blank."""
    return {name: _blank_value(one) for name, one in schema.fields.items() if not one.dump_only}


def _blank_value(one: ma.fields.Field[Any]) -> Any:
    if not one.required:
        return one.load_default() if callable(one.load_default) else one.load_default
    if isinstance(one, Many):
        return [_blank_value(one.inner)]
    return _blank(one.schema) if isinstance(one, Part) else ""


def _write(folder: Path, debate: str, files: dict[str, str]) -> None:
    """Write a debate's folder whole or not at all."""
    draft = folder / f".{debate}.{secrets.token_hex(4)}"
    try:
        (draft / "sources").mkdir(parents=True)
        for name, text in files.items():
            (draft / name).write_bytes(text.encode())
        draft.rename(folder / debate)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
