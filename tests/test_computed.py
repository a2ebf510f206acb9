"""Every computed field of a public record says what a plain recomputation from the authored form and the source says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import marshmallow as ma
import pytest
from tiny import TEA_EVENTS, TEA_TEXT, content, edit, tiny

from api.snapshot.build import compiled
from api.snapshot.computed import COMPUTED, public
from api.snapshot.model import Model
from schemas import RESOURCES
from schemas.dataset import Dataset
from schemas.load import load
from schemas.text import folded

Records = dict[str, dict[str, dict[str, Any]]]
Record = dict[str, Any]


@pytest.fixture(scope="module")
def tiny_records(tiny_dataset: Dataset) -> Records:
    """The public form of the tiny dataset."""
    return compiled(tiny_dataset)


@pytest.fixture(scope="module", params=["tiny", "shipped"])
def both(request: pytest.FixtureRequest, tiny_dataset: Dataset, real_dataset: Dataset) -> tuple[Dataset, Records]:
    """A dataset and its public form: the tiny one, then the shipped one."""
    dataset = tiny_dataset if request.param == "tiny" else real_dataset
    return dataset, compiled(dataset)


def ids(references: list[dict[str, str]]) -> list[str]:
    return [one["id"] for one in references]


def of_type(both: tuple[Dataset, Records], *types: str) -> list[Record]:
    return [record for type_ in types for record in both[1][type_].values()]


def test_every_type_has_its_computed_fields() -> None:
    assert list(COMPUTED) == [resource.type for resource in RESOURCES]


def test_every_record_is_served_whole_with_its_keys_in_schema_order(both) -> None:
    for resource in RESOURCES:
        assert set(both[1][resource.type]) == {entry.served_id for entry in both[0].all(resource.type)}
        for served, record in both[1][resource.type].items():
            assert list(record) == list(resource.public.fields)
            assert (record["id"], record["type"]) == (served, resource.type)
            assert resource.public.validate(record) == {}


def test_a_quote_stands_where_its_position_says(both) -> None:
    for quote in of_type(both, "quote"):
        text, at = both[0].texts[quote["source"]["id"]].text, quote["position"]
        assert folded(text[at["start"] : at["end"]]) == quote["text"]
        assert at["line_start"] == text.count("\n", 0, at["start"]) + 1
        assert at["line_end"] == text.count("\n", 0, at["end"] - 1) + 1


def test_the_context_of_a_quote_is_what_stands_around_it_to_32_characters(both) -> None:
    for quote in of_type(both, "quote"):
        text, at = both[0].texts[quote["source"]["id"]].text, quote["position"]
        around = quote["prefix"] + text[at["start"] : at["end"]] + quote["suffix"]
        assert around in text
        assert len(quote["prefix"]) == min(32, at["start"])
        assert len(quote["suffix"]) == min(32, len(text) - at["end"])
        assert text.startswith(around, at["start"] - len(quote["prefix"]))


def test_evidence_stands_where_its_position_says_within_its_quote(both) -> None:
    for record in of_type(both, "claim", "condition", "event"):
        for piece in record["evidence"]:
            quote = both[1]["quote"][piece["quote"]["id"]]
            text, at, whole = both[0].texts[quote["source"]["id"]].text, piece["position"], quote["position"]
            assert folded(text[at["start"] : at["end"]]) == (piece["text"] or quote["text"])
            assert whole["start"] <= at["start"] < at["end"] <= whole["end"]
            assert at["line_start"] == text.count("\n", 0, at["start"]) + 1
            assert at["line_end"] == text.count("\n", 0, at["end"] - 1) + 1
            assert piece["text"] is not None or at == whole


def test_evidence_behind_a_run_of_white_space_and_an_emoji_is_still_found_to_the_character(tiny_records: Records) -> None:
    spilled = tiny_records["event"]["tea.nothing-spilled"]["evidence"][0]
    assert TEA_TEXT[spilled["position"]["start"] : spilled["position"]["end"]] == "it spilled   nothing"
    assert spilled["position"]["line_start"] == spilled["position"]["line_end"] == 8
    again = tiny_records["claim"]["tea.milk-goes-first"]["evidence"]
    assert [TEA_TEXT[: piece["position"]["start"]].count("Milk first!") for piece in again] == [0, 1]


def test_quotes_are_numbered_in_the_order_of_their_source(both) -> None:
    for source in of_type(both, "source"):
        quotes = [quote for quote in of_type(both, "quote") if quote["source"]["id"] == source["id"]]
        in_place = sorted(quotes, key=lambda quote: quote["position"]["start"])
        assert [quote["sequence"] for quote in in_place] == list(range(1, len(quotes) + 1))
        assert source["speakers"] == list({quote["speaker"]["id"]: quote["speaker"] for quote in in_place}.values())


def test_the_speakers_of_a_source_come_in_the_order_of_first_words(tiny_records: Records) -> None:
    assert ids(tiny_records["source"]["tea.kettle-hour"]["speakers"]) == ["aunt-agatha", "tea-society", "unnamed-voice"]
    assert ids(tiny_records["source"]["biscuits.crumbs"]["speakers"]) == ["tea-society", "aunt-agatha"]


def test_a_source_is_measured_as_its_file_stands(both) -> None:
    for source in of_type(both, "source"):
        text = both[0].texts[source["id"]].text
        raw = (both[0].folder / source["debate"]["id"] / "sources" / f"{source['id'].partition('.')[2]}.txt").read_bytes()
        quotes = [quote["position"] for quote in of_type(both, "quote") if quote["source"]["id"] == source["id"]]
        quoted = {at for place in quotes for at in range(place["start"], place["end"]) if not text[at].isspace()}
        share = len(quoted) / sum(not character.isspace() for character in text)
        assert source["sha256"] == hashlib.sha256(raw).hexdigest()
        assert source["characters"] == len(text)
        assert source["coverage"] == int(share * 10_000) / 10_000


def test_coverage_is_1_only_where_all_is_quoted(tiny_records: Records) -> None:
    assert tiny_records["source"]["biscuits.crumbs"]["coverage"] == 1.0
    assert 0.8 < tiny_records["source"]["tea.kettle-hour"]["coverage"] < 1.0


def related(kind: str) -> Callable[[Record], Iterator[str]]:
    """Return a function that yields the ids of what a claim does one thing to."""
    return lambda claim: (one["to"]["id"] for one in claim["relations"] if one["kind"] == kind)


def rests_on(record: Record) -> Iterator[str]:
    return (piece["quote"]["id"] for piece in record["evidence"])


# Type and field of an inverse reference, the type that is in it, and whom a record of that type names so.
INVERSES: list[tuple[str, str, str, Callable[[Record], Any]]] = [
    ("quote", "claims", "claim", rests_on),
    ("quote", "conditions", "condition", rests_on),
    ("quote", "events", "event", rests_on),
    ("claim", "supported_by", "claim", related("supports")),
    ("claim", "attacked_by", "claim", related("attacks")),
    ("claim", "restated_by", "claim", related("restates")),
    ("condition", "answered_by", "claim", related("answers")),
    ("event", "claims", "claim", lambda claim: ids(claim["events"])),
    ("debate", "sources", "source", lambda source: [source["debate"]["id"]]),
]


@pytest.mark.parametrize(("type_", "field", "child", "names"), INVERSES, ids=[f"{type_}.{field}" for type_, field, _, _ in INVERSES])
def test_a_record_lists_exactly_the_records_that_name_it(both, type_, field, child, names) -> None:
    naming = {(named, record["id"]) for record in of_type(both, child) for named in names(record)}
    listed = [(record["id"], served) for record in of_type(both, type_) for served in ids(record[field])]
    assert all(ids(record[field]) == sorted(ids(record[field])) for record in of_type(both, type_))
    assert set(listed) == naming
    assert len(listed) == len(naming)


def test_every_inverse_reference_is_a_field_that_some_test_looks_at() -> None:
    looked_at = {(type_, field) for type_, field, _, _ in INVERSES} | {
        ("source", "speakers"),
        ("debate", "participants"),
        ("actor", "debates"),
    }
    computed = {
        (one.type, name)
        for one in RESOURCES
        for name, field in one.schema._declared_fields.items()
        if hasattr(field, "inner") and field.dump_only
    }
    assert looked_at == computed


def test_a_claim_of_another_debate_is_among_those_that_support(tiny_records: Records) -> None:
    assert ids(tiny_records["claim"]["tea.strength-must-be-seen"]["supported_by"]) == ["biscuits.strong-tea-holds"]


def references(value: Any) -> Iterator[Record]:
    """Yield every reference object within a value."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict) and list(value) == ["type", "id", "label", "href"]:
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from references(item)


