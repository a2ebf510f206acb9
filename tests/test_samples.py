"""A sample is drawn by chance from what a query finds, and the same seed draws the same one."""

from __future__ import annotations

from collections import Counter

from worlds import World, parameters_of

from schemas import BY_TYPE, RESOURCES


def test_a_sample_holds_so_many_different_records_of_what_is_found_in_their_order(world: World):
    for resource in RESOURCES:
        whole = [record["id"] for record in world.oracle.find(resource, {})]
        for size in (1, 3, 200):
            answer = world.get(f"/v1/{resource.collection}", sample=str(size), seed="11")
            drawn = [record["id"] for record in answer["data"]]
            assert (answer["meta"]["total"], answer["meta"]["count"]) == (len(whole), min(size, len(whole)))
            assert drawn == [served for served in whole if served in set(drawn)]


def test_a_sample_is_of_what_the_filters_find(world: World):
    found = {record["id"] for record in world.oracle.find(BY_TYPE["claim"], {"kind__not": "causal"})}
    for seed in range(5):
        answer = world.get("/v1/claims", kind__not="causal", sample="4", seed=str(seed))
        assert {record["id"] for record in answer["data"]} <= found
        assert answer["meta"]["total"] == len(found)


def test_the_same_seed_draws_the_same_records_and_another_others(world: World):
    draws = [
        tuple(record["id"] for record in world.get("/v1/claims", sample="3", seed=str(seed))["data"]) for seed in (1, 1, 2, 3, 4, 5, 6)
    ]
    assert draws[0] == draws[1]
    assert len(set(draws)) > 2


def test_the_seed_that_chance_found_is_returned_and_draws_the_same_again(world: World):
    answer = world.client.get("/v1/claims?sample=3")
    body = answer.get_json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert body["meta"]["query"]["seed"] == body["meta"]["seed"] == int(parameters_of(body["links"]["self"])["seed"])
    again = world.client.get(body["links"]["self"])
    assert again.headers["Cache-Control"].startswith("public")
    assert again.get_json() == body


def test_a_sample_has_no_pages(world: World):
    answer = world.get("/v1/claims", sample="3", seed="0")
    assert (answer["meta"]["page"], answer["meta"]["per_page"]) == (None, None)
    assert [name for name, href in answer["links"].items() if href] == ["self"]


def test_every_record_has_its_chance(world: World):
    drawn = Counter(
        record["id"] for seed in range(60) for record in world.get("/v1/quotes", sample="2", seed=str(seed), select="id")["data"]
    )
    assert len(drawn) > 0.8 * len(world.records["quote"])


def test_what_does_not_go_with_a_sample_is_refused(world: World):
    for asked, fault in [
        ({"sample": "2", "page": "1"}, ("page", "conflict")), ({"sample": "2", "per_page": "5"}, ("per_page", "conflict")),
        ({"sample": "2", "sort": "id"}, ("sort", "conflict")), ({"seed": "2"}, ("seed", "conflict")), ({"sample": "0"}, ("sample", "out_of_range")),
        ({"sample": "201"}, ("sample", "out_of_range")), ({"sample": "2", "seed": "1000000000"}, ("seed", "out_of_range")),
        ({"sample": "2", "seed": "-1"}, ("seed", "out_of_range")),
    ]:  # fmt: skip
        assert world.refused("/v1/claims", **asked) == [fault]


def test_a_sample_can_be_a_table(world: World):
    answer = world.client.get("/v1/claims?sample=3&seed=5&format=csv&select=id").get_data(as_text=True)
    ids = [record["id"] for record in world.get("/v1/claims", sample="3", seed="5")["data"]]
    assert answer == "".join(f"{line}\r\n" for line in ["type,id", *(f"claim,{served}" for served in ids)])
