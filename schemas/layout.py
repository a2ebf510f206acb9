"""How a dataset is laid out: which JSON files it has, the type of record in each, and what the file of the whole says."""

from __future__ import annotations

from typing import Final

from .base import Closed
from .fields import Choice, Day, Many, Part, Text, Version

DATASET_FILES: Final = ("dataset.json", "actors.json")
DEBATE_FILES: Final = {
    "debate.json": "debate",
    "sources.json": "source",
    "quotes.json": "quote",
    "claims.json": "claim",
    "conditions.json": "condition",
    "events.json": "event",
}
TYPE_OF_FILE: Final = DEBATE_FILES | {"actors.json": "actor"}


class Contributor(Closed):
    """Somebody who made the dataset."""

    name = Text("Who.")
    role = Text("What they did.")


class DatasetFile(Closed):
    """The dataset as a whole: how it is called, which version it is, and how to cite it."""

    title = Text("What the dataset is called.")
    version = Version("The calendar version.", example="2026.11.0")
    released = Day("The day on which this version was released.", example="2026-11-24")
    licence = Choice(("CC-BY-4.0", "CC0-1.0", "CC-BY-SA-4.0", "ODbL-1.0"), "The licence of the curated data (SPDX).")
    contributors = Many(Part(Contributor, "A contributor."), "Who made it.", least=1)
    citation = Text("How to cite it.")
    description = Text("What it holds.")
