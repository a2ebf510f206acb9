"""Rules that hold the dataset to the words of its sources."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..dataset import Dataset
from ..places import by_source, places
from ..problems import Problem
from ..text import SourceText, differences, folded


def quotes_are_verbatim(dataset: Dataset) -> Iterator[Problem]:
    """Every quote stands in its source, whole words, at one place that is known."""
    faults = places(dataset).faults
    for entry in dataset.all("quote"):
        if fault := faults.get(entry.served_id):
            yield entry.problem(("text",), fault.problem, fault.remedy)


def quotes_do_not_overlap(dataset: Dataset) -> Iterator[Problem]:
    """No two quotes of one source share a character."""
    found = places(dataset).found
    for _, entries in by_source(dataset):
        for first, second in pairwise(entries):
            if found[second.served_id].start < found[first.served_id].end:
                yield second.problem(("text",), f"overlaps with the quote {first.id!r}", "let each word stand in one quote")


def date_words_are_verbatim(dataset: Dataset) -> Iterator[Problem]:
    """An event's `date_text` stands in its evidence."""
    for entry in dataset.all("event"):
        words = entry.data["date_text"]
        quotes = [dataset.resolve(entry, "quote", one["quote"]) for one in entry.data["evidence"]]
        texts = [str(quote.data["text"]) for quote in quotes if quote is not None and quote.valid]
        if words and texts and not any(SourceText(text).find(folded(words)) for text in texts):
            yield entry.problem(("date_text",), "does not stand in the event's evidence", _nearest(words, " ".join(texts)))


def _nearest(words: str, text: str) -> str:
    near = SourceText(text).nearest(words)
    return f"the nearest words are “{near[:200]}”; they differ in: {differences(words, near)}"
