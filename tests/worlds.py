"""Three datasets to ask the same questions of: the shipped one, the tiny one, and one full of oddities; each served, and known to an oracle."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from changing import database_of
from flask import Flask
from flask.testing import FlaskClient
from oracle import Oracle
from tiny import edit, tiny

from api.app import create_app
from api.config import Settings
from api.snapshot import derived
from api.snapshot.build import build, compiled
from api.snapshot.derived import Cut
from schemas import RESOURCES, Resource
from schemas.dataset import Dataset
from schemas.load import load

ROOT = Path(__file__).parents[1]
WORLDS = ("real", "tiny", "odd", "fine")
FINE = Cut(least=2, span=3, grouped=2)
EVERYTHING = "200"

ODD_TEXTS = [
    "=SUM(A1:A9)", "+1 for tea", "-1 for milk", "@home they pour | and stir", "'=quoted already", "''@twice", "a | b", "a \\| b", "ends in \\",
    'says "milk", they say', "comma, semicolon; tab\u2009thin", "\uff1dfullwidth", "Ünïcödé Straße", "STRASSE und Caf\u00e9", "ﬁne ﬂour ½ pound",
    "emoji 🫖🏴󠁧󠁢󠁥󠁮󠁧󠁿 between 👩‍👩‍👧 words", "x\u0302y with a mark", "the cat's cup, the cats’ cups", "rock'n'roll O’Neill", "AND OR NOT NEAR(a b)",
    "stems:tea words:milk", "हिन्दी चाय", "お茶が先 ミルク", "1,000.5 grams 24/7", "İstanbul", "\U0001d40c\U0001d422lk \u210cot", "naïve re-enter co-operate",
    "generations of generators generate generously",
]  # fmt: skip
ODD_DATES = [
    "1997", "1997-05", "1997-05-27", "199X", "19XX", "1997~", "1997?", "1997/2002", "1997-05/..", "../2002-02", "2000-02-29", "1999-12-31/2000-01-01",
    "2001-21", None, "0001", "9999",
]  # fmt: skip


class World:
    """A dataset that is served, with an oracle that knows its records."""

    def __init__(self, name: str, dataset: Dataset, folder: Path, cut: Cut | None = None) -> None:
        self.name, self.dataset = name, dataset
        build(dataset, folder / "snapshot.rostrum")
        if cut:
            with database_of(folder / "snapshot.rostrum") as database:
                derived.write(database, cut)
        self.app: Flask = create_app(folder / "snapshot.rostrum", Settings())
        self.client: FlaskClient = self.app.test_client()

    @cached_property
    def records(self) -> Mapping[str, Mapping[str, dict[str, Any]]]:
        """The public form of all records, by type and id."""
        return {type_: dict(json.loads(json.dumps(one))) for type_, one in compiled(self.dataset).items()}

    @cached_property
    def oracle(self) -> Oracle:
        """What works out again what is found."""
        return Oracle(self.records)

    def ids(self, resource: Resource) -> list[str]:
        """Return the ids of a type."""
        return sorted(self.records[resource.type])

    def get(self, path: str, **parameters: str) -> dict[str, Any]:
        """Return the answer to a request that has to succeed."""
        answer = self.client.get(path, query_string=parameters or None)
        assert answer.status_code == 200, (path, parameters, answer.get_data(as_text=True))
        found: dict[str, Any] = answer.get_json()
        return found

    def found(self, resource: Resource, **parameters: str) -> list[str]:
        """Return the ids that a query finds, in order."""
        answer = self.get(f"/v1/{resource.collection}", **{"per_page": EVERYTHING, "select": "id", **parameters})
        assert answer["meta"]["total"] == answer["meta"]["count"] == len(answer["data"])
        return [record["id"] for record in answer["data"]]

    def refused(self, path: str, **parameters: str) -> list[tuple[str, str]]:
        """Return parameter and code of each fault of a request that has to be refused."""
        answer = self.client.get(path, query_string=parameters or None)
        assert answer.status_code == 400, (path, parameters, answer.get_data(as_text=True)[:500])
        return [(fault["parameter"], fault["code"]) for fault in answer.get_json()["errors"]]

    def cases(self, most: int = 12) -> Iterator[tuple[Resource, str, list[Any]]]:
        """Yield every filter with some of the values that occur in its records."""
        for resource in RESOURCES:
            for one in resource.filters:
                occurring = {
                    value for record in self.records[resource.type].values() for value in self.oracle.values(resource, record, one.name)
                }
                ordered = sorted(occurring)
                yield resource, one.name, ordered[:: max(1, len(ordered) // most)]


def written(value: Any) -> str:
    """Return a value as it is sent."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def parameters_of(href: str) -> dict[str, str]:
    """Return the parameters of an address."""
    return dict(parse_qsl(urlsplit(href).query))


def odd(folder: Path) -> Path:
    """Write the tiny dataset with what is odd in every text and date that a curator writes."""
    edit(tiny(folder), "actors.json", lambda actors: sorted(actors + list(_odd_actors()), key=lambda one: str(one["id"])))
    edit(folder, "tea/events.json", lambda events: sorted(events + list(_odd_events()), key=lambda one: str(one["id"])))
    edit(folder, "tea/claims.json", lambda claims: sorted(claims + list(_odd_claims()), key=lambda one: str(one["id"])))
    return folder


def _odd_actors() -> Iterator[dict[str, Any]]:
    for number, text in enumerate(ODD_TEXTS):
        aliases = [ODD_TEXTS[(number + step) % len(ODD_TEXTS)] for step in range(number % 4)]
        kind = ("person", "organisation", "state", "group")[number % 4]
        yield {
            "id": f"odd-{number:02}", "kind": kind, "name": text, "named": number % 3 > 0, "description": f"{text} as described", "aliases": aliases,
            "tags": [f"t{number % 5}", "odd"][: number % 3], "note": text if number % 2 else None,
        }  # fmt: skip


def _odd_events() -> Iterator[dict[str, Any]]:
    for number, date in enumerate(ODD_DATES):
        yield {
            "id": f"odd-{string.ascii_lowercase[number]}", "title": f"{ODD_TEXTS[number]} happens", "kind": "other", "date": date,
            "status": ("past", "planned")[number % 2], "participants": [f"odd-{number:02}", "tea-society"][: number % 3], "evidence": [{"quote": "terms"}],
        }  # fmt: skip


def _odd_claims() -> Iterator[dict[str, Any]]:
    for number, text in enumerate(ODD_TEXTS):
        yield {
            "id": f"odd-{number:02}", "text": f"{text} is said" + " again and again" * (number % 7), "made_by": f"odd-{number:02}", "kind": "factual",
            "evidence": [{"quote": "terms"}, {"quote": "milk-first-again"}][: 1 + number % 2], "about": [f"odd-{one:02}" for one in range(number % 4)],
        }  # fmt: skip


def made(name: str, folder: Path) -> World:
    """Return one of them; the fine one is the odd one with sets and orders cut finely."""
    source = {"real": lambda: ROOT / "data", "tiny": lambda: tiny(folder / "data")}.get(name, lambda: odd(folder / "data"))()
    return World(name, load(source), folder, FINE if name == "fine" else None)
