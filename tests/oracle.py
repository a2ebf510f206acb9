"""What a query should find, worked out again from all public records in the plainest Python, with nothing of the service's own code.

Parameters are given as they are sent: texts by name. Of schemas only the declarations are used: which path a filter or a sort key has.
"""

from __future__ import annotations

import calendar
import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import snowballstemmer

from schemas import BY_TYPE, RESOURCES, Resource

Record = Mapping[str, Any]
STEMMER = snowballstemmer.stemmer("english")
APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")


class Oracle:
    """All public records of a dataset, by type and id."""

    def __init__(self, records: Mapping[str, Mapping[str, Record]]) -> None:
        self.records = records

    # Filters

    def values(self, resource: Resource, record: Record, name: str) -> list[Any]:
        """Return the values that a record has for a filter, each once, in order; a reference as its id."""
        one = next(one for one in resource.filters if one.name == name)
        first, *rest = (one.path or one.name).split(".")
        there = record[first] if isinstance(record[first], list) else [record[first]]
        kept = [item for item in there if one.where is None or item[one.where[0]] == one.where[1]]
        return sorted({item["id"] if isinstance(item, Mapping) else item for item in self._at(kept, rest)})

    def _at(self, value: Any, steps: Sequence[str]) -> Iterator[Any]:
        if isinstance(value, list):
            for item in value:
                yield from self._at(item, steps)
        elif value is not None and not steps:
            yield value
        elif value is not None:
            if "href" in value and steps[0] not in value:
                value = self.records[value["type"]][value["id"]]
            yield from self._at(value.get(steps[0]), steps[1:])

    def matches(self, resource: Resource, record: Record, parameters: Mapping[str, str]) -> bool:
        """Say whether a record passes all filters."""
        return all(self._passes(resource, record, name, text) for name, text in parameters.items())

    def _passes(self, resource: Resource, record: Record, parameter: str, text: str) -> bool:
        if parameter == "id":
            return record["id"] in text.split(",")
        name, _, operator = parameter.partition("__")
        if name == "date" and operator != "exists":
            return in_time(record, operator, text.split(","))
        return compares(self.values(resource, record, name), operator, text)

    # Order

    def find(self, resource: Resource, parameters: Mapping[str, str], sort: str = "") -> list[Record]:
        """Return the records that pass all filters, sorted; without keys in the default order."""
        found = [record for record in self.records[resource.type].values() if self.matches(resource, record, parameters)]
        found.sort(key=lambda record: record["id"])
        for key in reversed((sort or resource.default_sort).split(",")):
            path = resource.sorts[key.removeprefix("-")].split(".")
            valued = [(sort_value(record, path), record) for record in found]
            there = sorted((one for one in valued if one[0] is not None), key=lambda one: one[0], reverse=key.startswith("-"))
            found = [record for _, record in there] + [record for value, record in valued if value is None]
        return found

    # Counts

    def facet(self, resource: Resource, parameters: Mapping[str, str], name: str) -> list[tuple[Any, int]]:
        """Return the values of a filter with their counts, most frequent first, without what the filter itself chooses."""
        others = {parameter: text for parameter, text in parameters.items() if parameter != name}
        found = self.find(resource, others)
        counted = Counter(value for record in found for value in self.values(resource, record, name))
        return sorted(counted.items(), key=lambda one: (-one[1], one[0]))

    def aggregate(self, resource: Resource, parameters: Mapping[str, str], by: Sequence[str]) -> Counter[tuple[Any, ...]]:
        """Return how many records are in each group."""
        counted: Counter[tuple[Any, ...]] = Counter()
        for record in self.find(resource, parameters):
            counted.update(itertools.product(*(self._groups(resource, record, name) for name in by)))
        return counted

    def _groups(self, resource: Resource, record: Record, dimension: str) -> list[Any]:
        name, _, bucket = dimension.partition(":")
        if not bucket:
            return self.values(resource, record, name) or [None]
        first = record["earliest"]
        return [None if first is None else first[:4] if bucket == "year" else first[:3] + "0s"]

    # Words

    @cached_property
    def documents(self) -> list[tuple[tuple[str, str], list[tuple[str, ...]], int]]:
        """Every record of every type: type and id, the words of each of its searched fields, and how long its row of the index is."""
        found = []
        for resource in RESOURCES:
            for served, record in self.records[resource.type].items():
                fields = [words(text) for _, text in searched(resource, record)]
                between = max(0, len(fields) - 1)  # a mark between two fields counts as a word
                size = 2 * (sum(map(len, fields)) + between) + len(words(resource.label(record)))
                found.append(((resource.type, served), fields, size))
        return found

    def scores(self, terms: Sequence[tuple[str, ...]]) -> dict[tuple[str, str], float]:
        """Return the score of every record that holds all terms; see `holds` for what a term is.

        BM25 as SQLite's documentation states it (k1 = 1.2, b = 0.75): a row of the index has the stems, the words and the label.
        """
        mean = sum(size for _, _, size in self.documents) / len(self.documents)
        found = {key: 0.0 for key, fields, _ in self.documents if all(times(fields, term) for term in terms)}
        for term in terms:
            counts = [times(fields, term) for _, fields, _ in self.documents]
            rows = sum(1 for one in counts if one)
            rarity = math.log((len(counts) - rows + 0.5) / (rows + 0.5))
            for (key, _, size), count in zip(self.documents, counts, strict=True):
                if key in found:
                    weighted = count * (0.5 if term[-1].endswith("*") else 1.0)
                    part = weighted * 2.2 / (weighted + 1.2 * (0.25 + 0.75 * size / mean))
                    found[key] += (rarity if rarity > 0 else 1e-6) * part
        return found


