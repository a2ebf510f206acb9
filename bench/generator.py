"""Writes a made-up dataset of any size in the authored form, the same bytes for the same seed.

    python -m bench.generator --quotes 100000 --debates 50 --seed 1 OUT

Proportions and lengths are those of the shipped debate (26 quotes of 7 to 91 words): 42 claims, 10 conditions, 17 events and 13
actors to 26 quotes, one source for each 26 quotes, 49 relations to 42 claims. One debate at a time is held in memory.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bench import debates
from bench.authored import file_text
from bench.vocabulary import Vocabulary, vocabulary

MOST_QUOTES_PER_DEBATE: Final = 20_000  # a file of a dataset may have 64 MiB
ABOUT: Final = {
    "title": "Made-up debates",
    "version": "2026.11.0",
    "released": "2026-11-24",
    "licence": "CC0-1.0",
    "contributors": [{"name": "bench/generator.py", "role": "chance"}],
    "citation": "bench/generator.py (2026). Made-up debates, version 2026.11.0.",
    "description": "Debates that nobody had, written by a program in order to measure.",
}

Tell = Callable[[int, int], None]


class Impossible(ValueError):
    """No dataset can be written as asked for; the message says why and what could be."""


def generate(out: Path, quotes: int, count: int, seed: int = 1, tell: Tell = lambda _done, _total: None) -> None:
    """Write a dataset of `quotes` quotes in `count` debates into a folder that is new or empty; `tell` hears of each debate.

    :raises Impossible: the numbers do not fit together, or the folder is no new or empty one.
    :raises OSError: a file cannot be written.
    """
    check(out, quotes, count)
    known = vocabulary(seed)
    cast = debates.cast(known, seed, count)
    _write(out, "dataset.json", file_text(ABOUT))
    _write(out, "actors.json", file_text(sorted(cast.all(), key=lambda one: one["id"])))
    for number, size in enumerate(shares(quotes, count)):
        write_debate(out, known, cast, number, size)
        tell(number + 1, count)


def write_debate(out: Path, known: Vocabulary, cast: debates.Cast, number: int, size: int, *, turn: int = 0) -> None:
    """Write the files of one debate in place of any it had; another `turn` is another version of the same debate."""
    debate = debates.Debate(known, cast, number, size, turn)
    for text in (out / debate.id / "sources").glob("*.txt"):
        text.unlink()
    for name, value in debate.files():
        _write(out, f"{debate.id}/{name}", value if isinstance(value, str) else file_text(value))


def shares(quotes: int, count: int) -> Iterator[int]:
    """Yield how many quotes each debate has: as equal as can be."""
    yield from (quotes * (number + 1) // count - quotes * number // count for number in range(count))


def check(out: Path, quotes: int, count: int) -> None:
    """Refuse what cannot be written.

    :raises Impossible: the message says why.
    """
    if quotes < 1 or count < 1:
        raise Impossible("there must be at least one quote and one debate")
    if count > quotes:
        raise Impossible(f"{count} debates need at least as many quotes; there are {quotes}")
    if quotes > count * MOST_QUOTES_PER_DEBATE:
        least = -(-quotes // MOST_QUOTES_PER_DEBATE)
        raise Impossible(f"a debate holds at most {MOST_QUOTES_PER_DEBATE} quotes; {quotes} quotes need at least {least} debates")
    if out.exists() and not out.is_dir():
        raise Impossible(f"{out} is a file; name a folder that is new or empty")
    if out.is_dir() and any(out.iterdir()):
        raise Impossible(f"{out} is not empty; name a folder that is new or empty")


def _write(out: Path, name: str, text: str) -> None:
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


class Bar:
    """A progress bar on standard error, where somebody is looking."""

    def __init__(self, what: str, width: int = 40) -> None:
        """Take what is counted."""
        self._what, self._width, self._began, self._shown = what, width, time.monotonic(), 0.0
        self._seen = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Show how many of how many are done, ten times a second at most."""
        now = time.monotonic()
        if not self._seen or (now - self._shown < 0.1 and done < total):
            return
        self._shown = now
        full = self._width * done // total
        left = (now - self._began) / done * (total - done)
        print(f"\r[{'#' * full}{'.' * (self._width - full)}] {done}/{total} {self._what}, {left:.0f} s left ", end="", file=sys.stderr)
        if done == total:
            print(file=sys.stderr)


def whole(text: str) -> int:
    """Read a number from the command line; underscores may stand between digits."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser("python -m bench.generator", description="Write a made-up dataset in the authored form.")
    parser.add_argument("--quotes", type=whole, default=1_000, help="how many quotes; the other types follow (default 1000)")
    parser.add_argument("--debates", type=whole, default=1, help="in how many debates (default 1)")
    parser.add_argument("--seed", type=whole, default=1, help="the same seed writes the same bytes (default 1)")
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder to write, new or empty")
    return parser


def main(given: Sequence[str] | None = None) -> None:
    """Write a dataset as the command line says."""
    parser = arguments()
    options: Any = parser.parse_args(given)
    try:
        generate(options.out, options.quotes, options.debates, options.seed, Bar("debates"))
    except (Impossible, OSError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
