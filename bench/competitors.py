"""The others, serving the same records: nginx and a bare constant with the same bytes, FastAPI and Datasette over SQLite."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from http.client import responses
from pathlib import Path
from typing import Final

from api.config import Settings
from bench.environment import Environment
from bench.material import CACHE, Size, run, say
from bench.servers import HOST, ROOT, SERVER_CORE, Answer, Server, free_port, running

# What a server writes itself, or what differs from one answer to the next.
OWN_HEADERS: Final = {"connection", "content-length", "date", "server", "transfer-encoding"}
NGINX_OWN: Final = OWN_HEADERS | {"content-type", "etag", "last-modified"}
NGINX: Final = """
daemon off;
worker_processes {workers};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  open_file_cache max=1000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {host}:{port};
    root {folder}/files;
    location = /ready {{ return 204; }}
{locations}
  }}
}}
"""


def keep(folder: Path, answers: Mapping[str, Answer]) -> Path:
    """Write answers into a folder, for the servers of constants, and return it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, answer in answers.items():
        headers = [(key, value) for key, value in answer.headers.items() if key not in OWN_HEADERS]
        about = {"status": f"{answer.status} {responses[answer.status]}", "headers": headers}
        (folder / f"{name}.json").write_text(json.dumps(about), encoding="utf-8")
        (folder / f"{name}.body").write_bytes(answer.body)
    return folder


def constant(folder: Path, *, workers: int = 1, cores: str = SERVER_CORE) -> contextlib.AbstractContextManager[Server]:
    """Run a bare constant on the same server with the same options."""
    port, threads = free_port(), str(Settings().threads)
    ready = next(file.stem for file in folder.glob("*.json"))
    options = ["--host", HOST, "--port", str(port), "--workers", str(workers), "--blocking-threads", threads, "--backlog", "1024"]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", *options, "--no-ws", "--log-level", "warning", "bench.constant:app"]
    return running("constant", command, port, f"/{ready}", cores=cores, more={"BENCH_ANSWERS": str(folder)})


def nginx(found: Environment, kept: Path, *, workers: int = 1, cores: str = SERVER_CORE) -> contextlib.AbstractContextManager[Server]:
    """Run nginx with answers that were kept as files."""
    folder, port = CACHE / f"nginx-{workers}", free_port()
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder / "files", ignore=shutil.ignore_patterns("*.json"))
    names = [file.stem for file in kept.glob("*.body")]
    for name in names:
        (folder / "files" / f"{name}.body").rename(folder / "files" / name)
    text = NGINX.format(
        workers=workers, folder=folder, host=HOST, port=port, user=f"user {getpass.getuser()};" if os.geteuid() == 0 else "",
        locations="\n".join(_location(name, json.loads((kept / f"{name}.json").read_text("utf-8"))["headers"]) for name in names),
    )  # fmt: skip
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    return running("nginx", [str(found.nginx), "-p", str(folder), "-c", str(folder / "nginx.conf")], port, "/ready", cores=cores)


def _location(name: str, headers: list[list[str]]) -> str:
    """Return the lines of the configuration that serve one file with the headers that Rostrum sends."""
    kind = next((value for key, value in headers if key == "content-type"), "application/json")
    lines = [f"add_header {key} {_quoted(value)};" for key, value in headers if key not in NGINX_OWN]
    return f"    location = /{name} {{ default_type {_quoted(kind)}; {' '.join(lines)} }}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def fastapi(found: Environment, database: Path) -> contextlib.AbstractContextManager[Server]:
    """Run FastAPI under uvicorn with uvloop and httptools."""
    port = free_port()
    options = ["--host", HOST, "--port", str(port), "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    command = [str(found.python), "-m", "uvicorn", *options, "bench.fastapi_app:app"]
    return running("fastapi", command, port, "/quotes?per_page=1", more={"BENCH_DATABASE": str(database)})


def datasette(found: Environment, database: Path) -> contextlib.AbstractContextManager[Server]:
    """Run Datasette on an immutable database."""
    port = free_port()
    command = [str(found.python), "-m", "datasette", "serve", "--immutable", str(database), "--host", HOST, "--port", str(port)]
    return running("datasette", command, port, "/-/versions.json")


def plain_database(size: Size) -> Path:
    """Return the database that FastAPI serves: bodies with indexes over what is filtered by, and the words of the quotes in FTS5."""
    target = size.folder / "plain.db"
    if not target.exists():
        public = size.public
        say(f"writing the database of FastAPI, {size.quotes} quotes")
        draft = target.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(draft)) as database:
            _write_plain(database, public)
        draft.rename(target)
    return target


def _write_plain(database: sqlite3.Connection, public: Path) -> None:
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("CREATE TABLE claims (id TEXT PRIMARY KEY, body BLOB)")
    database.execute("CREATE TABLE quotes (id TEXT PRIMARY KEY, debate, source, speaker, attribution, sequence, body BLOB)")
    database.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='porter')")
    database.executemany("INSERT INTO claims VALUES (?, ?)", ((one["id"], body) for one, body in _lines(public / "claims.jsonl")))
    for row, (one, body) in enumerate(_lines(public / "quotes.jsonl"), start=1):
        keys = (one["debate"]["id"], one["source"]["id"], one["speaker"]["id"], one["attribution"]["basis"], one["sequence"])
        database.execute("INSERT INTO quotes VALUES (?, ?, ?, ?, ?, ?, ?)", (one["id"], *keys, body))
        database.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (row, one["text"]))
    for name in ("debate", "source", "speaker", "attribution"):
        database.execute(f"CREATE INDEX by_{name} ON quotes ({name}, source, sequence)")
    database.execute("INSERT INTO words (words) VALUES ('optimize')")
    database.execute("ANALYZE")
    database.commit()


def _lines(file: Path) -> Iterator[tuple[dict, bytes]]:
    with file.open("rb") as lines:
        yield from ((json.loads(line), line.rstrip(b"\n")) for line in lines)


def sqlite_utils_database(found: Environment, size: Size) -> Path:
    """Return the database that Datasette serves."""
    target = size.folder / "records.db"
    if not target.exists():
        public = size.public
        say(f"writing the database of Datasette, {size.quotes} quotes")
        draft = target.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        run([str(found.python), str(ROOT / "bench" / "sqlite_utils_build.py"), str(public), str(draft)])
        draft.rename(target)
    return target
