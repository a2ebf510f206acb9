"""A snapshot that is made from another one answers as one that is made from the beginning, and large folders are worked at by several processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import orjson
import pytest
from changing import database_of
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from running import environment
from test_rules import BROKEN, Broken
from tiny import ABOUT, change, tiny, write

from api.bounds import MOST_FACET_VALUES
from api.snapshot import build as building
from api.snapshot import editing, filling
from api.snapshot.build import Source, build
from api.snapshot.crew import Crew, apart
from api.snapshot.draft import DRAFT
from api.snapshot.exports import exports
from api.snapshot.filling import PAGE_BYTES
from api.snapshot.filter_sets import kinds
from api.snapshot.layout import filter_table
from api.snapshot.measuring import Draft, exports_of
from api.snapshot.read import Snapshot
from api.snapshot.record_writing import Ahead, draft_records
from api.snapshot.tasks import Order
from bench.generator import generate
from schemas import BY_TYPE, RESOURCES
from schemas.load import load
from schemas.problems import InvalidDataset

DEBATES = ["a", "a-b", "b", "b-2", "c", "d"]
KINDS = ["supports", "attacks", "restates"]
Shape = dict[
    str, list[tuple[int, str, int]]
]  # by debate, of each claim: who makes it, and the kind, debate and number of what it relates to


def shapes() -> st.SearchStrategy[Shape]:
    """Draw debates of a few claims, or of more than there is room for behind a few; each claim has a speaker and perhaps a relation."""
    claim = st.tuples(st.integers(0, 2), st.sampled_from(KINDS), st.integers(-1, 20))
    return st.dictionaries(
        st.sampled_from(DEBATES), st.one_of(st.lists(claim, min_size=1, max_size=4), st.lists(claim, min_size=70, max_size=72))
    )


def laid_out(folder: Path, shape: Shape, names: list[str]) -> Path:
    """Write a dataset of a shape; a relation leads to the first claim of any of all debates, or to one of the same debate."""
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, "dataset.json", ABOUT)
    actors = [{"id": f"actor-{n}", "kind": "person", "name": name, "named": True, "description": "Speaks."} for n, name in enumerate(names)]
    write(folder, "actors.json", actors)
    for debate, claims in shape.items():
        words = [f"{debate} says word{number} and nothing else about tea." for number in range(len(claims))]
        write(folder, f"{debate}/sources/said.txt", "\n".join(words) + "\n")
        about = {"id": debate, "title": f"On {debate}", "question": "Tea?", "summary": "Tea.", "language": "en"}
        write(folder, f"{debate}/debate.json", about)
        source = {"id": "said", "kind": "speech", "title": "Said", "publisher": "actor-0", "language": "en", "published": "2026"}
        write(folder, f"{debate}/sources.json", [source | {"url": None, "rights": "None."}])
        quotes = [
            {"id": f"q-{number:03}", "source": "said", "speaker": f"actor-{who}", "text": words[number], "attribution": {"basis": "stated"}}
            for number, (who, _, _) in enumerate(claims)
        ]
        write(folder, f"{debate}/quotes.json", quotes)
        write(folder, f"{debate}/claims.json", [authored(shape, debate, number) for number in range(len(claims))])
        for name in ("conditions", "events"):
            write(folder, f"{debate}/{name}.json", [])
    return folder


def authored(shape: Shape, debate: str, number: int) -> dict[str, Any]:
    """Return a claim in its authored form."""
    who, kind, to = shape[debate][number]
    evidence = [{"quote": f"q-{number:03}"}]
    claim: dict[str, Any] = {
        "id": f"c-{number:03}", "text": f"{debate} holds {number}.", "made_by": f"actor-{who}", "kind": "factual", "evidence": evidence,
    }  # fmt: skip
    others = [one for one in sorted(shape) if one != debate]
    target = f"{others[to % len(others)]}.c-000" if to > 3 and others else f"c-{to:03}" if 0 <= to < len(shape[debate]) else ""
    if target and target != claim["id"]:
        claim["relations"] = [{"kind": kind, "to": target, "basis": "stated"}]
    return claim


def content(path: Path) -> Iterator[Any]:
    """Yield all that a snapshot answers from, the numbers of rows apart."""
    database = apsw.Connection(str(path))
    for resource in RESOURCES:
        name = resource.collection
        yield list(database.execute(f"SELECT id, reference FROM {name} ORDER BY row"))
        yield [body for _, body in Snapshot(path).records.between(name)]
        for one in resource.filters:
            table = filter_table(resource, one)
            yield sorted(database.execute(f"SELECT {name}.id, {table}.value FROM {table} JOIN {name} USING (row)"))
    for table in ("texts", "integrity", "exports", "spoken_names", "common_words", "inputs", "passage_vocabulary"):
        yield table, list(database.execute(f"SELECT * FROM {table}"))
    yield "meta", list(database.execute("SELECT * FROM meta WHERE key <> 'records' ORDER BY key"))
    for name, *_ in (kind for resource in RESOURCES for kind in kinds(resource)):
        shown = "SELECT size, value FROM frequent WHERE name = ? ORDER BY size DESC, value LIMIT ?"
        yield name, list(database.execute(shown, (name, MOST_FACET_VALUES)))
    yield list(database.execute("SELECT source, start, line, text FROM passages ORDER BY row"))
    yield list(database.execute("SELECT source, last - first FROM passage_ranges"))
    yield list(
        database.execute(
            "SELECT p.source, p.start, q.start, q.end, q.quote, q.side FROM passage_quotes q JOIN passages p ON row = passage ORDER BY row, q.start"
        )
    )
    for word in ("tea", "word1", "c"):
        yield list(database.execute("SELECT rowid >> 32, bm25(search) FROM search WHERE search MATCH ? ORDER BY rowid", (word,)))
    assert list(database.execute("PRAGMA integrity_check")) == [("ok",)]
    database.close()


def built(folder: Path, target: Path, base: Path | None = None) -> Path:
    """Build a folder, from another snapshot where one is given."""
    Source(folder, jobs=1, base=base).build(target)
    return target


NAMES = st.lists(st.sampled_from(["Ann", "Bob", "Cem"]), min_size=3, max_size=3)


@examples(12)
@given(before=shapes(), after=shapes(), kept=st.sets(st.sampled_from(DEBATES)), names=st.tuples(NAMES, NAMES))
def test_whatever_has_changed_a_snapshot_made_from_the_old_one_is_the_same_as_a_new_one(
    before: Shape, after: Shape, kept: set[str], names: tuple[list[str], list[str]]
) -> None:
    after = {name: claims for name, claims in after.items() if name not in kept} | {name: before[name] for name in kept if name in before}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old = built(laid_out(folder / "data", before, names[0]), folder / "old.rostrum")
        data = laid_out(folder / "data", after, names[1 if len(kept) < 4 else 0])
        edited, new = built(data, folder / "edited.rostrum", old), built(data, folder / "new.rostrum")
        assert list(content(edited)) == list(content(new))
        again = built(data, folder / "again.rostrum", edited)
        assert list(content(again)) == list(content(new))


def test_the_debates_that_have_not_changed_stay_in_their_rows(tmp_path: Path) -> None:
    shape: Shape = {name: [(0, "supports", -1)] * 3 for name in DEBATES}
    names = ["Ann", "Bob", "Cem"]
    old = built(laid_out(tmp_path / "data", shape, names), tmp_path / "old.rostrum")
    shape["a"] = shape["a"] * 2
    del shape["a-b"]
    new = built(laid_out(tmp_path / "data", shape, names), tmp_path / "new.rostrum", old)
    rows = [dict(Snapshot(path).rows("SELECT id, row FROM claims")) for path in (old, new)]
    stayed = {served for served in rows[0] if not served.startswith(("a.", "a-b."))}
    assert len(stayed) == 12
    assert all(rows[0][served] == rows[1][served] for served in stayed)
    assert {served for served in rows[1] if served not in stayed} == {f"a.c-00{number}" for number in range(6)}


def test_a_debate_is_not_taken_over_unchecked_where_a_strange_file_lies_beside_it(tmp_path: Path) -> None:
    data = tiny(tmp_path / "data")
    built(data, tmp_path / "s.rostrum")
    write(data, "tea/notes.md", "Do not forget the milk.")
    with pytest.raises(InvalidDataset, match="1 problem"):
        built(data, tmp_path / "s.rostrum", tmp_path / "s.rostrum")


def test_what_is_broken_in_a_debate_is_found_though_the_others_are_taken_over(tmp_path: Path) -> None:
    data = tiny(tmp_path / "data")
    built(data, tmp_path / "s.rostrum")
    before = (tmp_path / "s.rostrum").read_bytes()
    change(data, "biscuits/claims.json", "strong-tea-holds", made_by="nobody-at-all")
    with pytest.raises(InvalidDataset, match="1 problem"):
        built(data, tmp_path / "s.rostrum", tmp_path / "s.rostrum")
    assert (tmp_path / "s.rostrum").read_bytes() == before


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.what)
def test_read_debate_by_debate_a_folder_has_the_same_problems(broken: Broken, tmp_path: Path) -> None:
    folder = tiny(tmp_path)
    broken.change(folder)
    assert [str(problem) for problem in Source(folder).problems()] == list(broken.problems)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up dataset of several debates that name each other."""
    folder = tmp_path_factory.mktemp("large") / "data"
    generate(folder, 160, 8)
    return folder


