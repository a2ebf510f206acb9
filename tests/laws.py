"""How many examples a law is held against: in each run of the suite a few, others each time, and more of them where that is asked for."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

TIMES = int(os.environ.get("TIMES", "1"))  # `make test TIMES=20` looks twenty times as hard


def examples(number: int, **more: Any) -> settings:
    """Return the settings of a test that is to be held against so many examples, however long one takes."""
    return settings(max_examples=number * TIMES, deadline=None, **more)