def test_every_reference_leads_to_a_record_and_carries_its_label(both) -> None:
    by_type = {resource.type: resource for resource in RESOURCES}
    for record in of_type(both, *by_type):
        for reference in references(record):
            named = both[1][reference["type"]][reference["id"]]
            assert reference == by_type[reference["type"]].reference(named)


def test_a_debate_counts_its_records_and_the_actors_they_name(both) -> None:
    for debate in of_type(both, "debate"):
        within = {
            type_: [one for one in of_type(both, type_) if one["debate"]["id"] == debate["id"]]
            for type_ in ("source", "quote", "claim", "condition", "event")
        }
        authored = [
            {name: one[name] for name in one if name not in ("speakers", "debate")} for records in within.values() for one in records
        ]
        actors = {one["id"] for one in references(authored) if one["type"] == "actor"}
        assert debate["counts"] == {f"{type_}s": len(records) for type_, records in within.items()} | {"actors": len(actors)}
        speaking = {quote[role]["id"] for quote in within["quote"] for role in ("speaker", "speaks_for") if quote[role]}
        assert ids(debate["participants"]) == sorted(speaking)
        for actor in of_type(both, "actor"):
            assert (debate["id"] in ids(actor["debates"])) == (actor["id"] in actors)


def test_an_actor_is_counted_by_the_role_it_has(tiny_records: Records) -> None:
    counts = {served: actor["counts"] for served, actor in tiny_records["actor"].items()}
    none = dict.fromkeys(("quotes", "spoken_for", "mentions", "claims", "conditions", "events"), 0)
    assert counts == {
        "aunt-agatha": none | {"quotes": 3},
        "milk-first": none | {"spoken_for": 2, "mentions": 1, "claims": 3, "conditions": 4, "events": 1},
        "tea-first": none | {"spoken_for": 1, "mentions": 2, "claims": 2, "events": 1},
        "tea-society": none | {"quotes": 2, "claims": 1, "events": 2},
        "teapotshire": none | {"mentions": 1},
        "unnamed-voice": none | {"quotes": 1},
    }


