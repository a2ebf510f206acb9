"""The progress bar of what takes longer than a second, where somebody is looking."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any, Final, Self

import click

STEPS: Final = 200


class Bar:
    """A bar on standard error, from the second second on and on a terminal only; as a context, it leaves the terminal as it was."""

    def __init__(self, patience: float = 1.0) -> None:
        """Take how many seconds may pass without a bar."""
        self._due = time.monotonic() + patience if sys.stderr and sys.stderr.isatty() else float("inf")
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Show how many of how many steps are done."""
        if self._bar is None and time.monotonic() >= self._due:
            self._bar = click.progressbar(length=total, file=sys.stderr)
        if self._bar is not None and (done == total or done - self._bar.pos >= total / STEPS):
            self._bar.update(done - self._bar.pos)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """End the line and show the cursor again."""
        if self._bar is not None:
            self._bar.render_finish()
