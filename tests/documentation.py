"""The documentation as it is run: commands read from Markdown, run through a shell against a real server, their answers compared.

`python tests/documentation.py --write` puts the real answers in place of those that are no longer true. Nobody types an answer.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = Path(sysconfig.get_path("scripts"))
GENERATED = {"data-dictionary.md"}
DOCUMENTS = sorted([
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *(path for path in (ROOT / "docs").glob("*.md") if path.name not in GENERATED),
])  # fmt: skip

BASE = "http://127.0.0.1:8000"  # the address that the documents write, and that `make serve` serves at
SHELL, FILE, PART, SCRIPT = LANGUAGES = ("console", "json", "python", "js")
ANY_LINES = "…"
FENCE = re.compile(r"```(\w*) *(\S*)")
NOT_RUN = re.compile(r"make\b|rostrum serve\b(?!.*--help)")  # what never ends, or would run this suite within itself
WIDTH = 100
PATIENCE = 60  # seconds in which a server starts and a command ends


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file it is, the line of the document that opens it, counted from 1, and the lines within."""

    language: str
    file: str
    line: int
    lines: list[str]


@dataclass(frozen=True)
class Command:
    """A command, the line of the document that it begins on, its own lines, and those that are shown as its answer."""

    line: int
    written: list[str]
    expected: list[str]
    behind: list[str]

    @property
    def text(self) -> str:
        """The command as a shell reads it."""
        return "\n".join([self.written[0].removeprefix("$ "), *self.written[1:]])

    @property
    def is_run(self) -> bool:
        """Whether the command ends, so that it can be run."""
        return not NOT_RUN.match(self.text)


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a document."""
    opened: Block | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if opened is None:
            if fence := FENCE.fullmatch(line.strip()):
                opened = Block(fence[1], fence[2], number, [])
        elif line.strip() == "```":
            yield opened
            opened = None
        else:
            opened.lines.append(line)


def commands(block: Block) -> Iterator[Command]:
    """Yield the commands of a block: lines that begin with `$ `, and what follows a backslash at the end of one."""
    lines = block.lines
    starts = [index for index, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        last = next(index for index in range(start, end) if not lines[index].endswith("\\"))
        answer = lines[last + 1 : end]
        blank = next((index for index in range(len(answer), 0, -1) if answer[index - 1]), 0)
        yield Command(block.line + 1 + start, lines[start : last + 1], answer[:blank], answer[blank:])


def commands_of(text: str) -> list[Command]:
    """Return the commands of a document."""
    return [command for block in blocks(text) if block.language == SHELL for command in commands(block)]


def answers(text: str, place: Place, only: str = "") -> Iterator[tuple[Command, list[str]]]:
    """Go through a document: write the files that it shows, run its commands that begin with `only`, and yield each with its answer."""
    for block in blocks(text):
        if block.language == FILE and block.file:
            place.write(block)
        for command in commands(block) if block.language == SHELL else ():
            if command.is_run and command.text.startswith(only):
                yield command, place.answer(command)


class Place:
    """A folder with a copy of the dataset, in which the commands of one document are run one after the other."""

    def __init__(self, folder: Path, base: str, curl: Path | None = None) -> None:
        """Take the address of the server, and a folder whose `curl` goes before the machine's."""
        self.folder, self.base = folder, base
        shutil.copytree(ROOT / "data", folder / "data")
        home = folder / ".home"
        home.mkdir()
        (home / ".curlrc").write_text("no-progress-meter\n")  # as at a terminal, where curl shows no progress beside an answer
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("ROSTRUM_", "XDG_"))}
        self.environment = kept | {
            "PATH": os.pathsep.join([*([str(curl)] if curl else []), str(SCRIPTS), os.environ["PATH"]]),
            "HOME": str(home),
            "CURL_HOME": str(home),
            "COLUMNS": str(WIDTH),
            "LC_ALL": "C.UTF-8",
            "NO_PROXY": "*",
            "no_proxy": "*",
        }

    def write(self, block: Block) -> None:
        """Write the file that a block shows."""
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*block.lines, ""]), "utf-8")

    def answer(self, command: Command) -> list[str]:
        """Run a command and return the lines that it prints, those on standard error among them."""
        ran = subprocess.run(
            ["sh", "-c", command.text.replace(BASE, self.base)],
            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
        printed = ran.stdout.decode().replace(self.base, BASE).replace("\r\n", "\n")
        return [line.rstrip() for line in printed.rstrip("\n").split("\n")] if printed.strip() else []


def is_as_shown(expected: Sequence[str], actual: Sequence[str]) -> bool:
    """Say whether an answer is the one that is shown; a line `…` stands for any lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == ANY_LINES else re.escape(f"{line}\n") for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in actual)) is not None


def renewed(expected: Sequence[str], actual: Sequence[str]) -> list[str]:
    """Return an answer as it should be shown, left out again between the lines where what was shown left something out."""
    shown: list[str] = []
    rest = list(actual)
    for index, line in enumerate(expected):
        if line != ANY_LINES:
            continue
        before, behind = expected[index - 1 : index] if index else [], expected[index + 1 : index + 2]
        start = rest.index(before[0]) + 1 if before and before[0] in rest else 0
        found = [at for at in range(start, len(rest)) if behind == [rest[at]]]
        shown += [*rest[:start], ANY_LINES]
        rest = rest[found[0] :] if found else []
    return shown + rest


def differences(document: Path, place: Place, only: str = "") -> Iterator[str]:
    """Run the commands of a document, those alone that begin with `only`, and yield as a diff each answer that is not the one shown."""
    for command, actual in answers(document.read_text("utf-8"), place, only):
        if not is_as_shown(command.expected, actual):
            changed = difflib.unified_diff(command.expected, actual, "shown", "answered", lineterm="")
            yield "\n".join([f"{document.relative_to(ROOT)}:{command.line}: $ {command.text}", *changed])


def rewritten(text: str, place: Place) -> str:
    """Return a document with the real answer behind every command."""
    lines = text.splitlines()
    for asked, actual in reversed(list(answers(text, place))):
        if not is_as_shown(asked.expected, actual):
            first = asked.line - 1 + len(asked.written)
            lines[first : first + len(asked.expected)] = renewed(asked.expected, actual)
    return "\n".join([*lines, ""])


def asks_the_server(document: Path) -> bool:
    """Say whether a document has a command that asks a server."""
    return any(BASE in command.text for command in commands_of(document.read_text("utf-8")))


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the shipped dataset as a user would, from a process of its own, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ROSTRUM_")}
    called = [str(SCRIPTS / "rostrum"), "serve", "--data", str(ROOT / "data"), "--port", str(port), "--workers", "1"]
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(called, env=environment | {"ROSTRUM_CACHE": str(folder)}, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"http://127.0.0.1:{port}/readyz", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(PATIENCE)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server is ready.

    :raises RuntimeError: it ended, or takes too long; the message is what it printed.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError), opener.open(address, timeout=PATIENCE):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {log.read_text('utf-8', 'replace')}")


def stand_in(folder: Path) -> Path:
    """Return a folder with a `curl` that knows the options that the documents use, for machines without one, and to test it."""
    program = folder / "curl"
    program.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-I", str(ROOT / "tests" / "curl.py")])} "$@"\n')
    program.chmod(0o755)
    return folder


def curl_for(folder: Path) -> Path | None:
    """Return nothing where the machine has curl, else the folder of the stand-in."""
    return None if shutil.which("curl") else stand_in(folder)


def main() -> None:
    """Compare the documents with what really happens, or with `--write` make them say it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--write", action="store_true", help="write the real answers into the documents")
    parser.add_argument("documents", nargs="*", type=Path, default=DOCUMENTS, help="which documents; all without any")
    asked = parser.parse_args()
    false = 0
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as base:
        for number, document in enumerate(path.resolve() for path in asked.documents):
            place = Path(folder, str(number))
            place.mkdir()
            false += _settle(document, Place(place, base, curl_for(Path(folder))), write=asked.write)
    sys.exit(1 if false else 0)


def _settle(document: Path, place: Place, *, write: bool) -> int:
    """Return how many answers of a document are false, or write the true ones."""
    if write:
        text = document.read_text("utf-8")
        document.write_text(rewritten(text, place), "utf-8")
        return 0
    found = list(differences(document, place))
    for one in found:
        sys.stdout.write(f"{one}\n\n")
    return len(found)


if __name__ == "__main__":
    main()