def test_who_speaks_for_himself_is_not_spoken_for(tmp_path: Path) -> None:
    tiny(tmp_path)
    edit(tmp_path, "biscuits/quotes.json", lambda quotes: [quote | ({"speaks_for": quote["speaker"]}) for quote in quotes])
    edit(tmp_path, "biscuits/quotes.json", in_schema_order)
    actor = compiled(load(tmp_path))["actor"]["tea-society"]
    assert (actor["counts"]["quotes"], actor["counts"]["spoken_for"]) == (2, 0)


def in_schema_order(quotes: list[Record]) -> list[Record]:
    order = ["id", "source", "speaker", "speaks_for"]
    return [{name: quote[name] for name in order} | quote for quote in quotes]


def test_a_claim_is_direct_where_its_maker_or_somebody_for_him_says_it(both) -> None:
    for claim in of_type(both, "claim"):
        voices = [both[1]["quote"][piece["quote"]["id"]] for piece in claim["evidence"]]
        said = {quote[role]["id"] for quote in voices for role in ("speaker", "speaks_for") if quote[role]}
        assert claim["directness"] == ("direct" if claim["made_by"]["id"] in said else "reported")


def test_directness_fidelity_and_standing_of_the_tiny_claims_are_as_worked_out_by_hand(tiny_records: Records) -> None:
    found = {
        served: (claim["directness"], *claim["fidelity"].values(), claim["standing"]) for served, claim in tiny_records["claim"].items()
    }
    assert found == {
        "biscuits.strong-tea-holds": ("direct", "close", 0.83, "in"),  # five of six: all but “dunked”
        "tea.china-would-sulk": ("direct", "close", 0.8, "in"),  # four of five: all but “touches”
        "tea.milk-goes-first": ("direct", "close", 0.67, "out"),  # two of three: all but “poured”
        "tea.milk-last-on-terms": ("reported", "close", 0.6, "in"),  # three of five: neither “warm” nor “pot”
        "tea.strength-must-be-seen": ("direct", "paraphrase", 0.4, "in"),  # two of five: “tea” and “first”
        "tea.tea-goes-first": ("direct", "close", 0.67, "in"),
    }