def test_it_does_not_matter_how_many_processes_compile(large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(load(large), tmp_path / "whole.rostrum")
    monkeypatch.setattr(building, "SMALL", 0)
    for jobs in (1, 3):
        Source(large, jobs=jobs).build(tmp_path / f"{jobs}.rostrum")
    assert (tmp_path / "1.rostrum").read_bytes() == (tmp_path / "3.rostrum").read_bytes()
    whole = [one for one in content(tmp_path / "whole.rostrum") if one[:1] != ("inputs",)]
    assert whole == [one for one in content(tmp_path / "1.rostrum") if one[:1] != ("inputs",)]


def test_debates_that_are_replaced_are_the_same_in_every_byte_whether_or_not_a_process_measures_the_exports(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "SMALL", 0)
    data = shutil.copytree(large, tmp_path / "data")
    Source(data, jobs=1).build(tmp_path / "old.rostrum")
    debate = min(path.name for path in data.iterdir() if path.is_dir())
    change(data, f"{debate}/debate.json", debate, summary="Another.")
    for jobs in (1, 2):
        Source(data, jobs=jobs, base=tmp_path / "old.rostrum").build(tmp_path / f"{jobs}.rostrum")
    assert (tmp_path / "1.rostrum").read_bytes() == (tmp_path / "2.rostrum").read_bytes() != (tmp_path / "old.rostrum").read_bytes()
    Source(data, jobs=2).build(tmp_path / "new.rostrum")
    assert list(content(tmp_path / "2.rostrum")) == list(content(tmp_path / "new.rostrum"))


@pytest.mark.parametrize(("growth", "words"), [(1, [3_000, 4_000]), (1 << 60, [25_000])], ids=["room", "no room"])
def test_debates_that_are_replaced_are_the_same_when_records_are_copied_while_the_database_is_edited(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, growth: int, words: list[int]
) -> None:
    monkeypatch.setattr(building, "SMALL", 0)
    monkeypatch.setattr(editing, "LARGE", 0)
    monkeypatch.setattr(editing, "GROWTH", growth)
    data, made, new = shutil.copytree(large, tmp_path / "data"), tmp_path / "made.rostrum", tmp_path / "new.rostrum"
    Source(data, jobs=2).build(made)
    debate = min(path.name for path in data.iterdir() if path.is_dir())
    for count in words:
        change(data, f"{debate}/debate.json", debate, summary=" ".join(f"word{one:x}" for one in range(count)))
        Source(data, jobs=2, base=made).build(made)
        Source(data, jobs=2).build(new)
        assert list(content(made)) == list(content(new))
        assert exports(Snapshot(made)) == exports(Snapshot(new))
        records = Snapshot(made).records
        if growth == 1:
            assert records.database < records.shape.bodies <= 3 * records.database, "there is room, and it does not become more and more"
        else:
            assert not records.shape.left, "it was written from the beginning: its database would have come to stand where records are"


def test_a_database_does_not_grow_to_where_records_come_while_it_is_edited(large: Path, tmp_path: Path) -> None:
    Source(large, jobs=1).build(tmp_path / "old.rostrum")
    records, bodies = Snapshot(tmp_path / "old.rostrum").records, os.urandom(1 << 20)
    place = records.database + 64 * PAGE_BYTES

    def grow(database: apsw.Connection, handle: int) -> None:
        """Write more than there is room for, once the records have come."""
        assert [database.pragma(name) for name in ("locking_mode", "journal_mode", "synchronous")] == ["exclusive", "off", 0]
        database.execute("CREATE TABLE more (value)")
        os.pwrite(handle, bodies, place)
        database.execute("BEGIN")
        database.executemany("INSERT INTO more VALUES (randomblob(?))", [(16_000,)] * 200)

    with (tmp_path / "old.rostrum").open("rb") as old, (tmp_path / "draft").open("w+b") as draft:
        draft.write(old.read(records.database))
        draft.truncate(place + len(bodies))
        ahead = Ahead(place, draft.fileno(), lambda: None)
        with pytest.raises(apsw.FullError), filling._opened(tmp_path / "draft", records, ahead) as (database, _):
            grow(database, draft.fileno())
        assert os.pread(draft.fileno(), len(bodies) + 1, place) == bodies


def test_a_crew_that_ends_with_what_nobody_has_asked_for_leaves_no_thread_behind(large: Path) -> None:
    before = threading.active_count()
    orders = [Order((path.name,)) for path in sorted(large.iterdir()) if path.is_dir()]
    with Crew(large, 2) as crew:
        assert next(crew.map("check", orders)).unit == orders[0].unit
        assert threading.active_count() == before + 2
    assert threading.active_count() == before
    assert children() == []


def test_where_the_process_that_measures_the_exports_dies_nobody_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "draft")  # where it would wait for the first byte
    with draft_records(tmp_path) as records, apart(Draft(tmp_path / "draft", records.written(), {}), records.written().handles()) as asked:
        opened = asked("open")
        (number,) = children()
        os.kill(int(number), signal.SIGKILL)
        with pytest.raises(OSError, match="a process of the build has died"):
            next(opened)


