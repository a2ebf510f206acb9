"""Every command does what its help says, ends with 0, 1 or 2, and never with a traceback."""

from __future__ import annotations

import json
import os
import pty
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from conftest import ROOT
from running import COMMAND, environment, run
from tiny import BISCUITS_TEXT, FILES, change, content, edit, tiny, write

from api import commands
from api.__main__ import COMMANDS, main
from api.config import described
from api.snapshot.layout import file_name
from api.snapshot.read import Snapshot
from schemas.dataset import Dataset
from schemas.load import load, survey


def command(*arguments: str | Path, **settings: str) -> Result:
    """Run the command within this process; what is no exit of its own making is raised."""
    plain = {name: None for name in os.environ if name.startswith("ROSTRUM_")}
    result = CliRunner(env=plain | settings).invoke(main, [str(one) for one in arguments], prog_name="rostrum", catch_exceptions=False)
    assert result.exit_code in (0, 1, 2)
    return result


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with the tiny dataset."""
    return tiny(tmp_path / "data")


@pytest.fixture
def faulty(data: Path) -> Path:
    """A folder with a dataset that has two problems."""
    change(data, "tea/claims.json", "tea-goes-first", made_by="tea-frist")
    change(data, "tea/debate.json", "tea", title="")
    return data


# What every command has in common


def called(name: str) -> click.Command:
    """Return a command by its name."""
    found = main.get_command(click.Context(main), name)
    assert found
    return found


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_every_command_explains_itself(name: str | None) -> None:
    result = command(*([name] if name else []), "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: rostrum")
    documented = [one for one in (called(name) if name else main).params if isinstance(one, click.Option)]
    assert all(one.help for one in documented)


def test_all_commands_are_listed() -> None:
    listed = command("--help").stdout.partition("Commands:\n")[2]
    modules = {path.stem for path in Path(commands.__file__).parent.glob("*.py")} - {"__init__", "given"}
    assert [line.split()[0] for line in listed.splitlines()] == sorted(modules)


@pytest.mark.parametrize("name", ["build", "check", "fix", "new", "reload"])
def test_what_works_on_a_dataset_loads_no_server(name: str) -> None:
    """Who checks a dataset after each change waits for nothing that it does not take."""
    program = f"import sys, api.commands.{name}; print(sorted({{'flask', 'granian', 'marshmallow'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "['marshmallow']\n"


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["check", "--bogus"], ["check", "a", "b"], ["build", "data"], ["new", "tea"], ["new", "--source", "x"]]
)
def test_wrong_use_ends_with_2_and_says_where_help_is(arguments: list[str]) -> None:
    result = command(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--help" in result.stderr


def test_the_command_works_from_any_folder_and_as_a_module(data: Path, tmp_path: Path) -> None:
    done = run("check", "data", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "data: no problems\n", "")


# check


def test_check_prints_each_problem_on_a_line_of_standard_error(faulty: Path) -> None:
    result = command("check", faulty)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.replace(f"{faulty}/", "").splitlines() == [
        "tea/claims.json:96:5: tea-goes-first made_by: 'tea-frist' names no actor; did you mean 'tea-first'? [references_resolve]",
        "tea/debate.json:3:3: tea title: is empty; write text in double quotes [schema]",
        "2 problems",
    ]


def test_check_names_files_as_they_are_reached_from_where_it_was_called(faulty: Path) -> None:
    files = [line.partition(":")[0] for line in command("check", faulty).stderr.splitlines()[:-1]]
    assert files == [str(faulty / "tea/claims.json"), str(faulty / "tea/debate.json")]


def test_check_prints_an_array_for_tools_on_standard_output(faulty: Path) -> None:
    result = command("check", faulty, "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    assert json.loads(result.stdout) == [problem.as_json() for problem in survey(faulty)[1]]
    assert {"file": "tea/debate.json", "line": 3, "column": 3, "record": "tea", "field": "title", "rule": "schema"}.items() <= json.loads(
        result.stdout
    )[1].items()


def test_check_of_a_dataset_without_problems_prints_an_empty_array(data: Path) -> None:
    assert json.loads(command("check", data, "--json").stdout) == []


@pytest.mark.parametrize("name", ["missing", "file", "empty", "data/tea", "\udcff"])
def test_check_of_what_is_no_dataset_says_what_it_is(tmp_path: Path, data: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    result = command("check", tmp_path / name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "problem" in result.stderr.splitlines()[-1]


FULL = Path("/dev/full")
needs_a_full_device = pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")


def run_by_shell(command: str) -> subprocess.CompletedProcess[str]:
    """Run a line that redirects what the command prints."""
    line = f"{shlex.join(COMMAND)} {command}"
    return subprocess.run(["sh", "-c", line], env=environment(), capture_output=True, text=True, timeout=60, check=False)


@needs_a_full_device
@pytest.mark.parametrize("flag", ["", "--json"])
def test_what_cannot_be_printed_is_said_in_one_line(data: Path, flag: str) -> None:
    done = run_by_shell(f"check {flag} {data} > {FULL}")
    assert (done.returncode, done.stderr) == (1, "standard output: No space left on device\n")


@needs_a_full_device
@pytest.mark.parametrize("gone", ["2>&-", f"2> {FULL}"])
def test_to_say_nothing_on_the_way_is_no_reason_to_fail(data: Path, tmp_path: Path, gone: str) -> None:
    assert run_by_shell(f"check {data} {gone}").returncode == 0
    assert run_by_shell(f"build {data} -o {tmp_path}/made.rostrum {gone}").returncode == 0
    assert Snapshot(tmp_path / "made.rostrum").counts["claims"] > 0


@pytest.mark.parametrize("flag", ["", "--json"])
def test_a_reader_that_goes_away_is_no_cause_for_a_traceback(faulty: Path, flag: str) -> None:
    edit(faulty, "tea/debate.json", lambda debate: debate | {f"unknown-{number}": 1 for number in range(2000)})
    line = f"{' '.join(COMMAND)} check {faulty} {flag} 2>&1 | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 1)
    assert done.stderr == ""


# fix


def test_fix_writes_canonical_form_and_says_where(data: Path) -> None:
    write(data, "tea/claims.json", json.dumps(content(data, "tea/claims.json")[::-1]))
    assert command("check", data).exit_code == 1
    assert command("fix", data).stdout == "tea/claims.json: written in canonical form\n"
    assert command("fix", data).stdout == ""
    assert command("check", data).exit_code == 0


def test_fix_of_what_is_no_folder_is_wrong_use(tmp_path: Path) -> None:
    result = command("fix", tmp_path / "missing")
    assert result.exit_code == 2
    assert "is no folder; name the folder that holds dataset.json" in result.stderr


# new


def filled(value: Any, by: dict[str, str], key: str = "") -> Any:
    """Return a value with its blanks filled in by the name of the key."""
    if isinstance(value, dict):
        return {name: filled(item, by, name) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, by, key) for item in value]
    return by.get(key, "Something.") if value == "" else value


BY_KEY = {
    "language": "en",
    "kind": "other",
    "publisher": "somebody",
    "version": "2026.11.0",
    "released": "2026-11-24",
    "licence": "CC0-1.0",
}
SOMEBODY = [{"id": "somebody", "kind": "person", "name": "Somebody", "named": True, "description": "Some body."}]


def fill_in(folder: Path, *names: str) -> None:
    for name in names:
        write(folder, name, filled(content(folder, name), BY_KEY))


def test_new_lays_out_a_debate_whose_blanks_are_all_that_check_reports(data: Path, tmp_path: Path) -> None:
    write(data, "actors.json", sorted([*FILES["actors.json"], *SOMEBODY], key=lambda actor: actor["id"]))
    write(tmp_path, "A Café.txt", "Nothing was said.\r\n")
    before = {path: path.read_bytes() for path in data.rglob("*.*")}
    result = command("new", "silence", "--source", tmp_path / "A Café.txt", "--data", data)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (data / "silence/sources/a-cafe.txt").read_bytes() == b"Nothing was said.\n"
    problems = survey(data)[1]
    assert {problem.problem for problem in problems} == {"is empty"}
    assert [line for line in result.stdout.splitlines() if "is empty" in line] == [str(problem) for problem in problems]
    assert {path: path.read_bytes() for path in before} == before
    fill_in(data, "silence/debate.json", "silence/sources.json")
    assert command("check", data).exit_code == 0


def test_new_makes_a_dataset_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, "said.txt", BISCUITS_TEXT)
    assert command("new", "dunking", "--source", tmp_path / "said.txt", "--data", tmp_path / "fresh").exit_code == 0
    assert {problem.problem for problem in survey(tmp_path / "fresh")[1]} == {"is empty"}
    fill_in(tmp_path / "fresh", "dataset.json", "dunking/debate.json", "dunking/sources.json")
    write(tmp_path / "fresh", "actors.json", SOMEBODY)
    assert load(tmp_path / "fresh").texts["dunking.said"].text == BISCUITS_TEXT


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (("tea", "said.txt"), 2, "is there already; nothing is overwritten"),
        (("file", "said.txt"), 2, "is there already"),
        (("Not A Slug", "said.txt"), 2, "is no id for a debate"),
        (("../up", "said.txt"), 2, "is no id for a debate"),
        (("con", "said.txt"), 2, "is reserved; choose a longer id"),
        (("fresh", "missing.txt"), 1, "missing.txt: is missing"),
        (("fresh", "."), 1, "is no regular file"),
        (("fresh", "latin.txt"), 1, "latin.txt:2:4: is not UTF-8; save it as UTF-8"),
    ],
    ids=["taken", "taken-by-a-file", "no-slug", "upwards", "a-device", "missing", "a-folder", "latin-1"],
)
def test_new_refuses_what_it_cannot_lay_out_and_leaves_all_as_it_was(
    data: Path, tmp_path: Path, asked: tuple[str, str], code: int, said: str
) -> None:
    debate, source = asked
    write(tmp_path, "said.txt", "Nothing.\n")
    write(tmp_path, "latin.txt", b"Yes.\nCaf\xe9\n")
    write(data, "file", "")
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    result = command("new", debate, "--source", tmp_path / source, "--data", data)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before


def test_new_makes_no_dataset_of_a_folder_with_something_else_in_it(tmp_path: Path) -> None:
    write(tmp_path, "said.txt", "Nothing.\n")
    result = command("new", "fresh", "--source", tmp_path / "said.txt", "--data", tmp_path)
    assert result.exit_code == 2
    assert "holds no dataset.json" in result.stderr


# build


def test_build_compiles_a_snapshot_where_it_is_told_to(data: Path, tmp_path: Path) -> None:
    result = command("build", data, "-o", tmp_path / "made" / "s.rostrum")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith(f"{data}: compiling sha256:")
    assert Snapshot(tmp_path / "made" / "s.rostrum").digest == load(data).digest


def test_build_of_a_dataset_with_problems_prints_them_and_leaves_what_stood_there(
    data: Path, faulty: Path, tmp_path: Path, tiny_dataset: Dataset
) -> None:
    command("build", tiny_dataset.folder, "-o", tmp_path / "s.rostrum")
    before = (tmp_path / "s.rostrum").read_bytes()
    result = command("build", faulty, "-o", tmp_path / "s.rostrum")
    assert (result.exit_code, result.stderr) == (1, command("check", faulty).stderr)
    assert (tmp_path / "s.rostrum").read_bytes() == before


@pytest.mark.parametrize(("name", "code"), [("data", 1), ("file/s.rostrum", 1), ("data/dataset.json", 2)])
def test_build_where_nothing_can_or_should_be_written_says_why(data: Path, tmp_path: Path, name: str, code: int) -> None:
    (tmp_path / "file").touch()
    before = (data / "dataset.json").read_bytes()
    result = command("build", data, "-o", tmp_path / name)
    assert result.exit_code == code
    assert "cannot be written: " in result.stderr or "holds something else than a snapshot" in result.stderr
    assert (data / "dataset.json").read_bytes() == before


def test_progress_is_shown_to_somebody_who_looks_and_waits() -> None:
    """A terminal of our own looks on while two steps take longer than the patience of the bar."""
    program = "import time; from api.progress import Bar\nwith Bar(0.01) as bar: [(time.sleep(0.02), bar(done, 2)) for done in (1, 2)]"
    ours, theirs = pty.openpty()
    subprocess.run([sys.executable, "-c", program], stderr=theirs, env=environment(TERM="xterm"), check=True, timeout=60)
    shown = os.read(ours, 10_000).decode()
    assert "50%" in shown
    assert "100%" in shown
    assert shown.endswith("\x1b[?25h\r\n"), "the cursor is shown again"
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, env=environment(), check=True, timeout=60)
    assert done.stderr == b"", "nobody looks"


# serve


def test_the_help_of_serve_lists_every_setting() -> None:
    shown = command("serve", "--help", COLUMNS="200").stdout
    assert all(name in shown and why in shown and f"[{default}]" in shown for name, default, why in described())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"ROSTRUM_PORT": "http"}, "ROSTRUM_PORT is 'http'; write a whole number from 1 to 65535"),
        ({"ROSTRUM_WORKERS": "0"}, "ROSTRUM_WORKERS is '0'"),
        ({"ROSTRUM_THREADS": "two"}, "ROSTRUM_THREADS is 'two'"),
        ({"ROSTRUM_PROT": "80"}, "ROSTRUM_PROT is no setting; the settings are ROSTRUM_CACHE"),
    ],
    ids=["port", "workers", "threads", "unknown"],
)
def test_serve_refuses_settings_that_are_none(data: Path, settings: dict[str, str], said: str) -> None:
    result = command("serve", "--data", data, **settings)
    assert result.exit_code == 2
    assert said in result.stderr


def test_serve_takes_a_dataset_or_a_snapshot_and_not_both(data: Path, tmp_path: Path) -> None:
    result = command("serve", "--data", data, "--snapshot", tmp_path / "s.rostrum")
    assert result.exit_code == 2
    assert "exclude each other" in result.stderr


def test_serve_of_a_dataset_with_problems_prints_them_and_serves_nothing(faulty: Path, tmp_path: Path) -> None:
    result = command("serve", "--data", faulty, ROSTRUM_CACHE=str(tmp_path / "cache"))
    assert (result.exit_code, result.stderr) == (1, command("check", faulty).stderr)
    assert [*(tmp_path / "cache").glob("*")] == []


@pytest.mark.parametrize("name", ["missing", "folder", "empty", "text", "cut", "other"])
def test_serve_refuses_a_file_that_is_no_whole_snapshot_and_says_why(data: Path, tmp_path: Path, name: str) -> None:
    command("build", data, "-o", tmp_path / "good.rostrum")
    good = (tmp_path / "good.rostrum").read_bytes()
    (tmp_path / "folder").mkdir()
    made = {
        "empty": b"",
        "text": b"Tea first!\n" * 100,
        "cut": good[:-4096],
        "other": good.replace(b"rost", b"Tost").replace(b"Rost", b"Tost"),
    }
    for file, raw in made.items():
        (tmp_path / file).write_bytes(raw)
    result = command("serve", "--snapshot", tmp_path / name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert name in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert name not in made or (tmp_path / name).read_bytes() == made[name]


def serve_where_nothing_can_listen(data: Path, cache: Path, *arguments: str) -> Result:
    """Prepare to serve on a port that is taken, which ends before anything is served."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return command("serve", "--data", data, "--port", str(taken.getsockname()[1]), *arguments, ROSTRUM_CACHE=str(cache))


