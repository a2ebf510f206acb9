"""The same records over FastAPI and SQLite, as one would write it: asynchronous, parameters checked, ready-made bodies joined.

It offers less than Rostrum does: no links, no validators, no other formats, no headers but the necessary.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Response

app = FastAPI()
database = sqlite3.connect(f"file:{os.environ['BENCH_DATABASE']}?mode=ro&immutable=1", uri=True, check_same_thread=False)
database.execute("PRAGMA mmap_size = 2147418112")

Page = Annotated[int, Query(ge=1, le=10_000)]
PerPage = Annotated[int, Query(ge=1, le=200)]
FILTERS = ("debate", "source", "speaker", "attribution")


def envelope(bodies: list[tuple[bytes]], total: int, page: int, per_page: int) -> Response:
    """Return a page of ready-made records."""
    meta = b'],"meta":{"total":%d,"count":%d,"page":%d,"per_page":%d}}' % (total, len(bodies), page, per_page)
    return Response(b'{"data":[' + b",".join(row[0] for row in bodies) + meta, media_type="application/json")


@app.get("/quotes")
async def quotes(
    *,
    debate: str | None = None,
    source: str | None = None,
    speaker: str | None = None,
    attribution: str | None = None,
    page: Page = 1,
    per_page: PerPage = 25,
) -> Response:
    """Answer with a page of quotes."""
    given: dict[str, Any] = {
        name: value for name, value in zip(FILTERS, (debate, source, speaker, attribution), strict=True) if value is not None
    }
    where = " AND ".join(f"{name} = ?" for name in given) or "1"
    values = list(given.values())
    total = database.execute(f"SELECT count(*) FROM quotes WHERE {where}", values).fetchone()[0]  # noqa: S608 - names of our own
    rows = f"SELECT body FROM quotes WHERE {where} ORDER BY source, sequence LIMIT ? OFFSET ?"  # noqa: S608 - names of our own
    return envelope(database.execute(rows, [*values, per_page, (page - 1) * per_page]).fetchall(), total, page, per_page)


@app.get("/search")
async def search(q: Annotated[str, Query(min_length=1, max_length=200)], page: Page = 1, per_page: PerPage = 25) -> Response:
    """Answer with the quotes that hold all words, the best by bm25 first."""
    words = " ".join(f'"{word}"' for word in q.replace('"', " ").split())
    total = database.execute("SELECT count(*) FROM words WHERE words MATCH ?", (words,)).fetchone()[0]
    rows = "SELECT body FROM words JOIN quotes ON quotes.rowid = words.rowid WHERE words MATCH ? ORDER BY rank LIMIT ? OFFSET ?"
    return envelope(database.execute(rows, (words, per_page, (page - 1) * per_page)).fetchall(), total, page, per_page)


@app.get("/{collection}/{served}")
async def record(collection: str, served: str) -> Response:
    """Answer with one record."""
    table = collection if collection in {"quotes", "claims"} else "quotes"
    found = database.execute(f"SELECT body FROM {table} WHERE id = ?", (served,)).fetchone()  # noqa: S608 - one of two names
    if found is None:
        raise HTTPException(404)
    return Response(b'{"data":' + found[0] + b"}", media_type="application/json")