def compares(values: Sequence[Any], operator: str, text: str) -> bool:
    """Say whether the values of a record pass an operator."""
    if operator == "exists":
        return bool(values) == (text == "true")
    asked = [_like(values, one) for one in text.split(",")]
    first = asked[0]
    return {
        "": lambda: any(one in asked for one in values),
        "not": lambda: not any(one in asked for one in values),
        "all": lambda: all(one in values for one in asked),
        "gte": lambda: any(one >= first for one in values),
        "gt": lambda: any(one > first for one in values),
        "lte": lambda: any(one <= first for one in values),
        "lt": lambda: any(one < first for one in values),
    }[operator]()


def _like(values: Sequence[Any], text: str) -> Any:
    """Return a text as what it is compared with."""
    if values and isinstance(values[0], bool):
        return text == "true"
    return int(text) if values and isinstance(values[0], int) else text


def in_time(record: Record, operator: str, dates: Sequence[str]) -> bool:
    """Say whether the days that an event can have pass an operator on partial dates; one without a date passes `not` alone."""
    if record["date"] is None:
        return operator == "not"
    earliest, latest = record["earliest"] or "0000-00-00", record["latest"] or "9999-99-99"
    first, last = first_day(dates[0]), last_day(dates[0])
    within = any(first_day(date) <= earliest and latest <= last_day(date) for date in dates)
    return {"": within, "not": not within, "gte": latest >= first, "gt": latest > last, "lte": earliest <= last, "lt": earliest < first}[
        operator
    ]


def first_day(date: str) -> str:
    """Return the first day of a year, a month or a day."""
    return date + "-01-01"[len(date) - 4 :] if len(date) < 10 else date


def last_day(date: str) -> str:
    """Return the last day of a year, a month or a day."""
    year, *rest = date.split("-")
    month = rest[0] if rest else "12"
    return date if len(rest) == 2 else f"{year}-{month}-{calendar.monthrange(int(year), int(month))[1]}"


def sort_value(record: Record, path: Sequence[str]) -> Any:
    """Return what a record is sorted by; texts in folded case."""
    value: Any = record
    for step in path:
        value = value[step] if value is not None else None
    return value.casefold() if isinstance(value, str) else value


# Shape


def selected(value: Any, paths: Iterable[Sequence[str]]) -> Any:
    """Return a record, or a part of one, with the fields of some paths alone."""
    if isinstance(value, list):
        return [selected(item, paths) for item in value]
    if value is None or any(not path for path in paths):
        return value
    return {
        name: selected(item, [path[1:] for path in paths if path[0] == name])
        for name, item in value.items()
        if any(path[0] == name for path in paths)
    }


def references(value: Any, path: Sequence[str]) -> set[tuple[str, str]]:
    """Return type and id of the references at the end of a path."""
    if isinstance(value, list):
        return {one for item in value for one in references(item, path)}
    if value is None:
        return set()
    return references(value.get(path[0]), path[1:]) if path else {(value["type"], value["id"])}


# Words


def searched(resource: Resource, record: Record) -> Iterator[tuple[str, str]]:
    """Yield name and text of each searched field."""
    for name in resource.search:
        value = record[name]
        for number, item in enumerate(value if isinstance(value, list) else []):
            yield f"{name}.{number}", item
        if isinstance(value, str):
            yield name, value


@cache
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in folded case and without accents."""
    return tuple("".join(map(_letter, APOSTROPHE.sub("", text))).split())


@cache
def _letter(one: str) -> str:
    """Return a character as it is compared; a mark that is no accent stays, and what belongs to no word is a space."""
    if one.isalnum():
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", one.casefold()).casefold())
        return "".join(part for part in plain if part.isalnum() or _letter(part) == part)
    if unicodedata.category(one) in {"Mn", "Mc"} and not "\ufe00" <= one <= "\ufe0f":
        return one if unicodedata.combining(one) in {0, 7, 8, 9} else ""
    return " "


@cache
def stem(word: str) -> str:
    """Return the stem of a word."""
    return str(STEMMER.stemWord(word))


def holds(field: Sequence[str], term: tuple[str, ...]) -> int:
    """Return how often a term stands in a field: words in a row, compared by stem; with a star at its end the last goes on, and none is stemmed."""
    prefix = term[-1].endswith("*")
    wanted = [word.removesuffix("*") if prefix else stem(word) for word in term]
    shown = list(field) if prefix else [stem(word) for word in field]
    rows = (shown[start : start + len(wanted)] for start in range(len(shown) - len(wanted) + 1))
    return sum(row[:-1] == wanted[:-1] and (row[-1].startswith(wanted[-1]) if prefix else row[-1] == wanted[-1]) for row in rows)


def times(fields: Iterable[Sequence[str]], term: tuple[str, ...]) -> int:
    """Return how often a term stands in any of some fields, never reaching from one into the next."""
    return sum(holds(field, term) for field in fields)


def by_collection(keys: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return ids in order, by the collection of their type."""
    found: dict[str, list[str]] = {}
    for type_, served in sorted(keys):
        found.setdefault(BY_TYPE[type_].collection, []).append(served)
    return found
