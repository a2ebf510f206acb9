"""The files that are generated from the code, and writing them: OpenAPI document, JSON Schemas for editors, data dictionary."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from schemas.dictionary import data_dictionary
from schemas.json_schema import editor_files
from schemas.load import load

from .app import create_app
from .config import Settings
from .openapi import yaml_text
from .snapshot.build import build

ROOT: Final = Path(__file__).parents[1]


def is_checkout() -> bool:
    """Say whether the code runs from a checkout, which is where its generated files belong."""
    return (ROOT / "pyproject.toml").is_file()


def generated() -> dict[str, str]:
    """Return what each generated file of the checkout should hold, by its path in it.

    :raises InvalidDataset: the shipped dataset, which the examples are taken from, has problems.
    """
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Path(folder) / "generate.rostrum"
        build(load(ROOT / "data"), snapshot)
        document = yaml_text(create_app(snapshot, Settings()))
    return {"openapi.yaml": document, "docs/data-dictionary.md": data_dictionary(), **editor_files()}


def stale() -> dict[str, str]:
    """Return the generated files that are missing or hold something else than they should, and what they should hold."""
    return {name: text for name, text in generated().items() if _held(ROOT / name) != text.encode()}


def _held(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def write(name: str, text: str) -> None:
    """Write a generated file."""
    path = ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
