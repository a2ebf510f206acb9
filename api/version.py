"""Which version of the interface this is, and which code wrote an answer."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

API_VERSION: Final = "1.0.0"
PACKAGES: Final = (Path(__file__).parent, Path(__file__).parents[1] / "schemas")
KINDS: Final = {".py", ".html", ".css", ".js", ".svg"}


@cache
def code() -> str:
    """Return the hash of all that decides what an answer looks like, so that no cached answer outlives the code that wrote it."""
    files = sorted(path for package in PACKAGES for path in package.rglob("*") if path.suffix in KINDS)
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
