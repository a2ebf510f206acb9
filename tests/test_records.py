"""The bodies of records stand behind the database of a snapshot: whatever was written and removed, each is found at its row."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from api.snapshot import copying
from api.snapshot.record_writing import Ahead, DraftRecords, draft_records
from api.snapshot.records import ALIGNED, NUMBER, PLACE_BYTES, Records, Shape

DATABASE = b"what comes before " * 1000
NAMES = ["quotes", "claims"]
Model = dict[str, dict[int, bytes]]
BODIES = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5)
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 60), st.sampled_from([1, 1, 7]), BODIES), max_size=8)
REMOVED = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 60), st.integers(0, 20)), max_size=4)


def written(records: DraftRecords, model: Model, steps: list[tuple[str, int, int, list[bytes]]], gone: list[tuple[str, int, int]]) -> None:
    """Remove rows, and write others in the place of what is there."""
    for name, first, more in gone:
        records.remove(name, first, first + more)
        model[name] = {row: body for row, body in model[name].items() if not first <= row <= first + more}
    for name, first, step, bodies in steps:
        for row in range(first, first + step * len(bodies), step):
            records.remove(name, row, row)
        records.write(name, first, bodies, step)
        model[name] |= dict(zip(range(first, first + step * len(bodies), step), bodies, strict=True))


@contextmanager
def whole(records: DraftRecords, path: Path) -> Iterator[Records]:
    """Give the records of a file that is whole."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(DATABASE)
    records.put_behind(len(DATABASE), path)
    handle = os.open(path, os.O_RDONLY)
    try:
        yield Records(handle, len(DATABASE), records.shape)
    finally:
        os.close(handle)


def same(records: Records | DraftRecords, model: Model) -> None:
    """Compare all that records hold with what they should."""
    for name, rows in model.items():
        assert list(records.between(name)) == sorted(rows.items())
        assert list(records.between(name, 5, 20)) == sorted((row, body) for row, body in rows.items() if 5 <= row <= 20)
    assert records.shape.size - records.shape.left == sum(len(body) for rows in model.values() for body in rows.values())


@examples(100)
@given(steps=STEPS, more=STEPS, gone=REMOVED)
def test_each_body_is_found_at_its_row_whatever_was_written_and_removed_before_it(
    steps: list[tuple[str, int, int, list[bytes]]], more: list[tuple[str, int, int, list[bytes]]], gone: list[tuple[str, int, int]]
) -> None:
    model: Model = {name: {} for name in NAMES}
    with tempfile.TemporaryDirectory() as folder:
        with draft_records(Path(folder)) as draft:
            written(draft, model, steps, [])
            same(draft, model)
            with whole(draft, Path(folder) / "one") as one:
                same(one, model)
                with draft_records(Path(folder), one) as copy:
                    written(copy, model, more, gone)
                    same(copy, model)
                    with whole(copy, Path(folder) / "other") as other:
                        same(other, model)
                        for name, rows in model.items():
                            assert other.at(name, reversed(rows)) == list(reversed(rows.values()))
                            for missing in {*range(70), 1 << 20} - rows.keys():
                                with pytest.raises(LookupError, match=f"no row of that number in {name}"):
                                    other.at(name, [*rows, missing])
        assert sorted(path.name for path in Path(folder).iterdir()) == ["one", "other"]


@examples(60)
@given(steps=STEPS, more=STEPS, gone=REMOVED, room=st.sampled_from([0, ALIGNED]), far=st.sampled_from([61, 5000]), early=st.booleans())
def test_bodies_that_are_copied_before_the_others_are_known_are_found_at_their_rows(
    steps: list[tuple[str, int, int, list[bytes]]],
    more: list[tuple[str, int, int, list[bytes]]],
    gone: list[tuple[str, int, int]],
    room: int,
    far: int,
    *,
    early: bool,
) -> None:
    model: Model = {name: {} for name in NAMES}
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other"
        with draft_records(Path(folder)) as draft:
            written(draft, model, steps, [])
            with whole(draft, Path(folder) / "one") as one, other.open("w+b") as target:
                place = one.begin + room
                parts = copying.Parts(one.handle, target.fileno(), {"bodies": (one.begin, one.shape.size, place)})
                with draft_records(Path(folder), one, Ahead(place, target.fileno(), lambda: parts.do("bodies"))) as copy:
                    written(copy, model, more, gone)
                    written(copy, model, [("claims", far, 1, [b"behind all others"])], [])  # there may be no room for so many places
                    same(copy, model)
                    if early:
                        copy.settle()
                        same(copy, model)
                    with whole(copy, other) as made:
                        same(made, model)
                        assert (made.begin == place) == (copy.shape.bounds(len(DATABASE))[1] == place)