def test_what_goes_wrong_in_the_process_that_measures_the_exports_goes_wrong_where_they_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "draft").write_bytes(b"no database" * 100)
    with draft_records(tmp_path) as records:
        written = records.written()
        with pytest.raises(apsw.NotADBError), exports_of(Draft(tmp_path / "draft", written, {}), written.handles()):
            pytest.fail("its database was opened")


def test_a_crew_that_begins_again_has_let_go_of_what_it_was_at(large: Path) -> None:
    orders = [Order((path.name,)) for path in sorted(large.iterdir()) if path.is_dir()]
    with Crew(large, 2) as crew:
        assert next(crew.map("check", orders)).unit == orders[0].unit
        crew.begin_again(2)
        assert [made.unit for made in crew.map("check", orders[::-1])] == [order.unit for order in reversed(orders)]


def test_no_process_waits_while_what_was_compiled_is_brought_into_order(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would hold hundreds of megabytes, at the moment when the process that writes takes most."""
    monkeypatch.setattr(building, "SMALL", 0)
    seen: list[int] = []
    Source(large, jobs=2).build(tmp_path / "made.rostrum", lambda: seen.append(len(children())))
    assert seen == [0]


def children() -> list[str]:
    """Return the processes that this one has started and that have not ended."""
    return [number for task in Path("/proc/self/task").iterdir() for number in (task / "children").read_text().split()]


def test_where_an_edit_finds_no_room_all_is_compiled_again_by_several_processes(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "SMALL", 0)
    data = shutil.copytree(large, tmp_path / "data")
    Source(data, jobs=2).build(tmp_path / "old.rostrum")
    for debate in sorted(path.name for path in data.iterdir() if path.is_dir())[:3]:
        change(data, f"{debate}/debate.json", debate, summary="Another.")
    with apsw.Connection(str(tmp_path / "old.rostrum")) as old:
        old.execute("UPDATE blocks SET first = 1, last = 1, reserved = 1")
    old.close()
    for name, base in (("again", tmp_path / "old.rostrum"), ("new", None)):
        Source(data, jobs=2, base=base).build(tmp_path / f"{name}.rostrum")
    assert list(content(tmp_path / "again.rostrum")) == list(content(tmp_path / "new.rostrum"))


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("share", [0.1, 0.25, 0.4, 0.55, 0.7, 0.85])
def test_a_damaged_snapshot_to_begin_from_keeps_no_dataset_from_being_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, jobs: int
) -> None:
    monkeypatch.setattr(building, "SMALL", 0)
    monkeypatch.setattr(editing, "LARGE", 0)
    data, old = tiny(tmp_path / "data"), tmp_path / "old.rostrum"
    built(data, old)
    change(data, "biscuits/claims.json", "strong-tea-holds", tags=["another"])
    raw = bytearray(old.read_bytes())
    at = int(len(raw) * share) // PAGE_BYTES * PAGE_BYTES
    raw[at : at + 2 * PAGE_BYTES] = bytes(2 * PAGE_BYTES)
    old.write_bytes(raw)
    again = tmp_path / "again.rostrum"
    Source(data, jobs=jobs, base=old).build(again)
    body = Snapshot(again).item(BY_TYPE["claim"], "biscuits.strong-tea-holds")
    assert body
    assert orjson.loads(body)["tags"] == ["another"]


def test_lines_of_csv_that_are_damaged_are_not_taken_over(tmp_path: Path) -> None:
    data, old = tiny(tmp_path / "data"), tmp_path / "old.rostrum"
    built(data, old)
    with database_of(old) as database:
        for number, lines in list(database.execute("SELECT id, lines FROM csv_lines WHERE collection = 'sources'")):
            database.execute("UPDATE csv_lines SET lines = ? WHERE id = ?", (lines[:-6] + bytes([lines[-6] ^ 1]) + lines[-5:], number))
    change(data, "biscuits/claims.json", "strong-tea-holds", tags=["another"])
    again, new = built(data, tmp_path / "again.rostrum", old), built(data, tmp_path / "new.rostrum")
    assert list(content(again)) == list(content(new))
    assert exports(Snapshot(again)) == exports(Snapshot(new))


def test_what_was_replaced_again_and_again_does_not_fill_a_snapshot(tmp_path: Path) -> None:
    data, target = tiny(tmp_path / "data"), tmp_path / "s.rostrum"
    built(data, target)
    shares = []
    for number in range(30):
        change(data, "biscuits/claims.json", "strong-tea-holds", tags=[f"number-{number}"])
        shape = Snapshot(built(data, target, target)).records.shape
        shares.append(shape.left / shape.size)
    assert max(shares) <= 2 / 3, "when more than half is left behind it is written from the beginning, and one debate more may be"
    assert shares.count(0.0) > 0, "it was"
    assert list(content(target)) == list(content(built(data, tmp_path / "new.rostrum")))


BUILD = """
import sys
from pathlib import Path
from api.snapshot import build, editing
build.SMALL = editing.LARGE = 0
base = Path(sys.argv[2])
build.Source(Path(sys.argv[1]), jobs=2, base=base if base.exists() else None).build(base)
"""


@pytest.mark.parametrize("delay", [0.0, 0.5, 1.5])
def test_a_build_by_several_processes_that_is_killed_leaves_what_stood_there_and_none_of_them(
    large: Path, tmp_path: Path, delay: float
) -> None:
    target = built(tiny(tmp_path / "tiny"), tmp_path / "s.rostrum")
    before = target.read_bytes()
    process = subprocess.Popen([sys.executable, "-c", BUILD, large, target], env=environment())
    while process.poll() is None and not any(tmp_path.glob(f"{DRAFT}*")) and not workers(process.pid):
        time.sleep(0.001)
    time.sleep(delay)
    helpers = workers(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert target.read_bytes() == before or Snapshot(target).digest == load(large).digest
    wait_until_gone(helpers)


def workers(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False).stdout
    return [int(one) for one in found.split()]


def wait_until_gone(processes: list[int]) -> None:
    until = time.monotonic() + 20
    for process in processes:
        while time.monotonic() < until:
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                break
            time.sleep(0.05)
        else:
            raise AssertionError(f"{process} lives on")


def test_on_a_full_disk_a_snapshot_that_is_made_from_another_leaves_that_as_it_was(large: Path, tmp_path: Path) -> None:
    data = Path(shutil.copytree(large, tmp_path / "data"))
    target = built(data, tmp_path / "s.rostrum")
    before = target.read_bytes()
    shutil.rmtree(next(path for path in sorted(data.iterdir(), reverse=True) if path.is_dir() and not named(data, path.name)))
    for size in (4096, len(before) // 2, len(before) - 1):
        limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        done = subprocess.run(
            [sys.executable, "-c", limit + BUILD, data, target], env=environment(), capture_output=True, text=True, check=False
        )
        assert "cannot be written" in done.stderr.splitlines()[-1]
        assert target.read_bytes() == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "s.rostrum"]


def named(data: Path, debate: str) -> bool:
    """Say whether any other debate names a record of a debate."""
    return any(f'"{debate}.' in path.read_text() for path in data.glob("*/claims.json") if path.parent.name != debate)
