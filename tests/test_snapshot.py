"""A snapshot is built whole or not at all, and the same content gives the same bytes everywhere."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import marshmallow as ma
import orjson
import pytest
from running import environment
from tiny import FILES, TEA_TEXT, change, tiny, write

from api.snapshot.build import STEPS, build, compiled
from api.snapshot.draft import DRAFT
from api.snapshot.holding import UnusableSnapshot
from api.snapshot.layout import APPLICATION_ID, FORMAT, file_name, may_be_replaced, software
from api.snapshot.read import Snapshot
from schemas import RESOURCES
from schemas.dataset import Dataset
from schemas.load import load

NOBODY = 65_534

BUILD = """
import sys
from pathlib import Path
from api.snapshot.build import build
from schemas.load import load
build(load(Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def built(tiny_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot of the tiny dataset."""
    target = tmp_path_factory.mktemp("built") / "tiny.rostrum"
    build(tiny_dataset, target)
    return target


def python(program: str, *arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", program, *map(str, arguments)]
    return subprocess.run(command, env=environment(**settings), capture_output=True, text=True, timeout=60, check=False)


def changed(folder: Path) -> Dataset:
    """Return the tiny dataset with another title."""
    tiny(folder)
    change(folder, "tea/debate.json", "tea", title="The Very Great Tea Dispute")
    return load(folder)


def test_every_record_is_in_the_snapshot_in_its_public_form(built: Path, tiny_dataset: Dataset) -> None:
    snapshot = Snapshot(built)
    for resource in RESOURCES:
        records = compiled(tiny_dataset)[resource.type]
        assert snapshot.counts[resource.collection] == len(records)
        assert {served: orjson.loads(snapshot.item(resource, served) or b"") for served in records} == records


def test_the_snapshot_says_what_it_is_of(built: Path, tiny_dataset: Dataset) -> None:
    snapshot = Snapshot(built)
    assert (snapshot.digest, snapshot.about) == (tiny_dataset.digest, FILES["dataset.json"])
    assert snapshot.text("tea.kettle-hour") == TEA_TEXT.encode()


def test_any_sqlite_can_read_a_snapshot_and_finds_it_sound(built: Path) -> None:
    database = sqlite3.connect(f"{built.as_uri()}?mode=ro&immutable=1", uri=True)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert database.execute("PRAGMA user_version").fetchone() == (FORMAT,)
    database.close()


def test_the_same_content_gives_the_same_digest_and_the_same_bytes(built: Path, tmp_path: Path) -> None:
    for name in reversed(FILES):  # written in another order, at another time, in another folder
        write(tmp_path / "copy", name, FILES[name])
        os.utime(tmp_path / "copy" / name, (1, 1))
    copy = load(tmp_path / "copy")
    build(copy, tmp_path / "another-name.rostrum")
    assert copy.digest == Snapshot(built).digest
    assert (tmp_path / "another-name.rostrum").read_bytes() == built.read_bytes()


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_bytes_do_not_depend_on_the_seed_that_python_hashes_with(built: Path, tmp_path: Path, tiny_dataset: Dataset, seed: str) -> None:
    done = python(BUILD, tiny_dataset.folder, tmp_path / "seeded.rostrum", PYTHONHASHSEED=seed)
    assert done.stderr == ""
    assert (tmp_path / "seeded.rostrum").read_bytes() == built.read_bytes()


def test_other_content_gives_another_digest_and_another_name(tiny_dataset: Dataset, tmp_path: Path) -> None:
    other = changed(tmp_path)
    assert other.digest != tiny_dataset.digest
    assert file_name(other.digest) != file_name(tiny_dataset.digest)
    assert file_name(other.digest).endswith(f"-{FORMAT}-{software()}.rostrum")


def test_the_digest_is_what_sha256sum_says_of_the_list_of_files(tiny_dataset: Dataset) -> None:
    listing = "sha256sum $(find . -type f -printf '%P\\n' | LC_ALL=C sort) | sha256sum"
    said = subprocess.run(["sh", "-c", listing], cwd=tiny_dataset.folder, capture_output=True, text=True, check=True).stdout
    assert tiny_dataset.digest == f"sha256:{said.split()[0]}"


def test_a_build_replaces_what_stood_there_and_who_reads_the_old_one_reads_on(tiny_dataset: Dataset, tmp_path: Path) -> None:
    target = tmp_path / "s.rostrum"
    build(tiny_dataset, target)
    old = Snapshot(target)
    build(changed(tmp_path / "changed"), target)
    (debate,) = (resource for resource in RESOURCES if resource.type == "debate")
    titles = [orjson.loads(snapshot.item(debate, "tea") or b"")["title"] for snapshot in (old, Snapshot(target))]
    assert titles == ["The Great Tea Dispute", "The Very Great Tea Dispute"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed", "s.rostrum"]


def test_a_link_is_followed_and_stays_a_link(tiny_dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "current.rostrum").symlink_to("real.rostrum")
    build(tiny_dataset, tmp_path / "current.rostrum")
    assert (tmp_path / "current.rostrum").is_symlink()
    assert Snapshot(tmp_path / "real.rostrum").digest == tiny_dataset.digest


def test_the_file_may_be_read_by_whom_the_user_lets_read_files(tiny_dataset: Dataset, tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        build(tiny_dataset, tmp_path / "s.rostrum")
    finally:
        os.umask(mask)
    assert (tmp_path / "s.rostrum").stat().st_mode & 0o777 == 0o640


def test_a_fault_in_the_software_leaves_what_stood_there(tiny_dataset: Dataset, tmp_path: Path) -> None:
    target = tmp_path / "s.rostrum"
    build(tiny_dataset, target)
    before = target.read_bytes()
    broken = changed(tmp_path / "changed")
    broken.index["claim"]["tea.tea-goes-first"].data["kind"] = "shouted"
    with pytest.raises(ma.ValidationError):
        build(broken, target)
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed", "s.rostrum"]


@pytest.mark.parametrize("name", ["folder", "fifo", "file/s.rostrum", "/dev/null"])
def test_where_no_file_can_be_written_the_error_says_so_and_nothing_is_left(tiny_dataset: Dataset, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError, match=r"the snapshot .* cannot be written: "):
        build(tiny_dataset, tmp_path / name)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["fifo", "file", "folder"]
    assert Path("/dev/null").is_char_device()


@contextmanager
def without_privilege() -> Iterator[None]:
    """Be nobody for a while, where this process is root, who may write everywhere."""
    own = os.geteuid()
    if own == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(own)


def test_a_folder_that_may_not_be_written_is_named(tiny_dataset: Dataset) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with without_privilege(), pytest.raises(OSError, match=r"cannot be written: permission denied"):
            build(tiny_dataset, Path(folder) / "s.rostrum")


def test_on_a_full_disk_the_error_says_so_and_what_stood_there_still_does(built: Path, tmp_path: Path, tiny_dataset: Dataset) -> None:
    target = Path(shutil.copy(built, tmp_path / "s.rostrum"))
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"  # as near as a test comes to a full disk
    done = python(limit + BUILD, tiny_dataset.folder, target)
    assert done.returncode == 1
    assert "OSError: the snapshot" in done.stderr.splitlines()[-1]
    assert "cannot be written" in done.stderr.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["s.rostrum"]
    assert target.read_bytes() == built.read_bytes()


def test_a_build_that_is_killed_leaves_what_stood_there_and_the_next_one_sweeps_up(
    built: Path, tmp_path: Path, tiny_dataset: Dataset
) -> None:
    target = Path(shutil.copy(built, tmp_path / "s.rostrum"))
    program = BUILD.replace("build(load", "data = load").replace(", Path(sys.argv[2]))", "") + "while True: build(data, Path(sys.argv[2]))"
    digests = set()
    for delay in (0.0, 0.02, 0.05):
        process = subprocess.Popen([sys.executable, "-c", program, tiny_dataset.folder, target], env=environment())
        while not any(tmp_path.glob(f"{DRAFT}*")):
            assert process.poll() is None
            time.sleep(0.001)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        digests.add(Snapshot(target).digest)
    assert digests == {tiny_dataset.digest}
    (tmp_path / f"{DRAFT}left").write_bytes(b"half")
    build(tiny_dataset, target)
    assert [path.name for path in tmp_path.iterdir()] == ["s.rostrum"]


def test_the_draft_of_a_build_that_lives_is_left_alone(tmp_path: Path, tiny_dataset: Dataset) -> None:
    with (tmp_path / f"{DRAFT}alive").open("wb") as draft:
        fcntl.flock(draft, fcntl.LOCK_EX)
        build(tiny_dataset, tmp_path / "s.rostrum")
        assert (tmp_path / f"{DRAFT}alive").exists()


def test_builds_of_the_same_file_at_once_do_not_disturb_one_another(built: Path, tmp_path: Path) -> None:
    datasets = [load(tiny(tmp_path / "data")) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda dataset: build(dataset, tmp_path / "s.rostrum"), datasets * 2))
    assert (tmp_path / "s.rostrum").read_bytes() == built.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "s.rostrum"]


def test_who_watches_a_build_hears_how_far_it_is_and_never_of_less_than_before(tiny_dataset: Dataset, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    build(tiny_dataset, tmp_path / "s.rostrum", lambda done, total: heard.append((done, total)))
    steps = [done for done, _ in heard]
    assert steps == sorted(set(steps))
    assert heard[-1] == (STEPS, STEPS)
    assert {total for _, total in heard} == {STEPS}


@pytest.mark.parametrize("size", [0, 50, 100, 5000, -1])
def test_a_file_that_is_cut_short_is_no_snapshot(built: Path, tmp_path: Path, size: int) -> None:
    (tmp_path / "cut.rostrum").write_bytes(built.read_bytes()[:size])
    with pytest.raises(UnusableSnapshot, match=r"cut\.rostrum"):
        Snapshot(tmp_path / "cut.rostrum")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("PRAGMA user_version = 99", "has format 99 where this version reads 1"),
        ("PRAGMA application_id = 7", "is no snapshot"),
        ("UPDATE meta SET value = 'other' WHERE key = 'software'", "was built by another version of the software"),
        ("DELETE FROM meta WHERE key = 'complete'", "is incomplete"),
        ("DROP TABLE meta", "is damaged"),
        ("DELETE FROM meta WHERE key = 'records'", "is damaged: 'records'"),
        ("UPDATE meta SET value = '{' WHERE key = 'about'", "is damaged: .*property name"),
        ("UPDATE meta SET value = '{\"size\": 1}' WHERE key = 'records'", "is truncated: .* are not the"),
    ],
    ids=["format", "application", "software", "incomplete", "damaged", "no records", "no description", "other records"],
)
def test_a_snapshot_of_something_else_is_refused_with_the_reason(built: Path, tmp_path: Path, statement: str, reason: str) -> None:
    target = Path(shutil.copy(built, tmp_path / "s.rostrum"))
    database = sqlite3.connect(target)
    database.execute(statement)
    database.commit()
    database.close()
    with pytest.raises(UnusableSnapshot, match=reason):
        Snapshot(target)


def test_a_build_takes_the_place_of_nothing_but_a_snapshot(built: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "cut").write_bytes(built.read_bytes()[:200])
    (tmp_path / "notes.txt").write_text("What I have to remember.\n" * 10)
    sqlite3.connect(tmp_path / "other.db").executescript("CREATE TABLE precious (thing)").connection.close()
    allowed = {name: may_be_replaced(tmp_path / name) for name in ("missing", "empty", "cut", "notes.txt", "other.db")}
    assert allowed == {"missing": True, "empty": True, "cut": True, "notes.txt": False, "other.db": False}


def test_a_pipe_is_no_snapshot_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnusableSnapshot, match="is no regular file"):
        Snapshot(tmp_path / "pipe")
    assert may_be_replaced(tmp_path / "pipe")
