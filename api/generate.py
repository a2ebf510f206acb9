"""The files that are generated from the code, and writing them: OpenAPI document, JSON Schemas for editors, data dictionary."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from schemas.dictionary import data_dictionary
from schemas.json_schema import editor_files
from schemas.load import load

from .app import create_app
from .config import Settings
from .openapi import yaml_text
from .snapshot.build import build


def generated(root: Path) -> dict[str, str]:
    """Return what each generated file of a checkout should hold, by its path below `root`.

    :raises InvalidDataset: the shipped dataset, which the examples are taken from, has problems.
    """
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Path(folder) / "generate.rostrum"
        build(load(root / "data"), snapshot)
        document = yaml_text(create_app(snapshot, Settings()))
    return {"openapi.yaml": document, "docs/data-dictionary.md": data_dictionary(), **editor_files()}


def write(root: Path) -> Iterator[str]:
    """Write the generated files that are not fresh and yield their paths."""
    for name, text in generated(root).items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            yield name
