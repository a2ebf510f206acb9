"""A valid dataset seen as a graph: the reference of every record, and who names whom in which role."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final

import marshmallow as ma

from schemas.base import Reference
from schemas.dataset import Dataset, Entry
from schemas.fields import Many, Part, Ref
from schemas.places import Place, places
from schemas.text import SourceText

from .standing import grounded

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence: the quote, the words of it that are meant, and where these stand in the quote's source."""

    quote: Entry
    words: str
    place: Place


@dataclass(slots=True)
class Naming:
    """Which debates name an actor, and how many records join it, by role."""

    debates: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, other: Naming) -> None:
        """Add what other debates say."""
        self.debates |= other.debates
        self.counts.update(other.counts)


# The counts of an actor, each of the roles in which records name it.
ROLES: Final = {
    "quotes": ("quote.speaker",), "spoken_for": ("quote.speaks_for",), "mentions": ("quote.about", "claim.about"),
    "claims": ("claim.made_by",), "conditions": ("condition.set_by",), "events": ("event.participants",),
}  # fmt: skip


class Model:
    """What the computed fields are computed from; each record is known by its type and served id.

    Its dataset is valid, and holds all debates or a unit of them. What other debates say of an actor is added to ``naming``.
    """

    def __init__(
        self, dataset: Dataset, shared: Mapping[Key, dict[str, str]] | None = None, labels: Mapping[str, str] | None = None
    ) -> None:
        """Take a valid dataset, the references of what all debates share, and the standing of the guests that attack its claims."""
        self.dataset, self._labels = dataset, labels or {}
        self.references: dict[Key, dict[str, str]] = dict(shared or {})
        self.actors_of: dict[str, set[str]] = defaultdict(set)
        self._naming: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        self._quoted: dict[str, SourceText] = {}
        for type_ in dataset.entries:
            for entry in dataset.all(type_):
                self._add(entry)
        for entry in dataset.guests:
            self._add(entry, guest=True)

    def _add(self, entry: Entry, *, guest: bool = False) -> None:
        """Note a record's reference and, by the role it gives them, the records that it names."""
        record = {**entry.data, "id": entry.served_id}
        self.references[entry.resource.type, entry.served_id] = entry.resource.reference(record)
        for pointer, type_, ref in entry.references:
            if guest and type_ == "actor":
                continue
            role = str(pointer[0])
            if role == "relations":
                role = str(entry.data["relations"][pointer[1]]["kind"])
            named = self.dataset.full_id(entry, type_, ref)
            entries = self._naming[type_, named, f"{entry.resource.type}.{role}"]
            if not entries or entries[-1] is not entry:
                entries.append(entry)
            if entry.debate and type_ == "actor":
                self.actors_of[entry.debate].add(named)

    def named_by(self, entry: Entry, role: str) -> Sequence[Entry]:
        """Return the records that name this one in a role such as ``claim.evidence`` or ``claim.supports``, each once."""
        return self._naming.get((entry.resource.type, entry.served_id, role), ())

    @cached_property
    def naming(self) -> dict[str, Naming]:
        """Who names each actor that any debate names, by the actor's id."""
        named: dict[str, Naming] = defaultdict(Naming)
        for debate, actors in self.actors_of.items():
            for actor in actors:
                named[actor].debates.add(debate)
        for actor, naming in named.items():
            for name, roles in ROLES.items():
                entries = [entry for role in roles for entry in self._naming.get(("actor", actor, role), ())]
                # Who speaks for oneself is a speaker, and nobody that is spoken for.
                naming.counts[name] = sum(name != "spoken_for" or entry.data["speaker"] != actor for entry in entries)
        return named

    def of_debate(self, type_: str, debate: str) -> Sequence[Entry]:
        """Return the records of a type that belong to a debate."""
        return self._by_debate.get((type_, debate), ())

    @cached_property
    def _by_debate(self) -> Mapping[Key, list[Entry]]:
        grouped: dict[Key, list[Entry]] = defaultdict(list)
        for type_ in self.dataset.entries:
            for entry in self.dataset.all(type_):
                grouped[type_, entry.debate or ""].append(entry)
        return grouped

    def reference(self, type_: str, served: str) -> dict[str, str]:
        """Return the reference object of a record."""
        return self.references[type_, served]

    def references_to(self, type_: str, ids: Iterable[str]) -> list[dict[str, str]]:
        """Return the reference objects of records in the order of their ids as given."""
        return [self.references[type_, served] for served in ids]

    def inverse(self, entry: Entry, role: str) -> list[dict[str, str]]:
        """Return references to the records that name this one in a role, in order of id."""
        return self.references_to(role.partition(".")[0], sorted(one.served_id for one in self.named_by(entry, role)))

    def language(self, entry: Entry) -> str:
        """Return the language that the curator of a record writes in."""
        return str(self.dataset.index["debate"][entry.debate or ""].data["language"])

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Where each quote stands in its source, by served id."""
        return places(self.dataset).found

    @cached_property
    def quotes_of(self) -> Mapping[str, list[Entry]]:
        """The quotes of each source, by its served id, in order of place."""
        grouped: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.dataset.all("quote"):
            grouped[self.places[entry.served_id].source].append(entry)
        return {source: sorted(quotes, key=lambda one: self.places[one.served_id].start) for source, quotes in grouped.items()}

    @cached_property
    def sequence(self) -> Mapping[str, int]:
        """The place of each quote among those of its source, by served id, from 1."""
        return {one.served_id: number for quotes in self.quotes_of.values() for number, one in enumerate(quotes, start=1)}

    @cached_property
    def standing(self) -> Mapping[str, str]:
        """The grounded labelling of all claims, by served id, given how the guests that attack them are labelled."""
        claims = self.dataset.all("claim")
        guests = {one.served_id: one for one in self.dataset.guests if self._labels.get(one.served_id, "out") != "out"}
        own = {claim.served_id for claim in claims}
        attacks = [
            (claim.served_id, victim)
            for claim in (*claims, *guests.values())
            for relation in claim.data["relations"]
            if relation["kind"] == "attacks" and (victim := self.dataset.full_id(claim, "claim", relation["to"])) in own
        ]
        # Whatever attacks itself, and is not attacked by what is in, is undecided.
        attacks += ((served, served) for served in guests if self._labels[served] == "undecided")
        return grounded([*own, *guests], attacks)

    def named(self, entry: Entry) -> dict[str, Any]:
        """Return the records that a guest names, by the field in which it does, each by nothing but its type and id."""
        found: dict[str, Any] = {}
        for pointer, type_, ref in entry.references:
            one = {"type": type_, "id": self.dataset.full_id(entry, type_, ref)}
            if len(pointer) == 1:
                found[str(pointer[0])] = one
            else:
                found.setdefault(str(pointer[0]), []).append(one)
        return found

    def evidence(self, entry: Entry) -> list[Piece]:
        """Return each piece of a record's evidence."""
        return [self._piece(entry, piece["quote"], piece["text"]) for piece in entry.data["evidence"]]

    def _piece(self, entry: Entry, ref: str, stretch: str | None) -> Piece:
        quote = self.dataset.index["quote"][self.dataset.full_id(entry, "quote", ref)]
        place = self.places[quote.served_id]
        if stretch is None:
            return Piece(quote, str(quote.data["text"]), place)
        ((start, end),) = self._quoted_text(quote, place).find(stretch)  # once: a rule demands it
        return Piece(quote, stretch, Place(place.source, place.start + start, place.start + end))

    def _quoted_text(self, quote: Entry, place: Place) -> SourceText:
        """Return the characters of a source that a quote is, white space as it is there."""
        known = self._quoted.get(quote.served_id)
        if known is None:
            known = self._quoted[quote.served_id] = SourceText(self.dataset.texts[place.source].text[place.start : place.end])
        return known

    def resolved(self, entry: Entry, schema: ma.Schema, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the authored fields that are served, each reference as its object."""
        served = {name: value for name, value in data.items() if not schema.fields[name].load_only}
        return served | {name: self._resolved_value(entry, one, data[name], data) for name, one in _resolving(schema) if name in data}

    def _resolved_value(self, entry: Entry, one: ma.fields.Field[Any], value: Any, parent: Mapping[str, Any]) -> Any:
        if value is None:
            return None
        if isinstance(one, Many):
            return [self._resolved_value(entry, one.inner, item, parent) for item in value]
        if isinstance(one, Ref):
            type_ = one.target_in(parent)
            return self.reference(type_, self.dataset.full_id(entry, type_, value))
        return self.resolved(entry, one.schema, value) if isinstance(one, Part) and one.schema.__class__ is not Reference else value


@cache
def _resolving(schema: ma.Schema) -> list[tuple[str, ma.fields.Field[Any]]]:
    """Return the fields of an authored object that are served in another form than they are authored in."""
    leaves = {name: one.inner if isinstance(one, Many) else one for name, one in schema.fields.items() if not one.load_only}
    return [(name, schema.fields[name]) for name, leaf in leaves.items() if isinstance(leaf, Ref | Part)]
