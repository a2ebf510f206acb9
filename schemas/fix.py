"""Writing a dataset's files in canonical form, each whole or not at all, and none that would lose anything by it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from .load import gather
from .reading import Document
from .spelling import canonical_text


def fix(folder: Path) -> list[str]:
    """Write in canonical form what can be, and return the names of the files that were rewritten.

    A file that cannot be read, that repeats a key, or that would not say the same in canonical form is left alone.

    :raises OSError: a file cannot be written; it is then as it was.
    """
    dataset, _ = gather(folder)
    rewritten = []
    for name, document in dataset.documents.items():
        wanted = canonical_text(dataset, document)
        if wanted != document.text and _keeps_everything(document, wanted):
            _replace(document.path, wanted.encode())
            rewritten.append(name)
    return rewritten


def _keeps_everything(document: Document, wanted: str) -> bool:
    """Say whether canonical form holds the values of the file, every number as exact as it was, and can be written down.

    Two keys that differ in normalization only would become one; a lone surrogate has no form in UTF-8; a number can have more
    digits than a program keeps.
    """
    if document.doubled or any("\ud800" <= character <= "\udfff" for character in wanted):
        return False
    return _values(document.text) == _values(wanted)


def _values(text: str) -> Counter[Any]:
    """Return how often each value stands in a JSON text: numbers by their exact worth, all else by what it is."""
    return Counter(_parts(json.loads(text, parse_float=Decimal)))


def _parts(value: Any) -> Iterator[Any]:
    """Yield the numbers of a value as they are, and the sort of everything else in it."""
    yield value if isinstance(value, int | Decimal) else type(value).__name__
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _parts(item)


def _replace(path: Path, content: bytes) -> None:
    """Put new content in the place of a file, in one step, through a link to where the file is."""
    path = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, name)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
