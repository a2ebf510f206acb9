"""The documents are true: their commands answer what is shown, what they name is there, and their recipes work."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from curl import options
from documentation import (
    ANY_LINES,
    BASE,
    DOCUMENTS,
    FILE,
    LANGUAGES,
    PART,
    ROOT,
    SCRIPT,
    Place,
    asks_the_server,
    blocks,
    commands_of,
    curl_for,
    differences,
    is_as_shown,
    renewed,
    serving,
)
from flask.testing import FlaskClient

from api.commands.serve import serve
from schemas import BY_TYPE

NAMES = {path.relative_to(ROOT).as_posix(): path for path in DOCUMENTS}
README = "README.md"  # its commands have a test of their own
TARGETS = set(re.findall(r"^([a-z-]+):[^=\n]*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"#+ (.+)")
IN_THE_TREE = re.compile(r"(?:api|bench|data|docs|schemas|tests|\.ci|\.vscode)/[\w./-]*|[\w-]+\.(?:md|toml|yaml|lock)|Makefile|LICENSE")
SERVED = re.compile(r"/(?:v1|docs|feeds|oembed|healthz|readyz)?(?:/[\w./-]+)?(?:\?[\w=,&:*-]+)?")
FLAGS = re.compile(r"curl ([^|]+)")

FOLLOW_THE_RECIPE = """\
import json, pathlib, sys
from api.app import create_app
from api.config import Settings
from api.snapshot.build import build
from schemas.load import load

