"""A stand-in for curl with the options that the documentation uses, so that its commands are run on a machine without curl, too."""

from __future__ import annotations

import argparse
import http.client
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit


def options() -> argparse.ArgumentParser:
    """Return the parser of the options; one that it does not know has no place in the documentation."""
    parser = argparse.ArgumentParser(prog="curl", description=__doc__, add_help=False)
    parser.add_argument("-s", "--silent", action="store_true")
    parser.add_argument("-i", "--include", action="store_true")
    parser.add_argument("-I", "--head", action="store_true")
    parser.add_argument("-G", "--get", action="store_true")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("-r", "--range")
    parser.add_argument("-o", "--output")
    parser.add_argument("-w", "--write-out", default="")
    parser.add_argument("--data-urlencode", action="append", default=[])
    parser.add_argument("--etag-save")
    parser.add_argument("--etag-compare")
    parser.add_argument("url")
    return parser


def target(asked: argparse.Namespace) -> str:
    """Return the path and query that are asked for."""
    parts = urlsplit(asked.url)
    pairs = [f"{name}={quote(value, safe='')}" for name, _, value in (one.partition("=") for one in asked.data_urlencode)]
    query = "&".join([*([parts.query] if parts.query else []), *pairs])
    return parts.path + (f"?{query}" if query else "")


def headers(asked: argparse.Namespace) -> dict[str, str]:
    """Return the headers of the request."""
    sent = {"Accept": "*/*", "User-Agent": "curl"} | dict(one.split(": ", 1) for one in asked.header)
    if asked.range:
        sent["Range"] = f"bytes={asked.range}"
    if asked.etag_compare and Path(asked.etag_compare).exists():
        sent["If-None-Match"] = Path(asked.etag_compare).read_text("ascii").strip()
    return sent


def main() -> None:
    """Send the request and print what curl would."""
    asked = options().parse_args()
    connection = http.client.HTTPConnection(urlsplit(asked.url).netloc)
    connection.request("HEAD" if asked.head else "GET", target(asked), headers=headers(asked))
    answer = connection.getresponse()
    body = answer.read()
    if asked.etag_save and answer.headers["etag"]:
        Path(asked.etag_save).write_text(f"{answer.headers['etag']}\n", "ascii")
    head = f"HTTP/1.1 {answer.status} {answer.reason}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in answer.getheaders()) + "\r\n"
    shown = (head.encode("latin-1") if asked.include or asked.head else b"") + body
    if asked.output:
        Path(asked.output).write_bytes(shown)
    else:
        sys.stdout.buffer.write(shown)
    sys.stdout.buffer.write(asked.write_out.replace("%{http_code}", str(answer.status)).replace("\\n", "\n").encode())


if __name__ == "__main__":
    main()
