"""The README keeps its word: what it shows is what happens, with curl and without, and it leads to all there is to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from documentation import DOCUMENTS, ROOT, Place, commands_of, curl_for, differences, serving, stand_in

from api.config import described
from schemas import RESOURCES

README = ROOT / "README.md"
TEXT = README.read_text("utf-8")
MOST_LINES = 330
FIRST_SCREEN = 25


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the shipped dataset."""
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


def test_every_command_answers_what_is_shown(base: str, tmp_path: Path) -> None:
    assert list(differences(README, Place(tmp_path, base, curl_for(tmp_path)))) == []


def test_a_machine_without_curl_gets_the_same_answers(base: str, tmp_path: Path) -> None:
    place = Place(tmp_path, base, stand_in(tmp_path))
    assert list(differences(README, place, only="curl ")) == []


def test_the_first_screen_says_how_to_serve_to_test_and_to_ask() -> None:
    first = [command.text for command in commands_of("\n".join(TEXT.splitlines()[:FIRST_SCREEN]))]
    assert [text.split()[:2] for text in first[:2]] == [["make", "serve"], ["make", "test"]]
    assert first[2].startswith("curl ")


def test_it_is_short_enough_to_be_read() -> None:
    assert len(TEXT.splitlines()) <= MOST_LINES


def test_it_names_every_collection() -> None:
    assert [resource.collection for resource in RESOURCES if f"| `/v1/{resource.collection}` |" not in TEXT] == []


def test_it_shows_every_setting() -> None:
    assert [name for name, _, _ in described() if f"  {name} " not in TEXT] == []


def test_it_leads_to_every_document() -> None:
    documents = {path.relative_to(ROOT).as_posix() for path in [*DOCUMENTS, *(ROOT / "docs").glob("*.md")]} - {"README.md"}
    linked = {path for path in documents if f"]({path})" in TEXT}
    assert linked == documents
