"""What sqlite-utils needs to hold the same records: insert, index, enable full text. Usage: sqlite_utils_build.py PUBLIC OUT."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

# The columns that Rostrum has a filter or a sort key for, and those that it searches.
INDEXES = {
    "actors": ("kind", "part_of_id"),
    "sources": ("debate_id", "kind", "publisher_id"),
    "quotes": ("debate_id", "source_id", "sequence", "speaker_id", "speaks_for_id", "attribution_basis"),
    "claims": ("debate_id", "made_by_id", "kind", "directness", "standing", "fidelity_grade"),
    "conditions": ("debate_id", "kind", "set_by_id", "part_of_id", "status_value"),
    "events": ("debate_id", "kind", "status", "earliest", "latest"),
}
TEXTS = {
    "debates": ("title", "question", "summary"),
    "sources": ("title",),
    "actors": ("name", "description"),
    "quotes": ("text",),
    "claims": ("text",),
    "conditions": ("antecedent", "consequent"),
    "events": ("title", "date_text", "place"),
}


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with the keys of the objects in it as columns of their own; lists stay as they are."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= {f"{name}_{key}": item for key, item in value.items()}
        else:
            found[name] = value
    return found


def records(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file of JSON Lines."""
    with file.open(encoding="utf-8") as lines:
        yield from (flat(json.loads(line)) for line in lines)


def main(public: Path, out: Path) -> None:
    """Write a database."""
    database = Database(out)
    for name, texts in TEXTS.items():
        database[name].insert_all(records(public / f"{name}.jsonl"), pk="id", batch_size=1_000, alter=True)
        for column in INDEXES.get(name, ()):
            database[name].create_index([column])
        database[name].enable_fts(texts, fts_version="FTS5", tokenize="porter")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
