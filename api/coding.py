"""What a client accepts (RFC 9110 §12.5) and content coding (§8.4): which coding it likes best, and the bytes in it."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import brotli
import zstandard

from .remembering import remembering

LEAST_BYTES: Final = 512
# The highest levels of which each takes less time than it saves at 100 Mbit/s (12.5 bytes in a microsecond), measured on a page of 20.
ZSTD_LEVEL: Final = 3
BROTLI_QUALITY: Final = 3
GZIP_LEVEL: Final = 3
PLAIN: Final = "identity"
# Headers that are remembered: browsers send a few, and others must not fill the memory with what they send.
MOST_REMEMBERED: Final = 64
LONGEST_REMEMBERED: Final = 128
WEIGHT: Final = re.compile(r"0(?:\.[0-9]*)?|\.[0-9]+|1(?:\.0*)?")


class Wanted(NamedTuple):
    """The coding that a client likes best, empty for none, and whether it takes the bytes as they are as well."""

    coding: str
    plain: bool


AS_THEY_ARE: Final = Wanted("", plain=True)


class _Zstd(threading.local):
    """The compressor of a thread: to make one takes as long as to use it."""

    def __init__(self) -> None:
        """Make it."""
        self.compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)


_ZSTD: Final = _Zstd()


def _zstd(body: bytes) -> bytes:
    return _ZSTD.compressor.compress(body)


def _brotli(body: bytes) -> bytes:
    coded: bytes = brotli.compress(body, quality=BROTLI_QUALITY)
    return coded


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=GZIP_LEVEL, mtime=0)


CODINGS: Final[Mapping[str, Callable[[bytes], bytes]]] = {"zstd": _zstd, "br": _brotli, "gzip": _gzip}


def weights(header: str) -> dict[str, float]:
    """Return the weight of each name in an Accept or Accept-Encoding header, in lower case and without its parameters.

    Names whose weight cannot be read are left out.
    """
    found: dict[str, float] = {}
    for item in header.lower().split(","):
        name, *parameters = (part.strip(" \t") for part in item.split(";"))
        weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        if name and WEIGHT.fullmatch(weight):
            found[name] = max(float(weight), found.get(name, 0.0))
    return found


def wanted(header: str | None) -> Wanted:
    """Return what an Accept-Encoding header asks for, ours first among equals (RFC 9110 §12.5.3)."""
    if not header:
        return AS_THEY_ARE
    return _wanted(header)


@remembering(MOST_REMEMBERED, LONGEST_REMEMBERED)
def _wanted(header: str) -> Wanted:
    named = weights(header)
    others = named.get("*", 0.0)
    liked = {name: named.get(name, others) for name in CODINGS}
    liked["gzip"] = max(liked["gzip"], named.get("x-gzip", 0.0))
    best = max(liked, key=lambda name: liked[name])
    plain = named.get(PLAIN, named.get("*", 1.0)) > 0
    return Wanted(best if liked[best] > 0 and liked[best] >= named.get(PLAIN, 0.0) else "", plain)


def coded(body: bytes, want: Wanted) -> tuple[bytes, str]:
    """Return the body and the coding that it is in: small ones stay as they are, unless the client does not take them so."""
    if want.coding and (len(body) >= LEAST_BYTES or not want.plain):
        return CODINGS[want.coding](body), want.coding
    return body, ""
