"""How many of the best twenty that scoring every hit finds are on the first page of a search: `python -m bench.recall SNAPSHOT`."""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from api.search_text import parse
from api.snapshot.matching import Matches
from api.snapshot.read import Snapshot
from api.snapshot.search import SCORE, expression, resource_at
from schemas import RESOURCES

PAGE: Final = 20
QUERIES: Final = 60  # of each number of terms
COMMONEST: Final = 150
EXHAUSTIVE: Final = f"SELECT rowid FROM search WHERE search MATCH ? ORDER BY {SCORE}, rowid LIMIT {PAGE}"  # noqa: S608 - constants of the code


def measured(snapshot: Snapshot, words: list[str], terms: int) -> Iterator[tuple[float, float]]:
    """Yield, for searches for some of the commonest words, the share of the best that was found and the seconds that it took."""
    chance = random.Random(f"recall {terms}")
    for _ in range(QUERIES):
        asked = parse(" ".join(chance.sample(words[: max(terms, chance.choice((20, COMMONEST)))], terms)))
        started = time.perf_counter()
        page = Matches(snapshot, asked).page(dict.fromkeys(range(len(RESOURCES))), PAGE, 0)
        took = time.perf_counter() - started
        found = {(RESOURCES[type_].type, row) for type_, row, _ in page.rows}
        best = {
            (resource.type, row) for resource, row in (resource_at(rowid) for (rowid,) in snapshot.rows(EXHAUSTIVE, (expression(asked),)))
        }
        if best:
            yield len(found & best) / len(best), took


def main() -> None:
    """Print a table by the number of terms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("snapshot", type=Path)
    snapshot = Snapshot(parser.parse_args().snapshot)
    found = snapshot.rows("SELECT token FROM common WHERE kind = 'stem' ORDER BY hits DESC LIMIT ?", (COMMONEST,))
    words = [token for (token,) in found]
    print("| terms | searches | recall of the best 20, mean | least | p50, ms | longest, ms |\n|---|---|---|---|---|---|")
    for terms in (1, 2, 3, 4, 6, 8, 12, 16):
        shares, times = zip(*measured(snapshot, words, terms), strict=True) if len(words) >= terms else ((), ())
        print(
            f"| {terms} | {len(shares)} | {statistics.mean(shares):.3f} | {min(shares):.3f}"
            f" | {statistics.median(times) * 1000:.1f} | {max(times) * 1000:.1f} |"
        )


if __name__ == "__main__":
    main()