def test_serve_builds_once_and_says_so_each_time(data: Path, tmp_path: Path) -> None:
    said = [serve_where_nothing_can_listen(data, tmp_path / "cache").stderr.splitlines() for _ in range(2)]
    assert ": compiling sha256:" in said[0][0]
    assert " is compiled already: " in said[1][0]
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [file_name(load(data).digest)]


def test_serve_builds_anew_what_is_damaged_in_its_cache_and_says_so(data: Path, tmp_path: Path) -> None:
    serve_where_nothing_can_listen(data, tmp_path / "cache")
    (kept,) = (tmp_path / "cache").iterdir()
    whole = kept.read_bytes()
    for damaged in (whole[:5000], b"", b"nonsense" * 1000):
        kept.write_bytes(damaged)
        said = serve_where_nothing_can_listen(data, tmp_path / "cache").stderr.splitlines()
        assert str(kept) in said[0]
        assert ": compiling sha256:" in said[1]
        assert kept.read_bytes() == whole


def test_serve_leaves_the_snapshots_of_others_in_the_cache(data: Path, tmp_path: Path) -> None:
    serve_where_nothing_can_listen(data, tmp_path / "cache")
    change(data, "tea/debate.json", "tea", title="Another Title")
    serve_where_nothing_can_listen(data, tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_serve_without_a_place_for_snapshots_says_which(data: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    result = command("serve", "--data", data, ROSTRUM_CACHE=str(tmp_path / "cache"))
    assert result.exit_code == 1
    assert f"the snapshot {tmp_path}/cache/" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "address already in use"),
        (["--host", "203.0.113.1"], "cannot assign"),
        (["--host", "nobody.invalid"], ""),
        (["--host", "a..b"], "no host"),
    ],
    ids=["taken", "elsewhere", "unknown", "no-name"],
)
def test_serve_says_why_it_cannot_listen(data: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    result = serve_where_nothing_can_listen(data, tmp_path / "cache", *arguments)
    assert result.exit_code == 1
    assert "cannot listen on " in result.stderr.splitlines()[-1]
    assert said in result.stderr.splitlines()[-1]
    assert "choose another with --host or --port" in result.stderr.splitlines()[-1]


# generate


def test_generate_belongs_to_a_checkout(tmp_path: Path) -> None:
    """The packages are copied to where nothing else of the project is."""
    root = Path(environment()["PYTHONPATH"])
    for package in ("api", "schemas"):
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    done = run("generate", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "checkout" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"api", "schemas"}
