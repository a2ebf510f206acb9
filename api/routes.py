"""Which path was probably meant: the paths that there are as a tree, walked step by step with the nearest name at each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from rapidfuzz import fuzz, process

ROOM: Final = "<>"
END: Final = ""
ROOT: Final = "v1"
MOST_STEPS: Final = 8
LONGEST_STEP: Final = 100
LEAST_LIKE: Final = 65
BEHIND: Final = re.compile("[;?&]")  # where a query was meant to begin

Tree = dict[str, "Tree"]
Exists = Callable[[str, str], bool]


def tree_of(rules: Iterable[str]) -> Tree:
    """Return routing rules such as `/v1/claims/<id>` as a tree of their steps."""
    tree: Tree = {}
    for rule in rules:
        at = tree
        for step in rule.split("/")[1:]:
            at = at.setdefault(ROOM if step.startswith("<") else step, {})
        at[END] = {}
    return tree


def nearest_path(tree: Tree, path: str, exists: Exists) -> str | None:
    """Return the path that was probably meant by one that is not there, or the beginning of it that is; None where none is like it.

    `exists` says whether a collection has a record of an id. What is returned is always a path that answers, and more than `/v1`.
    """
    steps = [step.lower() for step in BEHIND.split(path)[0].split("/") if step][:MOST_STEPS]
    if steps and _like(steps[0], tree) is None:
        steps = [ROOT, *steps]
    at, walked, found = tree, "", None
    for step in steps:
        name = _like(step, at)
        if name is None and (ROOM not in at or not exists(walked.rpartition("/")[2], step)):
            break
        at = at[ROOM if name is None else name]
        walked += f"/{step if name is None else name}"
        found = walked if END in at else found
    return None if found == f"/{ROOT}" and len(steps) > 1 else found


def _like(step: str, at: Tree) -> str | None:
    """Return the name of a branch that is spelled most like a step."""
    names = [name for name in at if name not in (ROOM, END)]
    near = process.extractOne(step[:LONGEST_STEP], names, scorer=fuzz.ratio, score_cutoff=LEAST_LIKE)
    return near[0] if near else None
