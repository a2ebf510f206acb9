"""The generator of made-up datasets writes valid data, the same for the same seed, with words as a language has them, in any size."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from bench import debates
from bench.authored import file_text
from bench.generator import Impossible, generate, main, shares, write_debate
from bench.vocabulary import FUNCTION_WORDS, vocabulary
from schemas.canonical import dumps
from schemas.dates import period
from schemas.load import survey


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of 600 quotes in three debates."""
    out = tmp_path_factory.mktemp("made") / "data"
    generate(out, 600, 3, seed=7)
    return out


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def records(folder: Path, file: str) -> list[dict]:
    """Return the records of all debates from files of one name."""
    return [record for path in sorted(folder.glob(f"*/{file}")) for record in json.loads(path.read_text("utf-8"))]


def test_what_is_made_is_valid(made: Path):
    dataset, problems = survey(made)
    assert problems == []
    assert len(dataset.all("quote")) == 600


@pytest.mark.parametrize(("quotes", "count", "seed"), [(1, 1, 1), (2, 2, 2), (27, 1, 3), (40, 40, 4), (97, 9, -5)])
def test_any_size_is_valid(quotes: int, count: int, seed: int, tmp_path: Path):
    generate(tmp_path, quotes, count, seed)
    dataset, problems = survey(tmp_path)
    assert problems == []
    assert (len(dataset.all("quote")), len(dataset.all("debate"))) == (quotes, count)


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path):
    for name, seed in (("first", 3), ("second", 3), ("third", 4)):
        generate(tmp_path / name, 60, 2, seed)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    assert contents(tmp_path / "first") != contents(tmp_path / "third")


def test_another_turn_of_a_debate_changes_that_debate_alone_and_stays_valid(tmp_path: Path):
    generate(tmp_path, 90, 3, seed=5)
    before = contents(tmp_path)
    known = vocabulary(5)
    cast = debates.cast(known, 5, 3)
    write_debate(tmp_path, known, cast, 1, 30, turn=1)
    changed = {name for name, content in contents(tmp_path).items() if before.get(name) != content}
    assert {name.split("/")[0] for name in changed} == {cast.debates[1]}
    assert survey(tmp_path)[1] == []


def test_all_types_and_all_that_joins_them_are_there(made: Path):
    claims, conditions, events, quotes = (records(made, f"{name}.json") for name in ("claims", "conditions", "events", "quotes"))
    relations = [relation for claim in claims for relation in claim.get("relations", ())]
    assert {relation["kind"] for relation in relations} == {"supports", "attacks", "restates", "answers"}
    assert any("." in relation["to"] for relation in relations), "no claim names one of another debate"
    assert all(any(name in claim for claim in claims) for name in ("about", "events", "conditions", "tags", "note"))
    assert any("ordinal" in condition for condition in conditions)
    assert any("after" in quote for quote in quotes)
    assert any("part_of" in actor for actor in json.loads((made / "actors.json").read_text("utf-8")))
    assert len({period(event["date"]).precision for event in events if event["date"]}) == 6


def test_proportions_and_lengths_are_those_of_the_shipped_debate(made: Path):
    count = {name: len(records(made, f"{name}.json")) for name in ("quotes", "claims", "conditions", "events", "sources")}
    assert count == {"quotes": 600, "claims": 969, "conditions": 231, "events": 393, "sources": 24}
    lengths = [len(quote["text"].split()) for quote in records(made, "quotes.json")]
    assert 30 < sum(lengths) / len(lengths) < 38


def test_words_come_as_often_as_zipf_says(made: Path):
    words = Counter(word for quote in records(made, "quotes.json") for word in re.findall(r"\w+", quote["text"].lower()))
    ranked = [count for _, count in words.most_common()]
    assert words.most_common(1)[0][0] == FUNCTION_WORDS[0]
    assert 5 < ranked[9] / ranked[99] < 20, "the tenth word does not come about ten times as often as the hundredth"
    assert sum(count == 1 for count in ranked) > len(ranked) / 3, "too few words come once"


def test_words_are_distinct_and_the_same_for_the_same_seed():
    words = vocabulary(1).words
    assert len(set(words)) == len(words)
    assert words == vocabulary(1).words != vocabulary(2).words


def test_debates_share_the_quotes_evenly():
    assert list(shares(10, 3)) == [3, 3, 4]


@pytest.mark.parametrize("value", [None, True, 3, 1.5, 'a “b” "c" \\ \n é 🫖', [], {}, [[], {}], {"a": [{"b": None}, "c", False]}])
def test_the_fast_writer_writes_canonical_form(value: object):
    assert file_text(value) == dumps(value)


@pytest.mark.parametrize(("quotes", "count", "said"), [
    (0, 1, "at least one quote and one debate"),
    (5, 0, "at least one quote and one debate"),
    (-3, 1, "at least one quote and one debate"),
    (5, 6, "6 debates need at least as many quotes; there are 5"),
    (100_000, 4, "100000 quotes need at least 5 debates"),
])  # fmt: skip
def test_numbers_that_do_not_fit_together_are_refused(quotes: int, count: int, said: str, tmp_path: Path):
    with pytest.raises(Impossible, match=said):
        generate(tmp_path / "out", quotes, count)
    assert not (tmp_path / "out").exists()


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what the command prints on standard error when it refuses its arguments."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "said"), [
    ((), "the following arguments are required: OUT"),
    (("out", "more"), "unrecognized arguments: more"),
    (("--quotes", "many", "out"), "argument --quotes: 'many' is no whole number"),
    (("--quotes", "1.5", "out"), "argument --quotes: '1.5' is no whole number"),
    (("--seed", "x", "out"), "argument --seed: 'x' is no whole number"),
    (("--debates", "0", "out"), "at least one quote and one debate"),
    (("--quotes", "1", "--debates", "2", "out"), "2 debates need at least as many quotes"),
    (("--quotes", "20001", "out"), "20001 quotes need at least 2 debates"),
])  # fmt: skip
def test_a_mistake_on_the_command_line_is_one_clear_message(arguments, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert said in asked(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_is_there_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "file").write_text("mine")
    assert "is not empty" in asked(capsys, str(tmp_path))
    assert "is a file" in asked(capsys, str(tmp_path / "file"))
    assert "Not a directory" in asked(capsys, str(tmp_path / "file" / "below"))
    assert (tmp_path / "file").read_text() == "mine"


def test_the_command_line_writes_a_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    main(["--quotes", "3", "--debates", "2", "--seed", "9", str(tmp_path / "new" / "out")])
    assert survey(tmp_path / "new" / "out")[1] == []
    assert capsys.readouterr() == ("", "")
