"""Python's collector at rest: a build frees between two units what is in cycles, and leaves nothing behind that would never be freed."""

from __future__ import annotations

import gc
import weakref

from api.collector import relieve, resting


class Knot:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_in_a_cycle_is_freed_between_two_units():
    with resting():
        relieve()
        gone = weakref.ref(Knot())
        assert gone()
        relieve()
        assert not gone()


def test_what_was_held_when_relief_came_is_freed_at_the_next():
    with resting():
        relieve()
        held = Knot()
        gone = weakref.ref(held)
        relieve()
        del held
        relieve()
        assert not gone()


def test_after_a_build_the_collector_looks_at_everything_again():
    assert gc.isenabled()
    with resting():
        relieve()
        assert not gc.isenabled()
        assert gc.get_freeze_count()
    assert gc.isenabled()
    assert not gc.get_freeze_count()


def test_where_the_collector_is_awake_relief_does_nothing():
    relieve()
    assert not gc.get_freeze_count()
