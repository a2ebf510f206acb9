"""Changing the database of a snapshot that is there, as no build would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw

from api.snapshot.draft import draft_of
from api.snapshot.editing import copying
from api.snapshot.read import Snapshot
from api.snapshot.record_writing import draft_records


@contextmanager
def database_of(path: Path) -> Iterator[apsw.Connection]:
    """Give the database of a snapshot: once it is left, the records stand behind it again."""
    snapshot = Snapshot(path)
    with draft_of(path) as draft, draft_records(path.parent, snapshot.records) as records:
        with copying(snapshot, draft, beside=False) as copied:
            copied.database()
        with closing(apsw.Connection(str(draft))) as database, database:
            yield database
        records.put_behind(draft.stat().st_size, draft)
        draft.replace(path)
