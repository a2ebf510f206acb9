"""Canonical form is one spelling for each content; `rostrum fix` writes it, loses nothing, and leaves alone what it cannot keep."""

from __future__ import annotations

import hashlib
import json
import random
import re
import resource
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from tiny import FILES, content, edit, spelled, tiny, write

from schemas.canonical import compact, dumps
from schemas.fix import fix
from schemas.load import load, survey

FLOAT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?")
JSON_NAMES = [name for name in FILES if name.endswith(".json")]
ANY_TEXT = st.text(alphabet=st.sampled_from('aé\u0301e\u212bK\u1100\u1161 🫖"\\\n/'), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 2**60) | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(VALUES)
def test_the_writer_writes_what_json_writes_with_two_spaces(value: Any):
    """It is quicker, and no other spelling."""
    assert dumps(value) == json.dumps(value, ensure_ascii=False, indent=2) + "\n"


@given(VALUES | st.recursive(st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(), st.lists))
def test_the_compact_writer_writes_what_json_writes_without_spaces(value: Any):
    """It is quicker, and no other spelling but of very small and very large numbers."""
    written = compact(value).decode()
    assert json.loads(written) == value
    assert FLOAT.sub("", written) == FLOAT.sub("", json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def meaning(value: Any) -> Any:
    """Return what a file says, whatever the order of its keys and records and the spelling of its letters."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return sorted((meaning(key), repr(meaning(item))) for key, item in value.items())
    return [meaning(item) for item in value] if isinstance(value, list) else value


def of_records(value: Any) -> Any:
    """Return what a file says, the order of the records of a list aside."""
    return sorted(repr(meaning(item)) for item in value) if isinstance(value, list) else meaning(value)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def shuffled(value: Any, chance: random.Random) -> Any:
    """Return a value with the keys of all its objects in another order."""
    if isinstance(value, dict):
        return {key: shuffled(item, chance) for key, item in chance.sample(list(value.items()), len(value))}
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


def test_the_tiny_dataset_is_canonical_and_stays_as_it_is(tmp_path: Path):
    """Nothing is rewritten that need not be."""
    folder = tiny(tmp_path)
    before = snapshot(folder)
    assert fix(folder) == []
    assert snapshot(folder) == before


@examples(12)
@given(seed=st.integers(0, 2**32), indent=st.sampled_from([None, 0, 1, 4]), ascii_=st.booleans())
def test_any_spelling_of_the_tiny_dataset_is_fixed_into_the_same_bytes(seed: int, indent: int | None, ascii_: bool):
    """Order of records and keys, layout, escapes and decomposed letters: all come out as the one canonical form."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = tiny(Path(name))
        before, digest = snapshot(folder), load(folder).digest
        for file in JSON_NAMES:
            value = shuffled(content(folder, file), chance)
            if isinstance(value, list):
                chance.shuffle(value)
            write(folder, file, unicodedata.normalize(chance.choice(["NFC", "NFD"]), json.dumps(value, indent=indent, ensure_ascii=ascii_)))
        assert set(fix(folder)) <= set(JSON_NAMES)
        assert snapshot(folder) == before
        assert load(folder).digest == digest


@examples(40)
@given(file=st.sampled_from(JSON_NAMES), value=VALUES, data=st.data())
def test_fix_keeps_the_meaning_of_whatever_it_rewrites_and_has_nothing_to_do_twice(file: str, value: Any, data: st.DataObject):
    """Values of any shape, in place of a file or of a record in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = tiny(Path(name))
        if data.draw(st.booleans()) and isinstance(FILES[file], list):
            value = [*FILES[file][:2], value, *FILES[file][2:]]
        write(folder, file, json.dumps(value))
        before = snapshot(folder)
        rewritten = fix(folder)
        assert of_records(content(folder, file)) == of_records(value)
        assert {path for path, there in snapshot(folder).items() if before[path] != there} == set(rewritten)
        assert fix(folder) == []


@examples(20)
@given(
    order=st.permutations(range(4)),
    texts=st.lists(st.sampled_from(["Milk first!", "Tea  first!", "Ce\u0301 or é", "no such words"]), min_size=4, max_size=4),
)
def test_quotes_are_fixed_once_whether_they_can_be_found_or_not(order: list[int], texts: list[str]):
    """Where one of them has no place their order is left alone, and a second run agrees with the first."""
    with tempfile.TemporaryDirectory() as name:
        folder = tiny(Path(name))
        quotes = [FILES["tea/quotes.json"][place] | ({"text": texts[place]} if place % 2 else {}) for place in order]
        write(folder, "tea/quotes.json", quotes)
        fix(folder)
        assert of_records(content(folder, "tea/quotes.json")) == of_records(quotes)
        assert fix(folder) == []


LEFT_ALONE = {
    "a key twice": '{"id": "tea", "id": "tea"}',
    "half a file": '{"id": "tea"',
    "a lone surrogate": '{"id": "tea", "note": "\\ud800"}',
    "two keys that are one in form C": '{"é": 1, "e\u0301": 2}',
    "a number that is infinite": '{"id": 1e999}',
    "a byte order mark": '\ufeff{"id":"tea"}',
    "a deep nest": "[" * 40 + "]" * 40,
}


@pytest.mark.parametrize("spelling", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_a_file_that_could_lose_something_is_left_alone(tmp_path: Path, spelling: str):
    """The problem is the curator's to solve; the other files are fixed all the same."""
    folder = tiny(tmp_path)
    write(folder, "tea/debate.json", spelling)
    write(folder, "tea/events.json", json.dumps(FILES["tea/events.json"]))
    assert fix(folder) == ["tea/events.json"]
    assert (folder / "tea/debate.json").read_text(encoding="utf-8") == spelling
    assert survey(folder)[1]


def test_a_folder_that_is_none_is_left_alone(tmp_path: Path):
    """There is nothing to fix where there is nothing."""
    assert fix(tmp_path / "nowhere") == []


def test_fix_writes_through_a_link_and_keeps_who_may_read(tmp_path: Path):
    """The file changes where it is, and its permissions stay."""
    folder = tiny(tmp_path / "data")
    there = tmp_path / "actors.json"
    (folder / "actors.json").rename(there)
    (folder / "actors.json").symlink_to(there)
    there.write_text(json.dumps(FILES["actors.json"]), encoding="utf-8")
    there.chmod(0o640)
    assert fix(folder) == ["actors.json"]
    assert (folder / "actors.json").is_symlink()
    assert there.read_text(encoding="utf-8") == spelled(FILES["actors.json"])
    assert there.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["actors.json", "data"]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """Let no file grow over ten bytes, as if the disk were full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_file_that_cannot_be_written_is_as_it_was(tmp_path: Path, request: pytest.FixtureRequest):
    """Nothing is left behind, not half of a file and no other."""
    folder = tiny(tmp_path)
    edit(folder, "tea/claims.json", lambda claims: claims[::-1])
    before = snapshot(folder)
    request.getfixturevalue("full_disk")
    with pytest.raises(OSError, match="File too large"):
        fix(folder)
    assert snapshot(folder) == before


def test_the_digest_is_the_one_that_sha256sum_gives(tmp_path: Path):
    """It is the hash of the list of hashes of all files, so that anybody can compute it."""
    folder = tiny(tmp_path)
    hashes = (f"{hashlib.sha256(there).hexdigest()}  {path}\n" for path, there in sorted(snapshot(folder).items()))
    assert load(folder).digest == "sha256:" + hashlib.sha256("".join(hashes).encode()).hexdigest()


def test_the_digest_changes_with_a_single_character(tmp_path: Path):
    """No two contents share a digest."""
    folder = tiny(tmp_path)
    digest = load(folder).digest
    edit(folder, "biscuits/debate.json", lambda debate: debate.update(title="The Biscuit Questions"))
    assert load(folder).digest != digest


@pytest.mark.parametrize("number", ["1e-400", "0.30000000000000000001", "9007199254740993.0"])
def test_fix_leaves_a_file_alone_whose_numbers_it_could_not_write_as_they_are(tmp_path: Path, number: str) -> None:
    folder = tiny(tmp_path)
    path = folder / "tea/quotes.json"
    text = path.read_text("utf-8").replace('"start": 4', f'"start":   {number}')
    path.write_text(text, "utf-8")
    assert number in text
    assert fix(folder) == []
    assert path.read_text("utf-8") == text
