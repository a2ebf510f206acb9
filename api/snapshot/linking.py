"""What debates have to know of one another before each can be compiled by itself: the records that name each other, and who stands."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from schemas.units import Files, Named, Raw, Unit

from .standing import grounded
from .tasks import Order

Find = Callable[[Sequence[tuple[str, list[Named]]]], Iterator[list[tuple[Raw, int]]]]


def orders(units: Sequence[Unit], files: Sequence[Files], find: Find) -> list[Order]:
    """Return what is to be compiled, unit by unit; `find` looks up records in debates."""
    wanted: dict[str, set[Named]] = defaultdict(set)
    for one in files:
        for type_, full in one.light:
            wanted[full.partition(".")[0]].add((type_, full))
    asked = [(debate, sorted(names)) for debate, names in sorted(wanted.items())]
    found = {(raw[1], f"{raw[0]}.{raw[2]['id']}"): (raw, place) for several in find(asked) for raw, place in several}
    labels = _labels(files, {full: place for (type_, full), (_, place) in found.items() if type_ == "claim"})
    by_debate = {one.debate: one for one in files}
    naming: dict[str, list[Files]] = defaultdict(list)
    for one in files:
        for debate in sorted({full.partition(".")[0] for _, full in one.light}):
            naming[debate].append(one)
    return [_order(unit, by_debate, naming, {named: raw for named, (raw, _) in found.items()}, labels) for unit in units]


def _order(unit: Unit, files: dict[str, Files], naming: dict[str, list[Files]], found: dict[Named, Raw], labels: dict[str, str]) -> Order:
    guests: dict[Named, Raw] = {}
    for debate in unit:
        for named in files[debate].light:
            if named in found and found[named][0] not in unit:
                guests[named] = found[named]
        for other in (other for other in naming[debate] if other.debate not in unit):
            for claim in other.referring:
                if any(to.startswith(f"{debate}.") for to in _named_by(claim)):
                    guests["claim", f"{other.debate}.{claim['id']}"] = other.debate, "claim", claim
    known = {served: labels[served] for _, served in guests if served in labels}
    return Order(unit, [guests[named] for named in sorted(guests)], known)


def _named_by(claim: dict[str, list[str]]) -> list[str]:
    relations: list[dict[str, str]] = claim.get("relations") or []  # type: ignore[assignment]
    return [*(one["to"] for one in relations), *(claim.get("events") or ()), *(claim.get("conditions") or ())]


def _labels(files: Sequence[Files], places: dict[str, int]) -> dict[str, str]:
    """Return the standing of the claims that attack claims of other debates; where there are none, nothing has to be worked out."""
    if not any(one.attacked for one in files):
        return {}
    begin, total = {}, 0
    for one in files:
        begin[one.debate], total = total, total + one.claims
    attacks: list[tuple[int, int]] = []
    for one in files:
        first, pairs = begin[one.debate], array("I", one.attacks)
        attacks += ((first + pairs[at], first + pairs[at + 1]) for at in range(0, len(pairs), 2))
        attacks += ((first + place, begin[to.partition(".")[0]] + places[to]) for place, to in one.attacked if to in places)
    standing = grounded({place for pair in attacks for place in pair}, attacks)
    return {
        f"{one.debate}.{claim['id']}": standing.get(begin[one.debate] + place, "in")
        for one in files
        for claim, place in zip(one.referring, one.places, strict=True)
    }
