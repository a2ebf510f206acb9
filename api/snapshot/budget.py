"""How much of the database one answer may take: steps of its machine, which are the same number for the same request."""

from __future__ import annotations

import threading
from typing import Final

STEPS_AT_ONCE: Final = 10_000  # that are counted together


class TooCostly(Exception):
    """An answer takes more of the database than one may."""


class Budget(threading.local):
    """How many steps a thread may still take; without a number as many as it likes."""

    left: int | None = None

    def spend(self) -> bool:
        """Count steps, and say whether there are too many."""
        if self.left is None:
            return False
        self.left -= STEPS_AT_ONCE
        return self.left < 0
