"""Copying a part of a file to the end of another: within the system, which shares the blocks of the two where it can."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO, Final

AT_ONCE: Final = 1 << 30  # bytes that the system copies before it is asked again
BUFFER_BYTES: Final = 1 << 20


def append(source: int, begin: int, size: int, target: IO[bytes]) -> None:
    """Copy so many bytes of an open file from a place on to the end of another, of which nothing is to be read from memory.

    :raises OSError: one cannot be read, or the other be written.
    """
    target.seek(0, os.SEEK_END)
    target.flush()
    end = begin + size
    with suppress(OSError):  # the two are on different file systems, or of a kind that cannot do it
        while begin < end and (done := _copied(source, begin, min(AT_ONCE, end - begin), target)):
            begin += done
    target.seek(0, os.SEEK_END)
    while begin < end:
        part = os.pread(source, min(BUFFER_BYTES, end - begin), begin)
        if not part:
            raise OSError(f"a file ends {end - begin} bytes before it should")
        target.write(part)
        begin += len(part)


def _copied(source: int, begin: int, size: int, target: IO[bytes]) -> int:
    """Have the system copy bytes behind what the target holds, and return how many it did; none where it has no way to."""
    copy = getattr(os, "copy_file_range", None)
    return copy(source, target.fileno(), size, begin, os.fstat(target.fileno()).st_size) if copy else 0
