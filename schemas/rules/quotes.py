"""Rules that hold the dataset to the words of its sources."""

from __future__ import annotations

from collections.abc import Iterator

from ..dataset import Dataset
from ..places import by_source, not_found, places
from ..problems import Problem
from ..text import SourceText, folded


def quotes_are_verbatim(dataset: Dataset) -> Iterator[Problem]:
    """Every quote stands in its source, whole words, at one place that is known."""
    for entry, fault in places(dataset).faults.items():
        yield entry.problem(("text",), fault.problem, fault.remedy)


def quotes_do_not_overlap(dataset: Dataset) -> Iterator[Problem]:
    """No two quotes of one source share a character."""
    found = places(dataset).found
    for _, entries in by_source(dataset):
        longest = entries[0]
        for entry in entries[1:]:
            if found[entry.served_id].start < found[longest.served_id].end:
                yield entry.problem(("text",), f"overlaps with the quote {longest.id!r}", "let each word stand in one quote")
            longest = max(longest, entry, key=lambda one: found[one.served_id].end)


def date_words_are_verbatim(dataset: Dataset) -> Iterator[Problem]:
    """An event's `date_text` stands in its evidence."""
    patience = dataset.patience("date_words_are_verbatim")
    for entry in dataset.all("event"):
        words = entry.data["date_text"]
        quotes = [dataset.resolve(entry, "quote", one["quote"]) for one in entry.data["evidence"]]
        texts = [str(quote.data["text"]) for quote in quotes if quote is not None and quote.valid]
        if words and texts and not any(SourceText(text).find(folded(words)) for text in texts):
            fault = not_found("does not stand in the event's evidence", words, SourceText(" ".join(texts)), patience)
            yield entry.problem(("date_text",), fault.problem, fault.remedy)
