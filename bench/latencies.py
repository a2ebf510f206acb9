"""How long one request takes: in a large dataset against a small one, and the slowest hundredth against the middle."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from bench import addresses, competitors
from bench.load import ROUNDS, Load, Result, listed, results
from bench.material import CACHE, SMALL, Size, say
from bench.rates import Bench
from bench.report import Line
from bench.servers import Client, Server, rostrum

ONE: Final = 1
ENOUGH: Final = 2_000  # requests of one list, each sent once
FIRST: Final = 5  # pages by number, for a small dataset has no others
GROWTH: Final = {
    "item": 1.5, "page of 20, one filter": 1.5, "page of 20 by cursor, far in": 1.5, "page of 20, two filters": 1.5, "ranked search": 5.0,
}  # fmt: skip


def growth(bench: Bench) -> Iterator[Line]:
    """Measure the middle of the times of one connection, large against small; no request is sent twice."""
    load = replace(bench.load, connections=ONE, seconds=2)
    with rostrum(SMALL.snapshot) as small, rostrum(bench.size.snapshot) as large:
        lists = {"small": _lists(SMALL, small), "large": _lists(bench.size, large)}
        for kind, bound in GROWTH.items():
            say(f"large against small: {kind}")
            sends = {}
            for name, server in (("small", small), ("large", large)):
                paths = lists[name][kind]
                sends[name] = partial(_part, load, server, f"growth-{name}", paths)
            found = results(ROUNDS, sends)
            ratio = found["large"].p50 / found["small"].p50
            detail = f"p50 {found['large'].p50:.0f} and {found['small'].p50:.0f} µs"
            work = found["small"].work / found["large"].work
            yield Line(f"{bench.size.quotes:,} quotes: {kind}, p50", "200 quotes", bound, ratio, detail, at_least=False, by_work=work)


def _lists(size: Size, server: Server) -> dict[str, list[str]]:
    """Return the paths of each kind of request."""
    known = addresses.facts(size)
    first = replace(known, pages=[page for page in known.pages if page.number <= FIRST])
    made = (
        addresses.items(known)["rostrum"], addresses.pages(first)["rostrum"], addresses.cursors(server.port, size.quotes),
        addresses.two_filters(known), addresses.searches()["rostrum"],
    )  # fmt: skip
    return dict(zip(GROWTH, made, strict=True))


def _part(load: Load, server: Server, name: str, paths: Sequence[str], turn: int) -> Result:
    """Send the part of the paths that belongs to one round, each once.

    Each is asked by somebody else, which makes a query of its own of it: in a small dataset the same ones come again, and what is kept of
    them would be compared with what a large one is asked for the first time.
    """
    some = [_by_another(path, number) for number, path in enumerate(paths[turn::ROUNDS][:ENOUGH])]
    return load.send(server, listed(name, some), once=True)


def _by_another(path: str, number: int) -> str:
    """Return a path as asked by one of many clients, each with an address of its own."""
    return f"{path}{'&' if '?' in path else '?'}mailto=reader-{number}@example.org"


def tails(bench: Bench) -> Iterator[Line]:
    """Measure the slowest hundredth of unrepeated pages: of one connection against a bare constant, of sixteen against their middle."""
    paths = addresses.pages(addresses.facts(bench.size))["rostrum"]
    with rostrum(bench.size.snapshot) as ours, contextlib.ExitStack() as stack:
        kept = competitors.keep(CACHE / "answers-tails", {"page": Client(ours.port).get(paths[0])})
        bare = stack.enter_context(competitors.constant(kept))
        pages, page = listed("tails", paths), listed("tails-constant", ["/page"])
        say("the slowest hundredth, one connection")
        one = replace(bench.load, connections=ONE)
        found = results(ROUNDS, {"rostrum": _turns(one, ours, pages, len(paths)), "constant": _turns(one, bare, page, 1)})
        detail = f"{found['rostrum'].p99 / 1000:.2f} and {found['constant'].p99 / 1000:.2f} ms"
        ratio = found["rostrum"].p99 / found["constant"].p99
        yield Line("one connection, unrepeated page: p99", "a bare constant", 3.5, ratio, detail, at_least=False)
        say("the slowest hundredth, sixteen connections")
        many = results(ROUNDS, {"rostrum": _turns(bench.load, ours, pages, len(paths), first=ROUNDS)})["rostrum"]
        detail = f"{many.p99 / 1000:.2f} and {many.p50 / 1000:.2f} ms"
        yield Line("sixteen connections, unrepeated page: p99", "its p50", 5, many.p99 / many.p50, detail, at_least=False)


def _turns(load: Load, server: Server, file: Path, count: int, first: int = 0) -> Callable[[int], Result]:
    """Return what sends another part of a list each round."""
    return lambda turn: load.send(server, file, offset=(first + turn) * count // (2 * ROUNDS))


MEASUREMENTS: Sequence[tuple[str, Callable[[Bench], Iterator[Line]]]] = (("growth", growth), ("tails", tails))
