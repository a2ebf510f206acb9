"""The standing of a claim is its label in the grounded labelling, whatever the graph of attacks looks like."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples

from api.snapshot.standing import grounded

CLAIMS = "abcdefgh"
GRAPHS = st.lists(st.tuples(st.sampled_from(CLAIMS), st.sampled_from(CLAIMS)), max_size=24)


def naive(claims: Iterable[str], attacks: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the labelling as Dung defines it: the least fixpoint of what the accepted claims defend."""
    attackers = {claim: {one for one, victim in attacks if victim == claim} for claim in claims}
    accepted: set[str] = set()
    while True:
        beaten = {claim for claim in attackers if attackers[claim] & accepted}
        defended = {claim for claim in attackers if attackers[claim] <= beaten}
        if defended == accepted:
            return {claim: "in" if claim in accepted else "out" if claim in beaten else "undecided" for claim in attackers}
        accepted = defended


@pytest.mark.parametrize(
    ("attacks", "labels"),
    [
        ([], {"a": "in", "b": "in", "c": "in"}),
        (["ab"], {"a": "in", "b": "out", "c": "in"}),
        (["ab", "bc"], {"a": "in", "b": "out", "c": "in"}),
        (["ab", "ba"], {"a": "undecided", "b": "undecided", "c": "in"}),
        (["ab", "ba", "ca"], {"a": "out", "b": "in", "c": "in"}),
        (["ab", "bc", "ca"], {"a": "undecided", "b": "undecided", "c": "undecided"}),
        (["aa", "ab"], {"a": "undecided", "b": "undecided", "c": "in"}),
        (["aa", "ca", "ab"], {"a": "out", "b": "in", "c": "in"}),
        (["ab", "ab"], {"a": "in", "b": "out", "c": "in"}),
    ],
    ids=["none", "one", "a-defence", "a-quarrel", "a-quarrel-decided", "a-circle", "itself", "itself-beaten", "twice"],
)
def test_a_graph_that_can_be_worked_out_by_hand_is_labelled_so(attacks: list[str], labels: dict[str, str]) -> None:
    assert grounded("abc", [(one[0], one[1]) for one in attacks]) == labels


@given(GRAPHS)
@examples(300)
def test_the_labelling_is_the_least_fixpoint(attacks: list[tuple[str, str]]) -> None:
    assert grounded(CLAIMS, attacks) == naive(CLAIMS, attacks)


@given(GRAPHS, st.randoms(use_true_random=False))
@examples(50)
def test_the_order_in_which_attacks_are_recorded_changes_nothing(attacks, random) -> None:
    shuffled = random.sample(attacks, len(attacks))
    assert grounded(CLAIMS, attacks) == grounded(random.sample(CLAIMS, len(CLAIMS)), shuffled)


def test_a_chain_of_a_hundred_thousand_claims_and_a_claim_that_all_attack_are_labelled_in_a_moment() -> None:
    chain = [str(number) for number in range(100_000)]
    attacks = [*itertools.pairwise(chain), *((claim, "target") for claim in chain)]
    labels = grounded([*chain, "target"], attacks)
    assert [labels["0"], labels["1"], labels["99999"], labels["target"]] == ["in", "out", "out", "out"]
