"""Filling the database of a draft with the debates of a dataset, and with what is known once all are in."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import apsw

from schemas import BY_TYPE
from schemas.dataset import Dataset

from . import exports, passages
from .compiling import Compiled, actors
from .layout import APPLICATION_ID, FORMAT, software
from .model import Naming
from .writing import STEP, Writer, counts

CACHED_KIB: Final = 128 * 1024
FINISHING: Final = 0.6  # the share of what comes after the last debate that indexing takes


@dataclass(frozen=True)
class Content:
    """What is known of a dataset before its debates are compiled."""

    shared: Dataset
    names: list[str]
    digest: str
    inputs: dict[str, str]


def fill(draft: Path, content: Content, made: Iterable[Compiled], reach: Callable[[float], None]) -> None:
    """Write a whole snapshot into a draft; `reach` hears which share of the work after the last debate is done."""
    database = apsw.Connection(str(draft))
    try:
        database.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE")
        database.execute(f"PRAGMA cache_size = -{CACHED_KIB}")
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}")
        with database:
            _write(database, content, made, reach)
        database.execute("ANALYZE")
        reach(1.0)
    finally:
        database.close()


def _write(database: apsw.Connection, content: Content, made: Iterable[Compiled], reach: Callable[[float], None]) -> None:
    writer = Writer(database)
    numbers = {debate: number for number, debate in enumerate(sorted(content.names))}
    naming: dict[str, Naming] = defaultdict(Naming)
    references: dict[str, dict[str, str]] = {}
    for one in made:
        writer.debate(one, numbers[one.debate])
        references[one.debate] = one.reference
        for actor, found in one.naming.items():
            naming[actor].add(found)
    block = actors(content.shared, naming, references)
    writer.block(BY_TYPE["actor"], block, STEP, STEP)
    passages.finish(database, (json.loads(row[-1]) for row in block.rows))
    for number, _ in enumerate(writer.finish(), start=1):
        reach(FINISHING * number / 8)
    exports.write(database, {**content.shared.about, "digest": content.digest})
    database.executemany("INSERT INTO meta VALUES (?, ?)", _meta(database, content))


def _meta(database: apsw.Connection, content: Content) -> Iterator[tuple[str, Any]]:
    """Yield what a snapshot says of itself; ``complete`` is written last."""
    yield "software", software()
    yield "digest", content.digest
    yield "about", json.dumps(content.shared.about, ensure_ascii=False)
    yield "counts", json.dumps(counts(database))
    yield "complete", "yes"
