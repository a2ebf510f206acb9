"""Filling the database of a draft: with all debates of a dataset, or with those that are not in the snapshot it is a copy of."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import apsw

from schemas import BY_TYPE, RESOURCES
from schemas.dataset import Dataset
from schemas.units import Found, Named

from . import measuring, passages
from .base import Base, Known
from .changes import Changes
from .compiling import Compiled, actors
from .editing import Copied, Editor
from .layout import APPLICATION_ID, FORMAT, software
from .measuring import Measured
from .model import Naming
from .record_writing import Ahead, DraftRecords, draft_records
from .records import Records
from .revising import Reviser, Revision
from .writing import STEP, Writer, counts

CACHED_KIB: Final = 64 * 1024
# Of a draft, which need not survive a crash; they are set one by one, for of several at once those behind one that answers are not run.
SETTINGS: Final = {"locking_mode": "exclusive", "journal_mode": "off", "synchronous": "off", "cache_size": -CACHED_KIB}
PAGE_BYTES: Final = 16384  # sets and lists are long, and are read a page at a time
INDEXED: Final = 0.9  # the share of what comes after the last debate that is over when all is indexed

Reach = Callable[[float], None]


@dataclass(frozen=True)
class Content:
    """What a dataset holds beside its debates; ``known_of`` says what is to be known of a debate when the next snapshot is built.

    For debates that stay as they were in another snapshot there are revisions of some of their records, and by debate what of them is
    named by others now.
    """

    shared: Dataset
    names: list[str]
    digest: str
    known_of: Callable[[Compiled], Known] | None = None
    revisions: Mapping[Named, Revision] = field(default_factory=dict)
    found: Mapping[str, Sequence[Found]] = field(default_factory=dict)


@dataclass
class _Told:
    """What debates say that is needed once all are in."""

    naming: dict[str, Naming] = field(default_factory=lambda: defaultdict(Naming))
    references: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, debate: str, naming: Mapping[str, Naming], reference: dict[str, str]) -> None:
        self.references[debate] = reference
        for actor, found in naming.items():
            self.naming[actor].add(found)


@contextmanager
def _opened(draft: Path, base: Records | None = None, ahead: Ahead | None = None) -> Iterator[tuple[apsw.Connection, DraftRecords]]:
    """Give the database of a draft, which need not survive a crash, and its records, which come behind it where nothing fails."""
    with draft_records(draft.parent, base, ahead) as records:
        database = apsw.Connection(str(draft))
        try:
            for name, value in SETTINGS.items():
                database.pragma(name, value)
            if ahead:  # SQLite has seen how long the file is, and does not look again as long as nobody else may write to it
                database.pragma("max_page_count", ahead.place // database.pragma("page_size"))
            yield database, records
            size = database.pragma("page_count") * database.pragma("page_size")
        finally:
            database.close()
        records.put_behind(size, draft)


@contextmanager
def _together(database: apsw.Connection) -> Iterator[None]:
    """Have all that is written within come to one end. Where that fails nothing is to be undone: it goes with the draft."""
    database.execute("BEGIN")
    yield
    database.execute("COMMIT")


def fill(draft: Path, content: Content, made: Iterable[Compiled], *, reach: Reach, apart: bool = False) -> None:
    """Write a whole snapshot into a draft.

    `reach` hears which share of the work after the last debate is done; `apart` has its exports measured by a process of their own.
    """
    with _opened(draft) as (database, records):
        database.execute(f"PRAGMA page_size = {PAGE_BYTES}; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}")
        with _together(database):
            writer, told = Writer(database, records), _Told()
            numbers = {debate: number for number, debate in enumerate(sorted(content.names))}
            for one in made:
                writer.debate(one, numbers[one.debate])
                _take(database, content, told, one)
                del one
            _write_actors(writer, content, told)
        with _exports(draft, records, content, apart) as exports, _together(database):
            for number, _ in enumerate(writer.finish(), start=1):
                reach(INDEXED * number / (len(RESOURCES) + 3))
            passages.finish(database)
            _finish(database, records, content, exports())
        database.execute("ANALYZE")
    reach(1.0)


def edit(
    draft: Path,
    content: Content,
    base: Base,
    made: Iterable[Compiled],
    away: AbstractSet[str],
    *,
    copied: Copied,
    reach: Reach,
    apart: bool = False,
) -> None:
    """Write into a draft what a snapshot holds, with some debates in place of those that are `away`: others now, or gone.

    `copied` is how that comes into the draft; `reach` and `apart` are those of ``fill``.

    :raises NoRoom: there is no room for a debate among those that stay.
    """
    made, changes = _begun(iter(made)), Changes(base.snapshot, sorted(away & base.known.keys()))  # while the system copies
    copied.database()
    with _opened(draft, base.snapshot.records, copied.ahead) as (database, records):
        editor = Editor(database, records, changes)
        with _together(database):
            _replace(editor, content, base, made, away)
        with _exports(draft, records, content, apart) as exports, _together(database):
            editor.finish()
            reach(INDEXED)
            _finish(database, records, content, exports())
    reach(1.0)


def _begun(made: Iterator[Compiled]) -> Iterator[Compiled]:
    """Have the first debate compiled, and return all of them."""
    return chain(list(islice(made, 1)), made)


def _replace(editor: Editor, content: Content, base: Base, made: Iterable[Compiled], away: AbstractSet[str]) -> None:
    """Write debates in the place of those that are away, and anew what others show of them."""
    database, told = editor.database, _Told()
    database.execute("DELETE FROM meta")
    for debate in sorted(away & base.known.keys()):
        editor.remove(debate)
    for one in made:
        editor.add(one)
        _take(database, content, told, one)
    Reviser(editor, away).revise(content.revisions)
    for debate, known in ((debate, known) for debate, known in base.known.items() if debate not in away):
        told.add(debate, known.naming, known.reference)
        again = replace(known, found=content.found.get(debate, []))
        if again != known:
            database.execute("UPDATE inputs SET known = ? WHERE debate = ?", (again.as_json(), debate))
    editor.remove_actors()
    _write_actors(editor.writer, content, told)


def _take(database: apsw.Connection, content: Content, told: _Told, made: Compiled) -> None:
    """Take note of what a debate says that is needed later."""
    told.add(made.debate, made.naming, made.reference)
    if content.known_of:
        database.execute("INSERT INTO inputs VALUES (?, ?)", (made.debate, content.known_of(made).as_json()))


def _write_actors(writer: Writer, content: Content, told: _Told) -> None:
    block = actors(content.shared, told.naming, told.references)
    writer.block(BY_TYPE["actor"], block, STEP, STEP)
    passages.write_names(writer.database, map(json.loads, block.bodies))


def _exports(draft: Path, records: DraftRecords, content: Content, apart: bool) -> AbstractContextManager[Callable[[], list[Measured]]]:
    """Give what returns the exports of a draft whose records are in; within it all may be written that no export is made of."""
    records.settle()
    written, about = records.written(), {**content.shared.about, "digest": content.digest}
    return measuring.exports_of(measuring.Draft(draft, written, about), written.handles() if apart else None)


def _finish(database: apsw.Connection, records: DraftRecords, content: Content, exports: Iterable[Measured]) -> None:
    """Write what is known of the whole; that it is complete comes last."""
    measuring.write(database, exports)
    database.executemany("INSERT INTO meta VALUES (?, ?)", _meta(database, records, content))


def _meta(database: apsw.Connection, records: DraftRecords, content: Content) -> Iterator[tuple[str, Any]]:
    yield "software", software()
    yield "digest", content.digest
    yield "about", json.dumps(content.shared.about, ensure_ascii=False)
    yield "counts", json.dumps(counts(database))
    yield "records", json.dumps(records.shape.as_json())
    yield "complete", "yes"
