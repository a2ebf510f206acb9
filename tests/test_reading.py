"""Nothing that a folder can hold makes the loader raise: what is wrong is a problem, and what is invalid never passes."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from tiny import FILES, change, spelled, tiny, write

from api.snapshot.build import Source
from schemas.json_schema import authored_file
from schemas.load import survey
from schemas.reading import Document, Unreadable, listed, read, read_text, scan

NAMES = sorted(FILES)
JSON_NAMES = [name for name in NAMES if name.endswith(".json")]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=9),
    st.sampled_from(["con", "../x", "\ud800", "a\0", ""]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """A tiny dataset that property tests change and put right again."""
    with tempfile.TemporaryDirectory() as folder:
        yield tiny(Path(folder))


def survey_with(folder: Path, name: str, spelling: bytes) -> list[Any]:
    """Return the problems of a dataset in which one file holds something else for a while."""
    before = (folder / name).read_bytes()
    (folder / name).write_bytes(spelling)
    try:
        return survey(folder)[1]
    finally:
        (folder / name).write_bytes(before)


def pointers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value within a value, the whole included."""
    yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from pointers(item, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a copy of a value in which the one at a path is another."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@examples(60)
@given(data=st.data())
def test_changing_bytes_of_any_file_never_makes_the_loader_raise(shared: Path, data: st.DataObject):
    """Bytes are overwritten, put in and cut off; the answer is always a list of problems."""
    name = data.draw(st.sampled_from(NAMES))
    whole = (shared / name).read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 20))
    put = data.draw(
        st.binary(max_size=8)
        | st.sampled_from([b"\xed\xa0\x80", b"\\ud800", b'"', b"[", b"{", b",", b"1e999", b"\x00", b"-" + b"9" * 5000])
    )
    survey_with(shared, name, whole[:at] + put + whole[at + cut :])


@examples(75)
@given(data=st.data())
def test_what_the_json_schema_refuses_is_never_valid(shared: Path, data: st.DataObject):
    """Any value of any file is replaced by any other, and an independent check says whether that can pass."""
    name = data.draw(st.sampled_from(JSON_NAMES))
    path = data.draw(st.sampled_from(list(pointers(FILES[name]))))
    value = replaced(FILES[name], path, data.draw(VALUES))
    problems = survey_with(shared, name, spelled(value).encode(errors="backslashreplace"))
    validator = jsonschema.Draft202012Validator(authored_file(name.rpartition("/")[2]))
    assert problems or validator.is_valid(value)


@examples(60)
@given(data=st.data())
def test_a_key_or_an_item_that_is_removed_never_makes_the_loader_raise(shared: Path, data: st.DataObject):
    """What is missing is a problem, or is optional."""
    name = data.draw(st.sampled_from([name for name in JSON_NAMES if FILES[name]]))
    *above, last = data.draw(st.sampled_from([path for path in pointers(FILES[name]) if path]))
    holder = FILES[name]
    for key in above:
        holder = holder[key]
    smaller = {key: item for key, item in holder.items() if key != last} if isinstance(holder, dict) else holder[:last] + holder[last + 1 :]
    survey_with(shared, name, spelled(replaced(FILES[name], tuple(above), smaller)).encode())