build(load(pathlib.Path("data")), pathlib.Path("made.rostrum"))
client = create_app("made.rostrum", Settings()).test_client()
print(json.dumps([client.get(path).json for path in sys.argv[1:]]))
"""


def text_of(name: str) -> str:
    return NAMES[name].read_text("utf-8")


def prose(text: str) -> str:
    """Return a document without its fenced blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as the usual hosts make them."""
    headings = HEADING.findall(prose(path.read_text("utf-8")))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the shipped dataset."""
    with serving(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.mark.parametrize("name", [name for name in NAMES if name != README])
def test_every_command_answers_what_is_shown(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    address = request.getfixturevalue("base") if asks_the_server(NAMES[name]) else BASE
    assert list(differences(NAMES[name], Place(tmp_path, address, curl_for(tmp_path)))) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_block_is_of_a_language_that_is_tested(name: str) -> None:
    found = list(blocks(text_of(name)))
    assert [block.line for block in found if block.language not in LANGUAGES] == []
    assert [block.line for block in found if block.language in {FILE, PART} and not block.file] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(name: str) -> None:
    broken = []
    for link in LINK.findall(prose(text_of(name))):
        path, _, anchor = link.partition("#")
        target = NAMES[name].parent / path if path else NAMES[name]
        if not link.startswith("https://") and not (target.exists() and (not anchor or anchor in anchors(target))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("name", NAMES)
def test_every_file_that_is_named_is_there(name: str) -> None:
    named = {code for code in CODE.findall(prose(text_of(name))) if IN_THE_TREE.fullmatch(code)}
    written = {block.file for block in blocks(text_of(name)) if block.language == FILE}
    beside = {path.name for path in (ROOT / "data").rglob("*")} | written
    assert sorted(code for code in named if not (ROOT / code).exists() and code not in beside) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_path_that_is_named_is_served(name: str, client: FlaskClient) -> None:
    named = sorted({code for code in CODE.findall(prose(text_of(name))) if SERVED.fullmatch(code) and code != "/v2"})
    assert [path for path in named if client.get(path).status_code not in {200, 400}] == []


def targets_named(name: str) -> set[str]:
    """Return the targets of make that a document names."""
    calls = [command.text for command in commands_of(text_of(name))] + CODE.findall(prose(text_of(name)))
    words = {word for call in calls if re.match(r"make\b", call) for word in call.partition("#")[0].split()[1:]}
    return {word for word in words if "=" not in word}


@pytest.mark.parametrize("name", NAMES)
def test_every_target_of_make_that_is_named_is_one(name: str) -> None:
    assert targets_named(name) - TARGETS == set()


def test_contributing_names_every_target_of_make() -> None:
    assert TARGETS - targets_named("CONTRIBUTING.md") == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_call_of_serve_is_one_that_the_command_takes(name: str) -> None:
    for command in commands_of(text_of(name)):
        if command.text.startswith("rostrum serve") and not command.is_run:
            serve.make_context("serve", command.text.split()[2:])


@pytest.mark.parametrize("name", NAMES)
def test_every_address_that_a_script_fetches_answers(name: str, client: FlaskClient) -> None:
    scripts = ["\n".join(block.lines) for block in blocks(text_of(name)) if block.language == SCRIPT]
    fetched = [address for script in scripts for address in re.findall(r'fetch\("([^"]+)"', script)]
    assert len(fetched) >= len(scripts)
    assert [address for address in fetched if client.get(address.removeprefix(BASE)).status_code != 200] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_shows_what_changes_with_every_release(name: str) -> None:
    shown = [line for command in commands_of(text_of(name)) for line in command.expected]
    assert [line for line in shown if re.search(r"sha256:|request_id|^etag:|^date:|[0-9a-f]{12}", line, re.IGNORECASE)] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_stand_in_for_curl_knows_every_option_that_is_used(name: str) -> None:
    parser = options()
    for command in commands_of(text_of(name)):
        for written in FLAGS.findall(command.text.replace("\\\n", " ")):
            parser.parse_args(shlex.split(written))


def test_a_filter_is_added_as_contributing_says(tmp_path: Path) -> None:
    (recipe,) = [block for block in blocks(text_of("CONTRIBUTING.md")) if block.language == PART]
    for folder in ("api", "schemas", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    module = tmp_path / recipe.file
    before, opening, behind = module.read_text("utf-8").partition("filters=(\n")
    assert opening
    module.write_text(before + opening + "\n".join([*recipe.lines, ""]) + behind, "utf-8")
    (written,) = [line.strip().removesuffix(",") for line in recipe.lines]
    call = ast.parse(written, mode="eval").body
    assert isinstance(call, ast.Call)
    added = ast.literal_eval(call.args[0])
    collection = BY_TYPE[module.stem].collection
    paths = [f"/v1/{collection}?{added}__exists=true&facets={added}", f"/v1/{collection}/aggregate?by={added}", "/v1/openapi.json"]
    ran = subprocess.run([sys.executable, "-c", FOLLOW_THE_RECIPE, *paths], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f'"name": "{added}__not"' in ran.stdout
    assert '"facets": {"' + added in ran.stdout
    assert "/problems/invalid-parameter" not in ran.stdout.partition('"openapi"')[0]


def test_the_changelog_tells_of_the_version_that_is_to_come() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    headings = re.findall(r"^## \[([^\]]+)\]", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert version in headings or f"To become {version}" in text_of("CHANGELOG.md")


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a"], ["a", "b"], False),
        (["a", ANY_LINES, "d"], ["a", "b", "c", "d"], True),
        (["a", ANY_LINES, "d"], ["a", "d"], True),
        (["a", ANY_LINES], ["b", "c"], False),
        ([ANY_LINES], [], True),
        (["a…"], ["abc"], False),
    ],
)
def test_a_line_of_dots_stands_for_any_lines_and_nothing_else_does(expected: list[str], actual: list[str], same: bool) -> None:
    assert is_as_shown(expected, actual) == same


@pytest.mark.parametrize(
    ("shown", "real", "new"),
    [
        (["a", "old"], ["a", "new"], ["a", "new"]),
        (["{", ANY_LINES, "x", "old"], ["{", "1", "x", "new"], ["{", ANY_LINES, "x", "new"]),
        (["a", "old", ANY_LINES], ["a", "old", "b"], ["a", "old", ANY_LINES]),
        (["a", ANY_LINES], ["z", "a", "b"], ["z", "a", ANY_LINES]),
        ([], ["a"], ["a"]),
    ],
)
def test_an_answer_is_rewritten_with_its_lines_left_out(shown: list[str], real: list[str], new: list[str]) -> None:
    assert renewed(shown, real) == new
    assert is_as_shown(new, real)
