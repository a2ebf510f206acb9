"""The grounded labelling of an attack graph (Dung 1995, On the Acceptability of Arguments; Caminada 2006 for the labels)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

Claim = TypeVar("Claim", bound=Hashable)


def grounded(claims: Iterable[Claim], attacks: Iterable[tuple[Claim, Claim]]) -> dict[Claim, str]:
    """Label each claim: in (all its attackers are out), out (an attacker is in), else undecided.

    `attacks` holds pairs of attacker and attacked. Takes time linear in claims and attacks.
    """
    victims: dict[Claim, set[Claim]] = defaultdict(set)
    for attacker, victim in attacks:
        victims[attacker].add(victim)
    threats: dict[Claim, int] = dict.fromkeys(claims, 0)
    for attacked in victims.values():
        for victim in attacked:
            threats[victim] += 1
    labels: dict[Claim, str] = {}
    accepted = [claim for claim, count in threats.items() if count == 0]
    while accepted:
        claim = accepted.pop()
        labels[claim] = "in"
        for victim in [one for one in victims[claim] if one not in labels]:
            labels[victim] = "out"
            accepted += _relieved(victims[victim], threats)
    return {claim: labels.get(claim, "undecided") for claim in threats}


def _relieved(victims: Iterable[Claim], threats: dict[Claim, int]) -> list[Claim]:
    """Take one threat from each victim of a claim that is out, and return those that have none left."""
    for victim in victims:
        threats[victim] -= 1
    return [victim for victim in victims if threats[victim] == 0]