DATES = {
    "1904": ("1904-01-01", "1904-12-31", "year"),
    "1904-02": ("1904-02-01", "1904-02-29", "month"),
    "1904-02-03": ("1904-02-03", "1904-02-03", "day"),
    "1904~": ("1904-01-01", "1904-12-31", "year"),
    "190X": ("1900-01-01", "1909-12-31", "decade"),
    "19XX": ("1900-01-01", "1999-12-31", "century"),
    "1904-21": ("1904-03-01", "1904-05-31", "season"),
    "1910/1912-06": ("1910-01-01", "1912-06-30", "interval"),
    "1910/..": ("1910-01-01", None, "interval"),
    "../1912": (None, "1912-12-31", "interval"),
}


def test_the_days_that_an_event_can_mean_follow_from_its_date(tmp_path: Path) -> None:
    tiny(tmp_path)
    plain = {name: value for name, value in TEA_EVENTS[1].items() if name != "date_text"}
    dated = [plain | {"id": f"dated-{number}", "date": date} for number, date in enumerate(DATES)]
    edit(tmp_path, "tea/events.json", lambda events: sorted([*events, *dated], key=lambda event: event["id"]))
    events = compiled(load(tmp_path))["event"]
    found = {date: events[f"tea.dated-{number}"] for number, date in enumerate(DATES)}
    assert {date: (event["earliest"], event["latest"], event["date_precision"]) for date, event in found.items()} == DATES


def test_an_event_without_a_date_has_no_days(tiny_records: Records) -> None:
    truce = tiny_records["event"]["tea.truce"]
    assert (truce["date"], truce["earliest"], truce["latest"], truce["date_precision"]) == (None, None, None, None)


def test_what_is_authored_is_served_as_it_is_but_for_references_and_what_only_helps_to_find(
    tiny_records: Records, tiny_dataset: Dataset
) -> None:
    quote = content(tiny_dataset.folder, "tea/quotes.json")[2]
    served = tiny_records["quote"]["tea.milk-first-again"]
    assert quote["after"]
    assert "after" not in served
    assert served["speaker"] == {"type": "actor", "id": "aunt-agatha", "label": "Aunt Agatha", "href": "/v1/actors/aunt-agatha"}
    assert (served["text"], served["note"], served["tags"], served["media_time"]) == (quote["text"], None, [], None)


def test_a_public_form_that_does_not_fit_its_schema_stops_the_build_and_names_the_record(tmp_path: Path) -> None:
    dataset = load(tiny(tmp_path))
    claim = dataset.index["claim"]["tea.tea-goes-first"]
    claim.data["kind"] = "shouted"  # as no dataset that load returns could have it
    with pytest.raises(ma.ValidationError, match="kind") as refusal:
        public(Model(dataset), claim)
    assert any("tea.tea-goes-first" in note for note in refusal.value.__notes__)
