"""What debates have to know of one another before each can be compiled by itself: the records that name each other, and who stands."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from schemas.units import Files, Found, Named, Raw, Unit, light

from .standing import grounded
from .tasks import Order

Find = Callable[[Sequence[tuple[str, list[Named]]]], Iterator[list[Found]]]


class Links:
    """How debates are linked: which records of others their claims name, and where attacks leave the claims of all."""

    def __init__(self, files: Sequence[Files], found: Mapping[str, Sequence[Found]]) -> None:
        """Take what is known of all debates, and by debate those of its records that others name and that it has."""
        self.files = {one.debate: one for one in files}
        self.found = found
        self._named = {(raw[1], f"{raw[0]}.{raw[2]['id']}"): (raw, place) for several in found.values() for raw, place in several}
        self.attack_abroad = any(one.attacked for one in files)

    def resolve(self, debate: str) -> bool:
        """Say whether all records are there that a debate names of others."""
        return all(named in self._named for named in self.files[debate].light)

    def orders(self, units: Sequence[Unit]) -> list[Order]:
        """Return what is to be compiled, unit by unit."""
        naming: dict[str, list[Files]] = defaultdict(list)
        for one in self.files.values():
            for debate in sorted({full.partition(".")[0] for _, full in one.light}):
                naming[debate].append(one)
        labels = self._labels() if self.attack_abroad else {}
        return [self._order(unit, naming, labels) for unit in units]

    def _order(self, unit: Unit, naming: Mapping[str, list[Files]], labels: Mapping[str, str]) -> Order:
        guests: dict[Named, Raw] = {}
        for debate in unit:
            for named in self.files[debate].light:
                if named in self._named and self._named[named][0][0] not in unit:
                    guests[named] = self._named[named][0]
            for other in (other for other in naming.get(debate, ()) if other.debate not in unit):
                for claim in other.referring:
                    if any(to.startswith(f"{debate}.") for _, _, to in light(claim)):
                        guests["claim", f"{other.debate}.{claim['id']}"] = other.debate, "claim", claim
        known = {served: labels[served] for _, served in guests if served in labels}
        return Order(unit, [guests[named] for named in sorted(guests)], known)

    def _labels(self) -> dict[str, str]:
        """Return the standing of the claims that name records of other debates, by their ids."""
        return {
            f"{one.debate}.{claim['id']}": self.standing[one.debate].get(place, "in")
            for one in self.files.values()
            for claim, place in zip(one.referring, one.places, strict=True)
        }

    @cached_property
    def standing(self) -> Mapping[str, Mapping[int, str]]:
        """The standing of the claims of each debate that are not in, by their places in their file."""
        names, begins = list(self.files), [0, *accumulate(one.claims for one in self.files.values())]
        begin = dict(zip(names, begins, strict=False))
        attacks: list[tuple[int, int]] = []
        for one in self.files.values():
            first, pairs = begin[one.debate], array("I", one.attacks)
            attacks += ((first + pairs[at], first + pairs[at + 1]) for at in range(0, len(pairs), 2))
            there = ((place, to, self._named.get(("claim", to))) for place, to in one.attacked)
            attacks += ((first + place, begin[to.partition(".")[0]] + found[1]) for place, to, found in there if found)
        made: dict[str, dict[int, str]] = {name: {} for name in names}
        for number, label in grounded({place for pair in attacks for place in pair}, attacks).items():
            if label != "in":
                at = bisect_right(begins, number) - 1
                made[names[at]][number - begins[at]] = label
        return made


def linked(files: Sequence[Files], find: Find, known: Mapping[str, Sequence[Found]]) -> Links:
    """Return how debates are linked; `find` looks up records in debates, `known` are those that were found in some, which are the same."""
    wanted: dict[str, set[Named]] = defaultdict(set)
    for one in files:
        for type_, full in one.light:
            wanted[full.partition(".")[0]].add((type_, full))
    found: dict[str, dict[Named, Found]] = {debate: {} for debate in sorted(wanted)}
    asked = []
    for debate, own in found.items():
        own |= {named: one for one in known.get(debate, ()) if (named := (one[0][1], f"{debate}.{one[0][2]['id']}")) in wanted[debate]}
        if missing := sorted(wanted[debate] - own.keys()):
            asked.append((debate, missing))
    for (debate, _), several in zip(asked, find(asked), strict=True):
        found[debate] |= {(raw[1], f"{debate}.{raw[2]['id']}"): (raw, place) for raw, place in several}
    return Links(files, {debate: [own[named] for named in sorted(own)] for debate, own in found.items()})
