"""The full-text index: what of each record is indexed, and a search text as an expression of it.

One table indexes all records. Its tokens are folded words and stems made by api.words, never text, so that no character of a
request can be read as the search engine's own syntax. Relevance is BM25 (k1 = 1.2, b = 0.75; Robertson and Zaragoza 2009) over the
stems with weight 1 and the words with weight 0.5; ties stand in the default order of the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from api.search_text import Term
from api.words import folded_words, stem
from schemas import RESOURCES, Resource

from .layout import MOST_ROWS

TABLE: Final = (
    "CREATE VIRTUAL TABLE search USING fts5(stems, words, label, content='', contentless_delete=1, tokenize='ascii', prefix='1 2 3')"
)
# The index is gathered in memory in large pieces, which are made one at the end: nothing is merged more than once.
GATHERED: Final = "INSERT INTO search (search, rank) VALUES ('hashsize', 33554432), ('automerge', 0)"
MERGED: Final = "INSERT INTO search (search) VALUES ('optimize')"
SCORE: Final = "bm25(search, 1.0, 0.5, 0.0)"
BETWEEN_FIELDS: Final = "\u00b7"  # no folded word holds it, so that no phrase reaches from one field into the next


def rows_of(resource: Resource) -> tuple[int, int]:
    """Return the bounds of the rows of a type in the index: row n of its collection is the first bound plus n."""
    least = RESOURCES.index(resource) * MOST_ROWS
    return least, least + MOST_ROWS - 1


def resource_at(rowid: int) -> tuple[Resource, int]:
    """Return the type that a row of the index is of, and its row in the collection."""
    number, row = divmod(rowid, MOST_ROWS)
    return RESOURCES[number], row


def texts(resource: Resource, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield path and text of each searched field of a public record; the items of a list are `name.0`, `name.1` …"""
    for name in resource.search:
        value = record[name]
        if isinstance(value, list):
            yield from ((f"{name}.{number}", item) for number, item in enumerate(value))
        elif value is not None:
            yield name, value


def documents(resource: Resource, records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, str, str, str]]:
    """Yield what the index holds of each record of a type, in the order of their rows, which are counted from 0."""
    for row, record in enumerate(records):
        yield row, *document(resource, record)


def document(resource: Resource, record: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what the index holds of a record: stems, words, and the words of the label, tokens with a space between them."""
    searched, label = [text for _, text in texts(resource, record)], resource.label(record)
    folded = {text: folded_words(text) for text in {*searched, label}}
    fields = [folded[text] for text in searched]
    return _joined([[stem(word) for word in field] for field in fields]), _joined(fields), " ".join(folded[label])


def _joined(fields: Sequence[Sequence[str]]) -> str:
    return f" {BETWEEN_FIELDS} ".join(" ".join(field) for field in fields)


def expression(terms: Sequence[Term]) -> str:
    """Return terms as an expression of the index: all that are wanted, without any that is excluded."""
    wanted = " AND ".join(matching_term(term) for term in terms if not term.excluded)
    return " NOT ".join([f"({wanted})", *(matching_term(term) for term in terms if term.excluded)])


def matching_term(term: Term) -> str:
    """Return one term as an expression: stems in a row, or words in a row of which the last may go on."""
    if term.prefix:
        return f'{{words}} : "{" ".join(term.words)}" *'
    return f'{{stems}} : "{" ".join(map(stem, term.words))}"'


def label_term(word: str, *, goes_on: bool) -> str:
    """Return the expression for labels that hold a word, or one that begins with it."""
    return f'{{label}} : "{word}"{" *" if goes_on else ""}'