@examples(50)
@given(value=VALUES, indent=st.sampled_from([None, 0, 2]), ascii_=st.booleans())
def test_every_value_of_a_json_text_is_found_at_its_place(value: Any, indent: int | None, ascii_: bool):
    """The scanner sees what the parser sees, and each place begins with the value, or with its key."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_)
    found = dict(scan(text))
    assert set(found) == set(pointers(value))
    for path, offset in found.items():
        begins = json.dumps(path[-1], ensure_ascii=ascii_) if path and isinstance(path[-1], str) else text[offset]
        assert text.startswith(begins, offset)


@pytest.mark.parametrize("name", NAMES)
def test_each_file_may_be_missing_or_a_folder_or_a_broken_link(tmp_path: Path, name: str):
    """Each of the three is a problem of that very file."""
    for put in (None, Path.mkdir, lambda path: path.symlink_to("nowhere")):
        folder = tiny(tmp_path / "data")
        (folder / name).unlink()
        if put:
            put(folder / name)
        assert name in {problem.file for problem in survey(folder)[1]}
        shutil.rmtree(folder)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that a user without rights could get at; those of pytest are closed to all but their owner."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def without_rights() -> Iterator[None]:
    """Run as nobody where the tests are run by root, who may read everything."""
    user = os.geteuid()
    os.seteuid(65_534 if user == 0 else user)
    yield
    os.seteuid(user)


FOLDERS = [".", "tea", "tea/sources"]
CLOSED = [*FOLDERS, "tea/claims.json", "tea/sources/kettle-hour.txt", "actors.json", "dataset.json"]
MODES = [*((closed, mode) for closed in CLOSED for mode in (0o000, 0o200)), *((folder, 0o400) for folder in FOLDERS)]


@pytest.mark.parametrize(("closed", "mode"), MODES)
def test_what_may_not_be_read_is_a_problem(open_folder: Path, closed: str, mode: int, request: pytest.FixtureRequest):
    """A file or a folder without permission is told like anything else that is wrong, read at once or debate by debate."""
    folder = tiny(open_folder / "data")
    (folder / closed).chmod(mode)
    request.getfixturevalue("without_rights")
    problems = [str(problem) for problem in survey(folder)[1]]
    assert any("permission denied" in problem for problem in problems)
    assert not any("is missing" in problem for problem in problems)
    assert [str(problem) for problem in Source(folder).problems()] == problems
    with pytest.raises(Unreadable):
        read_text(folder / closed)
    if mode != 0o400:  # of such a folder the names may be read
        with pytest.raises(Unreadable):
            listed(folder / closed)


def test_a_file_that_vanishes_while_it_is_read_is_a_problem(tmp_path: Path):
    """A pipe stands for it: it is there when the folder is listed and is no file when it is opened."""
    folder = tiny(tmp_path)
    (folder / "tea/claims.json").unlink()
    os.mkfifo(folder / "tea/claims.json")
    assert [str(problem) for problem in survey(folder)[1]] == ["tea/claims.json: is no regular file; put the file there [readable]"]


def document(text: str, folder: Path) -> Document:
    """Return a text as a document that was read."""
    write(folder, "some.json", text)
    return read(folder / "some.json", "some.json")


def test_a_place_is_the_line_and_column_of_the_key(tmp_path: Path):
    """Lines and columns count from 1, columns in characters."""
    found = document('{\n  "é": [1,\n    {"b": null}]}\n', tmp_path)
    assert found.place(()) == (1, 1)
    assert found.place(("é",)) == (2, 3)
    assert found.place(("é", 0)) == (2, 9)
    assert found.place(("é", 1, "b")) == (3, 6)
    assert found.place(("é", 1, "missing", "deeper")) == (3, 5)


def test_only_the_outermost_of_repeated_keys_is_reported(tmp_path: Path):
    """What is within the second of two objects is not a repetition of what is within the first."""
    found = document('{"a": {"x": 1, "x": 2},\n "b": 1,\n "a": {"x": 3}}', tmp_path)
    assert [(line, column, fault.problem) for line, column, fault in found.doubles()] == [
        (1, 16, "repeats the key 'x'"),
        (3, 2, "repeats the key 'a'"),
    ]


def test_a_text_of_64_mib_is_read(tmp_path: Path):
    """The limit itself is allowed; a byte more is not, which a broken example shows."""
    path = tmp_path / "large.txt"
    path.touch()
    os.truncate(path, 64 * 1024 * 1024)
    assert len(read_text(path)) == 64 * 1024 * 1024


def test_a_long_string_of_escapes_is_scanned_without_a_stack(tmp_path: Path):
    """The scanner keeps nothing for each character of a string."""
    assert len(list(scan('["' + "\\\\" * 1_000_000 + '"]'))) == 2


@pytest.mark.parametrize(
    "id_", ["con", "../x", "..", "/etc/passwd", "a\0b", "\ud800", "x" * 5_000, "", " ", "é", "a/b", "-", 7, None, [], {}]
)
def test_an_id_of_a_source_never_leads_out_of_its_folder(tmp_path: Path, id_: Any):
    """Only a slug is ever made into the name of a file."""
    folder = tiny(tmp_path)
    change(folder, "biscuits/sources.json", "crumbs", id=id_)
    dataset, problems = survey(folder)
    assert any(problem.file == "biscuits/sources.json" for problem in problems)
    assert set(dataset.texts) == {"tea.kettle-hour"}
