"""Python's collector of cycles, at rest while much is made that lasts: to look through it again and again finds nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SELDOM: Final = 10_000  # objects that come before a pass; answers leave hardly any cycle behind


def seldom() -> None:
    """Have the collector look for cycles more seldom than it would, for a process that answers requests."""
    gc.set_threshold(SELDOM)


@contextmanager
def resting() -> Iterator[None]:
    """Keep the collector at rest; as a context, or as a decorator. What is in no cycle is freed as ever."""
    was_awake = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_awake:
            gc.unfreeze()
            gc.enable()


def relieve() -> None:
    """Free what is in cycles and not used any more, where the collector is at rest and it would add up.

    It is called when little is held. What is there the first time has come to stay, and is not looked through again.
    """
    if not gc.isenabled():
        gc.collect()
        if not gc.get_freeze_count():
            gc.freeze()
