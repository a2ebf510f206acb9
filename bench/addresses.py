"""The paths that are asked for, the same questions in the words of each server; unrepeated ones come in lists of many thousands."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from bench.load import listed
from bench.material import Size
from bench.servers import Client
from bench.vocabulary import FUNCTION_WORDS

SIZES: Final = (20, 19, 21, 18, 22)  # a page of twenty, or nearly
MOST: Final = 300_000
COMMON: Final = 150
BASES: Final = ("inferred", "stated")
SELECTED: Final = ("text", "speaker")
SHOWN: Final = "_shape=objects&_nosuggest=1"  # of Datasette: no search for columns to suggest as facets, which nobody asked for


@dataclass(frozen=True)
class Page:
    """A page of quotes that one filter finds."""

    name: str
    value: str
    number: int
    per_page: int


@dataclass(frozen=True)
class Facts:
    """What a dataset has that can be asked for, in an order of chance that is the same each time."""

    items: Sequence[tuple[str, str]]
    pages: Sequence[Page]
    speakers: Sequence[tuple[str, str, int]]  # a speaker, a basis of attribution, how many quotes


def facts(size: Size) -> Facts:
    """Return what a dataset has."""
    counted: Counter[tuple[str, str]] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    items: list[tuple[str, str]] = []
    for quote in size.records("quotes"):
        items.append(("quotes", quote["id"]))
        counted.update((name, quote[name]["id"]) for name in ("debate", "source", "speaker"))
        pairs[quote["speaker"]["id"], quote["attribution"]["basis"]] += 1
    items += [("claims", claim["id"]) for claim in islice(size.records("claims"), MOST)]
    pages = [Page(*one, number, size) for one, total in counted.items() for number in _numbers(total) for size in SIZES]
    speakers = [(*one, total) for one, total in pairs.items()]
    return Facts(*(_mixed(one)[:MOST] for one in (items, pages, speakers)))


def _numbers(total: int) -> range:
    """Return the numbers of the pages that are full whatever their size is, 200 at most; the first at any rate."""
    return range(1, min(max(total // max(SIZES), 1), 200) + 1)


def _mixed(values: Sequence) -> list:
    return random.Random(1).sample(values, len(values))


def items(known: Facts) -> dict[str, list[str]]:
    """Return the paths of records, by server."""
    return {
        "rostrum": [f"/v1/{kind}/{served}" for kind, served in known.items],
        "fastapi": [f"/{kind}/{served}" for kind, served in known.items],
        "datasette": [f"/records/{kind}/{tilde(served)}.json?_shape=objects" for kind, served in known.items],
    }


def tilde(text: str) -> str:
    """Return a text as Datasette writes it in a path."""
    return "".join(
        one if one.isascii() and (one.isalnum() or one in "-_") else "".join(f"~{byte:02X}" for byte in one.encode()) for one in text
    )


def pages(known: Facts) -> dict[str, list[str]]:
    """Return the paths of pages of quotes that one filter finds; Datasette turns pages by the id that one begins behind."""
    behind = [served for kind, served in known.items if kind == "quotes"]
    return {
        "rostrum": [f"/v1/quotes?{one.name}={one.value}&page={one.number}&per_page={one.per_page}" for one in known.pages],
        "fastapi": [f"/quotes?{one.name}={one.value}&page={one.number}&per_page={one.per_page}" for one in known.pages],
        "datasette": [
            f"/records/quotes.json?{one.name}_id={one.value}&_size={one.per_page}&{SHOWN}"
            + (f"&_next={tilde(behind[number % len(behind)])}" if one.number > 1 else "")
            for number, one in enumerate(known.pages)
        ],
    }


def shaped(known: Facts) -> dict[str, list[str]]:
    """Return the paths of pages with two filters, a facet, a sort and a choice of fields."""
    asked = [(speaker, basis, size) for size in SIZES for speaker, basis, _ in known.speakers]
    select = ",".join(SELECTED)
    return {
        "rostrum": [
            f"/v1/quotes?speaker={speaker}&attribution={basis}&facets=debate&sort=-sequence&select={select}&per_page={size}"
            for speaker, basis, size in asked
        ],
        "datasette": [
            f"/records/quotes.json?speaker_id={speaker}&attribution_basis={basis}&_facet=debate_id&_sort_desc=sequence"
            f"&_col=text&_col=speaker_id&_size={size}&{SHOWN}"
            for speaker, basis, size in asked
        ],
    }


def two_filters(known: Facts) -> list[str]:
    """Return the paths of pages with two filters."""
    return [f"/v1/quotes?speaker={speaker}&attribution={basis}&per_page={size}" for size in SIZES for speaker, basis, _ in known.speakers]


def searches() -> dict[str, list[str]]:
    """Return the paths of searches for two words that are among the commonest."""
    words = FUNCTION_WORDS[:COMMON]
    pairs = _mixed([(one, other) for one in words for other in words if one != other])
    return {
        "rostrum": [f"/v1/quotes?q={one}+{other}&per_page=20" for one, other in pairs],
        "fastapi": [f"/search?q={one}+{other}&per_page=20" for one, other in pairs],
        "datasette": [f"/records/quotes.json?_search={one}+{other}&_size=20&{SHOWN}" for one, other in pairs],
    }


def cursors(port: int, total: int, count: int = 150) -> list[str]:
    """Return the paths of pages of twenty by cursor, near page 40,000 or, where there are fewer, near the end."""
    client = Client(port)
    per_page = max(SIZES)
    target = max(min(40_000 * 20, total - per_page) - count, 0)
    at, done = "/v1/quotes?cursor=*&per_page=200", 0
    while done + 200 <= target:
        at, done = _following(client, at), done + 200
    found = []
    for _ in range(count):
        at = _following(client, _resized(at, 1))
        found += [_resized(at, size) for size in SIZES]
    client.close()
    return found


def _following(client: Client, path: str) -> str:
    """Return the path of the page behind another."""
    return str(json.loads(client.get(path).body)["links"]["next"])


def _resized(path: str, size: int) -> str:
    """Return the path of a page with another number of records."""
    start, _, query = path.partition("?")
    kept = [one for one in query.split("&") if not one.startswith("per_page=")]
    return f"{start}?{'&'.join([*kept, f'per_page={size}'])}"


def files(name: str, paths: dict[str, list[str]]) -> Iterator[tuple[str, Path, int]]:
    """Write lists of paths into files; yield server, file and length."""
    for server, some in paths.items():
        yield server, listed(f"{name}-{server}", some), len(some)
