"""How many requests a second: repeated ones, unrepeated ones, and those of two workers, each beside the others in the same minutes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from bench import addresses, competitors
from bench.environment import Environment
from bench.load import ROUNDS, Load, Refused, Result, listed, medians, middle, once
from bench.material import CACHE, Size, say
from bench.report import Line, failed, skipped
from bench.servers import Answer, Client, Server, rostrum

BOTH_CORES: Final = "0,1"
STARTS: Final = 9  # of the servers for repeated requests: two equal ones differ by more from start to start than from load to load
# By kind of request and competitor the least ratio; 304 is what the others do not offer.
REPEATED: Final = {
    "item": {"nginx": 0.65, "constant": 0.9, "fastapi": 8, "datasette": 40},
    "page of 20": {"nginx": 0.6, "constant": 0.9, "fastapi": 8, "datasette": 40},
    "304": {"nginx": 0.55, "constant": 0.9},
    "ranked search": {"nginx": 0.6, "constant": 0.9, "fastapi": 8, "datasette": 40},
    "CSV of 20": {"nginx": 0.6, "constant": 0.9},
}
UNREPEATED: Final = {
    "item": {"fastapi": 1.7, "datasette": 8},
    "page of 20, one filter": {"fastapi": 3, "datasette": 15},
    "page with two filters, a facet, a sort and select": {"datasette": 10},
    "ranked search, two common words": {"fastapi": 5, "datasette": None},
}
NAMES: Final = {
    "nginx": "nginx, the same bytes", "constant": "a bare constant", "fastapi": "FastAPI", "datasette": "Datasette",
}  # fmt: skip


@dataclass(frozen=True)
class Bench:
    """What a measurement works with."""

    found: Environment
    load: Load
    size: Size


def lines_of(what: str, results: Mapping[str, Result | Refused], goals: Mapping[str, float | None]) -> Iterator[Line]:
    """Yield a line for each competitor that there is a goal for, or one that says that Rostrum did not answer."""
    ours = results["rostrum"]
    if isinstance(ours, Refused):
        yield failed(what, str(ours))
        return
    for name, bound in goals.items():
        theirs = results.get(name) or Refused(f"{NAMES[name]} is not there")
        if isinstance(theirs, Refused):
            yield skipped(what, NAMES[name], f"{ours.rate:,.0f} a second; {theirs}")
            continue
        detail = f"{ours.rate:,.0f} and {theirs.rate:,.0f} a second"
        yield Line(what, NAMES[name], bound, ours.rate / theirs.rate, detail, by_work=ours.work / theirs.work)


Send = Callable[[int], Result]
Starting = Mapping[str, Callable[[], contextlib.AbstractContextManager[Server]]]


def dynamic(bench: Bench) -> Starting:
    """Return what starts Rostrum and those that work out the same answers."""
    starting: dict[str, Callable[[], contextlib.AbstractContextManager[Server]]] = {"rostrum": partial(rostrum, bench.size.snapshot)}
    if bench.found.python:
        starting["fastapi"] = partial(competitors.fastapi, bench.found, competitors.plain_database(bench.size))
        database = competitors.sqlite_utils_database(bench.found, bench.size)
        starting["datasette"] = partial(competitors.datasette, bench.found, database)
    return starting


@contextlib.contextmanager
def started(starting: Starting, turn: int = 0) -> Iterator[dict[str, Server]]:
    """Run servers, another one of them started first at each turn."""
    names = list(starting)
    first = turn % len(names)
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(starting[name]()) for name in (*names[first:], *names[:first])}


def anew(
    starting: Starting, kinds: Sequence[str], sends: Callable[[str, Mapping[str, Server]], Mapping[str, Send]]
) -> dict[str, dict[str, Result | Refused]]:
    """Run loads of some kinds on servers that are started anew for each round, and return the median of each by its kind."""
    rounds: dict[str, list[Mapping[str, Result | Refused]]] = {kind: [] for kind in kinds}
    for turn in range(STARTS):
        say(f"{', '.join(kinds)}: start {turn + 1} of {STARTS}")
        with started(starting, turn) as servers:
            for kind, seen in rounds.items():
                seen.append(once(sends(kind, servers)))
    return {kind: middle(seen) for kind, seen in rounds.items()}


def _shorter(load: Load) -> Load:
    """Return a load of which so many as there are starts take as long as one of each round does elsewhere."""
    return replace(load, seconds=load.seconds * ROUNDS / STARTS)


def repeated(bench: Bench) -> Iterator[Line]:
    """Measure requests that come again and again; the servers are started anew for each round."""
    known = addresses.facts(bench.size)
    lists = dict(
        zip(("item", "page of 20", "ranked search"), (addresses.items(known), addresses.pages(known), addresses.searches()), strict=True)
    )
    paths = {kind: {server: some[0] for server, some in by_server.items()} for kind, by_server in lists.items()}
    paths["304"] = {"rostrum": paths["item"]["rostrum"]}
    paths["CSV of 20"] = {"rostrum": f"{paths['page of 20']['rostrum']}&format=csv"}
    with rostrum(bench.size.snapshot) as server:
        kept = _kept(server, paths)
    starting = {**dynamic(bench), "constant": partial(competitors.constant, kept)}
    if bench.found.nginx:
        starting["nginx"] = partial(competitors.nginx, bench.found, kept)
    load = _shorter(bench.load)

    def sends(kind: str, servers: Mapping[str, Server]) -> Mapping[str, Send]:
        asked = {**paths[kind], "nginx": f"/{_plain(kind)}", "constant": f"/{_plain(kind)}"}
        return {name: _again(load, servers[name], kind, path) for name, path in asked.items() if name in servers}

    results = anew(starting, list(REPEATED), sends)
    for kind, goals in REPEATED.items():
        yield from lines_of(f"repeated {kind}", results[kind], goals)


def _plain(kind: str) -> str:
    return kind.replace(" ", "-").lower()


def _kept(server: Server, paths: Mapping[str, Mapping[str, str]]) -> Path:
    """Keep the answers of Rostrum for those that serve constants."""
    client = Client(server.port)
    answers = {_plain(kind): client.get(by_server["rostrum"]) for kind, by_server in paths.items() if kind != "304"}
    tag = answers["item"].headers["etag"]
    answers["304"] = client.get(paths["304"]["rostrum"], {"If-None-Match": tag})
    return competitors.keep(CACHE / "answers", answers)


def _again(load: Load, server: Server, kind: str, path: str) -> Callable[[int], Result]:
    """Return what sends one path again and again, whatever the round; for a 304 with the tag that the server gave."""
    headers = {}
    if kind == "304":
        first: Answer = Client(server.port).get("/item" if server.name == "nginx" else path)
        path = "/item" if server.name == "nginx" else path
        headers = {"If-None-Match": first.headers.get("etag", '"any"')}
    file = listed(f"again-{_plain(kind)}-{server.name}", [path])
    return lambda _turn: replace(load, headers=headers).send(server, file)


def unrepeated(bench: Bench) -> Iterator[Line]:
    """Measure requests none of which comes twice."""
    known = addresses.facts(bench.size)
    made = (addresses.items(known), addresses.pages(known), addresses.shaped(known), addresses.searches())
    with started(dynamic(bench)) as servers:
        for (kind, goals), paths in zip(UNREPEATED.items(), made, strict=True):
            say(f"unrepeated: {kind}")
            sends = {}
            for name, file, count in addresses.files(f"once-{_plain(kind)}", paths):
                if name in servers:
                    sends[name] = partial(_further, bench.load, servers[name], file, count)
            yield from lines_of(f"unrepeated {kind}", medians(ROUNDS, sends), goals)


def _further(load: Load, server: Server, file: Path, count: int, turn: int) -> Result:
    """Send the part of a list of paths that belongs to one round."""
    return load.send(server, file, offset=turn * count // ROUNDS)


def two_workers(bench: Bench) -> Iterator[Line]:
    """Measure two workers on both cores, with the load on the same two."""
    what, kind = "repeated item, two workers", "item"
    if not bench.found.nginx:
        yield skipped(what, "nginx, two workers", "nginx is not there")
        return
    path = f"/v1/quotes/{next(bench.size.records('quotes'))['id']}"
    ours = partial(rostrum, bench.size.snapshot, workers=2, cores=BOTH_CORES)
    with ours() as server:
        kept = competitors.keep(CACHE / "answers-two", {kind: Client(server.port).get(path)})
    starting = {"rostrum": ours, "nginx": partial(competitors.nginx, bench.found, kept, workers=2, cores=BOTH_CORES)}
    asked, load = {"rostrum": path, "nginx": f"/{kind}"}, replace(_shorter(bench.load), cores=BOTH_CORES)
    results = anew(starting, [kind], lambda _, servers: {name: _again(load, one, kind, asked[name]) for name, one in servers.items()})
    yield from (replace(line, against="nginx, two workers") for line in lines_of(what, results[kind], {"nginx": 0.65}))


MEASUREMENTS: Sequence[tuple[str, Callable[[Bench], Iterator[Line]]]] = (
    ("repeated", repeated),
    ("unrepeated", unrepeated),
    ("two-workers", two_workers),
)