def test_bodies_of_any_length_are_read_in_pieces_wherever_these_begin_and_end(tmp_path: Path) -> None:
    first = {row: os.urandom(size) for row, size in enumerate([1, 400_000, 1, 700_000, 3 * copying.BUFFER_BYTES, 300_000, 2, 1_000_000])}
    more = {row: os.urandom(size) for row, size in enumerate([500_000, 2 * copying.BUFFER_BYTES, 5, 600_000, 600_000], start=20)}
    with draft_records(tmp_path) as draft:
        draft.write("claims", 0, list(first.values()))
        same(draft, {"claims": first})
        with whole(draft, tmp_path / "one") as one, draft_records(tmp_path, one) as copy:
            copy.write("claims", 20, list(more.values()))
            same(copy, {"claims": first | more})


def test_what_is_mapped_begins_where_every_system_can_map_it(tmp_path: Path) -> None:
    with draft_records(tmp_path) as draft:
        draft.write("claims", 3, [b"one", b"two"])
        places, bodies, end = draft.shape.bounds(len(DATABASE))
        assert places % ALIGNED == bodies % ALIGNED == 0
        with whole(draft, tmp_path / "file"):
            assert (tmp_path / "file").stat().st_size == end == bodies + 6


@pytest.mark.parametrize("shares", [False, True])
def test_a_part_of_a_file_is_copied_whether_or_not_the_two_can_share_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, shares: bool
) -> None:
    data = os.urandom(3 * copying.BUFFER_BYTES)
    (tmp_path / "source").write_bytes(data)
    (tmp_path / "target").write_bytes(b"before")

    def ioctl(target: int, request: int, asked: bytes) -> None:
        """Do what a file system does that can share blocks, or refuse it."""
        handle, begin, size, at = struct.unpack("qQQQ", asked)
        assert request == 0x4020940D
        if not shares:
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        os.pwrite(target, os.pread(handle, size, begin), at)

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    with (tmp_path / "source").open("rb") as source, (tmp_path / "target").open("r+b") as target:
        copying.copy(source.fileno(), 17, len(data) - 20, target.fileno(), 6)
        copying.copy(source.fileno(), 5, 0, target.fileno(), 1)
    assert (tmp_path / "target").read_bytes() == b"before" + data[17:-3]


def test_a_file_that_ends_too_early_is_not_copied_in_part_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"short")
    source, target = tmp_path / "source", tmp_path / "target"
    with source.open("rb") as old, target.open("w+b") as new, pytest.raises(OSError, match="ends 15 bytes before it should"):
        copying.copy(old.fileno(), 0, 20, new.fileno(), 0)


def test_a_body_is_found_beyond_what_thirty_two_bits_can_say(tmp_path: Path) -> None:
    far, path = 5 << 30, tmp_path / "large"
    shape = Shape({"quotes": 3, "claims": 2}, size=far + 4)
    places, bodies, end = shape.bounds(0)
    with path.open("wb") as file:
        file.truncate(end)  # without writing what is between
        file.seek(places + 4 * PLACE_BYTES)
        file.write(array(NUMBER, [far, far + 4]))
        file.seek(bodies + far)
        file.write(b"tail")
    with path.open("rb") as file:
        records = Records(file.fileno(), 0, shape)
        assert list(records.between("claims")) == [(1, b"tail")]
        assert records.at("claims", [1]) == [b"tail"]
