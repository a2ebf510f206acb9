"""Everything has its place: what lies where, what is locked, what the wheel holds, and how a module is built."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import api
import schemas

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("api", "schemas")
LOCKS = ("requirements.lock", "requirements-dev.lock")
ALL_LOCKS = (*LOCKS, "bench/requirements.lock")
NPM_LOCK = "tests/openapi/package-lock.json"
MODULE_LINES = 250

TOP_LEVEL = {
    *("pyproject.toml", "api", "schemas", "data", "tests", "openapi.yaml"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "docs", "bench", "deploy", ".ci"),
    *("requirements.lock", "requirements-dev.lock", ".editorconfig", ".gitattributes", ".gitignore", ".vscode"),
}

# A folder of somebody's own: the start of an absolute path, not a part of an address.
OWN_FOLDER = re.compile(r"(?<![\w.~*:/-])/(?:home|Users|root|work)/[\w.-]+|\b[A-Z]:\\Users\\")


def committed() -> list[str]:
    """Return the paths of the files in git that are there, or of all files that git would not ignore where there is no git."""
    try:
        answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return sorted(walked())
    return sorted(name for name in answer.stdout.split("\0") if name and (ROOT / name).is_file())


def walked() -> Iterator[str]:
    """Yield the paths of all files but those of folders that `.gitignore` names."""
    ignored = {line.strip().strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()} | {".git"}
    for folder, folders, files in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = [name for name in folders if name not in ignored and (here / name).as_posix() not in ignored]
        yield from ((here / name).as_posix() for name in files if name not in ignored)


FILES = committed()
MODULES = [name for name in FILES if name.endswith(".py") and name.split("/")[0] in PACKAGES]
TESTS = [name for name in FILES if re.fullmatch(r"tests/test_\w+\.py", name)]


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def pins(lock: str) -> list[str]:
    """Return the entries of a lock file, each on one line with its hashes."""
    return [line for line in text_of(lock).replace("\\\n", " ").splitlines() if line.strip()]


def test_the_top_level_holds_only_what_is_agreed() -> None:
    assert {name.split("/")[0] for name in FILES} <= TOP_LEVEL


def test_both_packages_come_from_the_same_folder() -> None:
    assert [Path(str(package.__file__)).parent.parent for package in (api, schemas)] == [Path(str(api.__file__)).parent.parent] * 2


@pytest.mark.parametrize("lock", ALL_LOCKS)
def test_a_lock_file_pins_every_package_with_hashes(lock: str) -> None:
    pin = re.compile(r"[a-z0-9.-]+(\[[a-z,-]+\])?==[^\s;]+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert [entry for entry in pins(lock) if not pin.fullmatch(entry)] == []
    assert pins(lock)


@pytest.mark.parametrize("lock", [*ALL_LOCKS, NPM_LOCK])
def test_a_lock_file_names_no_place_that_packages_come_from(lock: str) -> None:
    assert not re.search(r"://|@ |--(extra-)?index-url|--find-links|--trusted-host|\"resolved\"|file:", text_of(lock))


def test_the_npm_lock_file_pins_every_package_with_a_hash() -> None:
    packages = json.loads(text_of(NPM_LOCK))["packages"]
    unpinned = [path for path, package in packages.items() if path and not (package.get("version") and package.get("integrity"))]
    assert unpinned == []
    wanted = packages[""]["devDependencies"]
    assert wanted == json.loads(text_of("tests/openapi/package.json"))["devDependencies"]
    assert wanted == {name: packages[f"node_modules/{name}"]["version"] for name in wanted}


def test_every_dependency_is_locked_at_a_version_that_it_allows() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))
    groups = project["dependency-groups"]
    asked = {
        "requirements.lock": [*project["project"]["dependencies"], *groups["build"]],
        "requirements-dev.lock": [one for one in groups["dev"] if isinstance(one, str)],
    }
    for lock, requirements in asked.items():
        locked = {canonicalize_name(name): version for name, version in (entry.split()[0].split("==") for entry in pins(lock))}
        for requirement in map(Requirement, requirements):
            assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), f"{requirement} in {lock}"


def test_what_serves_is_locked_at_the_same_versions_in_both_files() -> None:
    serves, develops = ({entry.split()[0] for entry in pins(lock)} for lock in LOCKS)
    assert serves <= develops


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what is in the wheel."""
    made, unpacked = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("unpacked")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made)], cwd=ROOT, check=True, capture_output=True)
    (built,) = made.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(unpacked)
    return unpacked


def test_the_wheel_holds_both_packages_with_their_data_files_and_nothing_else(wheel: Path) -> None:
    held = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    about = {name for name in held if name.split("/")[0].endswith(".dist-info")}
    assert {name for name in FILES if name.split("/")[0] in PACKAGES} <= held
    assert {name.split("/")[0] for name in held - about} == set(PACKAGES)


def test_both_packages_are_imported_from_the_wheel_where_it_is_installed(wheel: Path) -> None:
    program = "import api.app, schemas.load; print(api.__file__, schemas.__file__, sep='\\n')"
    environment = os.environ | {"PYTHONPATH": str(wheel), "PYTHONDONTWRITEBYTECODE": "1"}
    answer = subprocess.run([sys.executable, "-c", program], cwd=wheel, env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines() == [str(wheel / name / "__init__.py") for name in PACKAGES]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_short_enough_to_read_at_a_sitting(module: str) -> None:
    length = len(text_of(module).splitlines())
    assert length <= MODULE_LINES


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_and_each_public_name_in_it_is_for(module: str) -> None:
    tree = ast.parse(text_of(module))
    named = [one for one in tree.body if isinstance(one, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    silent = [one.name for one in named if not one.name.startswith("_") and not ast.get_docstring(one)]
    assert ast.get_docstring(tree), "the module says nothing"
    assert silent == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_at_its_top_and_nowhere_else(module: str) -> None:
    functions = [one for one in ast.walk(ast.parse(text_of(module))) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    late = {one.lineno for function in functions for one in ast.walk(function) if isinstance(one, ast.Import | ast.ImportFrom)}
    assert late == set()


@pytest.mark.parametrize("module", TESTS)
def test_a_test_module_opens_with_a_sentence_that_says_what_is_promised(module: str) -> None:
    assert re.match(r"[^.]+", (ast.get_docstring(ast.parse(text_of(module))) or "").splitlines()[0])


def test_every_target_of_make_that_a_person_may_ask_for_is_explained() -> None:
    makefile = text_of("Makefile")
    (public,) = re.findall(r"^\.PHONY: (help .*)$", makefile, re.MULTILINE)
    explained = re.findall(r"^([a-z-]+):[^=\n]*## ", makefile, re.MULTILINE)
    assert sorted(public.split()) == sorted(explained)


def test_no_file_names_a_folder_of_the_machine_that_it_was_written_on() -> None:
    written = [name for name in FILES if not re.match(r"data/[^/]+/sources/", name)]
    naming = {name: found[0] for name in written if (found := OWN_FOLDER.findall((ROOT / name).read_bytes().decode("utf-8", "replace")))}
    assert naming == {}
