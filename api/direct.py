"""The short way: a plain GET that is right in every respect is answered without the framework; all else takes the long way through it.

Both ways call the same view with the same parameters. What the short way does not understand is asked on the long way, which names
what is wrong; what a view refuses is answered there, and not asked twice. Of a query whose pages are turned the next one is asked for
without reading the query again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from flask import Flask

from .answers import Answer
from .asked import PAGE, SIZE
from .contract import Blueprint, Endpoint
from .exchange import Application, Exchange
from .headers import POLICY, common
from .parsing import MOST_BYTES, STRAY_PERCENT
from .remembering import Memory
from .service import Service

Steps = tuple[str, ...]
Key = tuple[str, str]

ANY: Final = "<>"  # a step that is a parameter, which no step of a path can be
HOST: Final = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}(?::[1-9][0-9]{0,3}|:[1-5][0-9]{4})?")  # of ports ordinary ones
NUMBERED: Final = frozenset({PAGE, SIZE})
NUMBER: Final = re.compile(r"[1-9][0-9]{0,4}")
MOST_TURNS: Final = 12 << 20  # bytes of queries whose pages are turned
STATUS: Final[Mapping[int, str]] = {200: "200 OK", 206: "206 PARTIAL CONTENT", 304: "304 NOT MODIFIED"}


class Direct:
    """A WSGI application in front of the framework's."""

    def __init__(self, app: Flask, blueprints: Sequence[Blueprint]) -> None:
        """Take the framework's application, and the endpoints of which some have a short way."""
        self.app = app
        self.application: Application = app.wsgi_app
        self._endpoints: dict[Steps, Endpoint] = {}
        for endpoint in (endpoint for blueprint in blueprints for endpoint in blueprint.endpoints if endpoint.direct):
            self._endpoints[steps_of(endpoint.rule)] = endpoint
        self._turns = Memory(MOST_TURNS)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        with Exchange(environ, Service.of(self.app)) as exchange:
            made = self._made(exchange)
            if made is None:
                return self.application(environ, start_response)
            headers = [*made.headers.items(), *common(exchange)]
            if POLICY[0] not in made.headers:
                headers.append(POLICY)
            start_response(STATUS[made.status], headers)
            return [made.body]

    def _made(self, exchange: Exchange) -> Answer | None:
        """Return the answer, or None where the long way has to find it, or what is wrong."""
        environ = exchange.environ
        query, path = environ["QUERY_STRING"], environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or not path.isascii() or not is_host(environ.get("HTTP_HOST", "")) or not is_plain(query):
            return None
        rest, number, size = numbered(query)
        key = path, rest
        try:
            turn = self._turns.get(key)
            return (turn and turn(number, size)) or self._viewed(key, path, query)
        except Exception as error:  # noqa: BLE001 - whatever it is, the long way raises it again and answers it
            exchange.refused = error
            return None

    def _viewed(self, key: Key, path: str, query: str) -> Answer | None:
        """Return what a view answers, or None where the path has none, or where anything is wrong with its parameters."""
        endpoint, within = self._found(path) or (None, {})
        given = endpoint.compiled.read(query) if endpoint else None
        if endpoint is None or given is None:
            return None
        made: Answer = endpoint.view(given, **within)
        if made.turn and not names_page(key[1]):  # such as page=%32, a number that is not written plainly
            self._turns.keep(key, made.turn, made.weight)
        return made

    def _found(self, path: str) -> tuple[Endpoint, Mapping[str, str]] | None:
        """Return the endpoint of a path and the parameters within it; a step as it stands comes before one that may be any."""
        steps = tuple(path.split("/"))
        endpoint = self._endpoints.get(steps)
        if endpoint:
            return endpoint, {}
        if len(steps) > ID_AT and steps[ID_AT]:
            endpoint = self._endpoints.get((*steps[:ID_AT], ANY, *steps[ID_AT + 1 :]))
        return (endpoint, {endpoint.within: steps[ID_AT]}) if endpoint else None


ID_AT: Final = 3  # of the steps "", "v1", "claims", and an id


def steps_of(rule: str) -> Steps:
    """Return the steps of a rule, the parameter among them as ANY."""
    return tuple(ANY if step.startswith("<") else step for step in rule.split("/"))


def numbered(query: str) -> tuple[str, int, int | None]:
    """Return a query string without the number and the size of its pages, and these; what names no number means the first page.

    One that says either twice is left as it is: it is the query string of no pages at all.
    """
    if not names_page(query):
        return query, 1, None
    rest, said = [], {}
    for part in query.split("&"):
        name, _, number = part.partition("=")
        if name not in NUMBERED or not NUMBER.fullmatch(number):
            rest.append(part)
        elif name in said:
            return query, 1, None
        else:
            said[name] = int(number)
    return "&".join(rest), said.get(PAGE, 1), said.get(SIZE)


def names_page(query: str) -> bool:
    """Say whether a query string may name the number or the size of its pages."""
    return f"{PAGE}=" in query


@lru_cache(maxsize=64)
def is_host(name: str) -> bool:
    """Say whether a Host header names a host in the ordinary way; it may be one in other ways too."""
    return HOST.fullmatch(name) is not None


def is_plain(query: str) -> bool:
    """Say whether a query string is of a length that is read, without empty parts, and percent-encoded as it has to be."""
    if len(query) > MOST_BYTES or "&&" in query or query[:1] == "&" or query[-1:] == "&":
        return False
    return "\x00" not in query and ("%" not in query or ("%00" not in query and not STRAY_PERCENT.search(query.encode("latin-1"))))
