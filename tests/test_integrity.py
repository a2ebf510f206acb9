"""The integrity report counts and names what each debate leaves open, and says the same as the collections say."""

from __future__ import annotations

from typing import Any

import pytest
from worlds import World

from schemas import BY_TYPE

RELATIONS = ("relations", "supported_by", "attacked_by", "restated_by")


def own(world: World, type_: str, debate: str) -> list[dict[str, Any]]:
    """Return the records of a type that belong to a debate."""
    return [record for record in world.records[type_].values() if record["debate"]["id"] == debate]


def references(records: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the references to some records."""
    return [BY_TYPE[record["type"]].reference(record) for record in records]


def test_there_is_one_report_for_each_debate(world: World):
    answer = world.get("/v1/integrity")
    assert [report["debate"]["id"] for report in answer["data"]] == world.ids(BY_TYPE["debate"])
    assert answer["meta"]["total"] == answer["meta"]["count"] == len(answer["data"])
    assert answer["links"] == {"self": "/v1/integrity"}


def test_a_report_is_what_its_records_show(world: World):
    for report in world.get("/v1/integrity")["data"]:
        debate = report["debate"]["id"]
        quotes, claims = own(world, "quote", debate), own(world, "claim", debate)
        assert report["inferred_attributions"] == sum(quote["attribution"]["basis"] == "inferred" for quote in quotes)
        assert report["inferred_relations"] == sum(one["basis"] == "inferred" for claim in claims for one in claim["relations"])
        assert report["reported_claims"] == sum(claim["directness"] == "reported" for claim in claims)
        assert report["paraphrased_claims"] == sum(claim["fidelity"]["grade"] == "paraphrase" for claim in claims)
        assert report["unlinked"] == references([claim for claim in claims if not any(claim[name] for name in RELATIONS)])
        assert report["unanswered_conditions"] == references([one for one in own(world, "condition", debate) if not one["answered_by"]])
        assert report["orphaned_quotes"] == references([one for one in quotes if not one["claims"] + one["conditions"] + one["events"]])
        assert report["unverified_sources"] == references([source for source in own(world, "source", debate) if not source["url"]])
        assert report["known_gaps"] == world.records["debate"][debate]["known_gaps"]


def test_the_coverage_of_a_debate_is_that_of_its_sources_by_length(world: World):
    for report in world.get("/v1/integrity")["data"]:
        sources = own(world, "source", report["debate"]["id"])
        if len(sources) == 1:
            assert report["coverage"] == sources[0]["coverage"]
        assert 0 <= report["coverage"] <= 1


def test_a_report_agrees_with_the_filters_of_the_collections(world: World):
    for report in world.get("/v1/integrity")["data"]:
        debate = report["debate"]["id"]
        for field, collection, asked in [
            ("inferred_attributions", "quotes", {"attribution": "inferred"}), ("reported_claims", "claims", {"directness": "reported"}),
            ("paraphrased_claims", "claims", {"fidelity": "paraphrase"}),
        ]:  # fmt: skip
            assert world.get(f"/v1/{collection}", debate=debate, per_page="0", **asked)["meta"]["total"] == report[field]
        unanswered = world.get("/v1/conditions", debate=debate, answered_by__exists="false", select="id", per_page="200")["data"]
        assert [record["id"] for record in unanswered] == [record["id"] for record in report["unanswered_conditions"]]
        orphaned = world.get(
            "/v1/quotes", debate=debate, claim__exists="false", condition__exists="false", event__exists="false", per_page="200", sort="id"
        )
        assert sorted(record["id"] for record in report["orphaned_quotes"]) == [record["id"] for record in orphaned["data"]]


def test_the_report_can_be_asked_for_some_debates(world: World):
    ids = world.ids(BY_TYPE["debate"])
    answer = world.get("/v1/integrity", debate=ids[-1])
    assert [report["debate"]["id"] for report in answer["data"]] == ids[-1:]
    assert world.get("/v1/integrity", debate=",".join(reversed(ids)))["data"] == world.get("/v1/integrity")["data"]
    assert world.get(answer["links"]["self"]) == answer


@pytest.mark.parametrize(("asked", "fault"), [
    ({"debate": "teaa"}, ("debate", "invalid_value")), ({"debate": "tea,tea"}, ("debate", "repeated")), ({"debate": ""}, ("debate", "empty")),
    ({"debates": "tea"}, ("debates", "unknown")), ({"q": "tea"}, ("q", "unknown")),
])  # fmt: skip
def test_a_report_that_cannot_be_made_is_refused(odd_world: World, asked: dict[str, str], fault: tuple[str, str]):
    assert odd_world.refused("/v1/integrity", **asked) == [fault]
    if asked == {"debate": "teaa"}:
        assert odd_world.client.get("/v1/integrity", query_string=asked).get_json()["errors"][0]["did_you_mean"] == "tea"
