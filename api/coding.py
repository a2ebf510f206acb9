"""Content coding (RFC 9110 §8.4): which one a client accepts, and the bytes in it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from typing import Final

import brotli
import zstandard
from werkzeug.datastructures import Accept

LEAST_BYTES: Final = 512
ZSTD_LEVEL: Final = 3
BROTLI_QUALITY: Final = 4
GZIP_LEVEL: Final = 6


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body)


def _brotli(body: bytes) -> bytes:
    coded: bytes = brotli.compress(body, quality=BROTLI_QUALITY)
    return coded


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=GZIP_LEVEL, mtime=0)


CODINGS: Final[Mapping[str, Callable[[bytes], bytes]]] = {"zstd": _zstd, "br": _brotli, "gzip": _gzip}


def preferred(accepted: Accept) -> str:
    """Return the coding a client likes best, ours first among equals; empty where it should be none (RFC 9110 §12.5.3)."""
    weights = {name: float(accepted.quality(name)) for name in CODINGS}
    best = max(weights, key=lambda name: weights[name])
    named = {name.lower(): float(weight) for name, weight in accepted}
    plain = named.get("identity", 0.0)
    return best if weights[best] > 0 and weights[best] >= plain else ""


def coded(body: bytes, coding: str) -> bytes:
    """Return the body in a coding."""
    return CODINGS[coding](body)
