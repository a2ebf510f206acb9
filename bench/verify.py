"""How well `/v1/verify` tells what was said from what was not, measured on quotations that are altered in known ways.

Run `python bench/verify.py` to print the tables, `--write` to put them into docs/verify.md, `--data DIR` for another dataset.
The altered quotations are made from the dataset by rules and a fixed seed, so that two runs say the same.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from api.snapshot.build import build  # noqa: E402 - the script runs from anywhere
from api.snapshot.lookup import Passages, Scope  # noqa: E402
from api.snapshot.read import Snapshot  # noqa: E402
from api.verify.meaning import is_negation  # noqa: E402
from api.verify.numerals import numbers  # noqa: E402
from api.verify.tokens import key, tokens  # noqa: E402
from api.verify.verdict import CLOSE, VERDICTS, Verdict, verify  # noqa: E402
from schemas.load import load  # noqa: E402

DOCUMENT = ROOT / "docs" / "verify.md"
BEGIN, END = "<!-- measured: python bench/verify.py --write -->", "<!-- end -->"
SEED = 1997
THRESHOLDS = (0.5, 0.6, 0.65, 0.7, CLOSE, 0.75, 0.8, 0.85, 0.9)
LEAST_WORDS = 5
FAR = 17  # sentences
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z“])")
OTHER_WORDS = "banana whistle quarterly velvet gently orchard photographs assembled hesitates mustard northern tiles".split()
OTHER_NAMES = "China Australia Microsoft Brazil UNESCO Napoleon".split()
OTHER_TOPICS = (
    "The recipe asks for two cups of flour and a pinch of salt.",
    "Our team won the cup final in front of sixty thousand people.",
    "She has been teaching the violin in this town for twenty years.",
    "Heavy rain is expected in the north and the west tomorrow.",
    "The museum opens at nine and closes at five, except on Mondays.",
    "We are going to plant three hundred trees along the river.",
    "The company has decided to raise the price of its tickets.",
    "Bees find their way home by the position of the sun.",
    "In the end it was the youngest of them who solved the riddle.",
    "The patient should take this medicine before meals, not after.",
    "This is the first time that the orchestra has played abroad.",
    "There is no reason to change the colour of the walls.",
    "Interest rates will not fall before the end of the year.",
    "The bridge is being repaired and will be open again quite soon.",
    "It is not our task to decide who is right.",
)
SAME_TOPIC = (
    "NATO will send ten thousand soldiers to its eastern border next spring.",
    "Russia has agreed to every point of the proposal and withdraws its objections.",
    "The system was built by engineers from Norway and tested in the desert.",
    "We have always said that missile defence is a waste of money.",
    "The Americans promised us that no installation would ever be built in Poland.",
    "Moscow and Brussels signed a treaty on common radar stations last week.",
    "Iran has never had any intention of building a nuclear weapon.",
    "The alliance must accept a Russian veto over its decisions.",
    "Our experts meet every month and share all their data.",
    "Nobody in Europe believes that these rockets can hit anything.",
    "The threat from ballistic missiles has been invented by the arms industry.",
    "We will answer any new site with new missiles of our own.",
    "A joint system would cost twice as much as two separate ones.",
    "The Cold War has come back, and both sides are to blame.",
    "Without guarantees there will be no talks at all.",
)
OTHER_WORDING = (
    "In relations between Russia and NATO there is a single question that darkens almost everything.",
    "For us Russia is neither an enemy nor an adversary but a partner.",
    "NATO and Russia promised one another as early as 1997 to use no force.",
    "They will only be satisfied once the programme has stopped or they run it together with others.",
    "The need for an agreement is urgent, for time is running out.",
    "If there is no agreement, we shall take measures, political ones and military and technical ones.",
    "We need to know exactly what the system will look like in the end.",
    "Around thirty countries own ballistic missiles or are at work on them.",
    "Russia is not a country that gives in to accomplished facts.",
    "The logical thing for them is to stop every such attempt at its very beginning.",
    "Linking our two systems would bring experts together day and night.",
    "More meetings and more persuasion will not make these objections go away.",
)


@dataclass(frozen=True)
class Said:
    """A sentence of the dataset, where its quote stands, the sentence that begins the next quote, and one from elsewhere."""

    text: str
    source: str
    start: int
    end: int
    following: str
    elsewhere: str


@dataclass(frozen=True)
class Case:
    """A text to verify, the verdict that is right, whether its meaning was changed, and the quote that it was made from."""

    kind: str
    text: str
    right: str
    changed: bool | None
    said: Said | None


def sentences(snapshot: Snapshot) -> list[Said]:
    """Return the sentences of all quotes that are long enough, in the order of the sources."""
    quotes = [json.loads(bytes(body)) for _, body in snapshot.records.between("quotes")]
    parts = [(part, quote) for quote in quotes for part in SENTENCE.split(quote["text"])]
    found = []
    for at, (part, quote) in enumerate(parts):
        following = parts[at + 1] if at + 1 < len(parts) else ("", quote)
        source, position = quote["source"]["id"], quote["position"]
        joined = following[0] if following[1] is not quote and following[1]["source"]["id"] == source else ""
        if len(part.split()) >= LEAST_WORDS:
            found.append(Said(part, source, position["start"], position["end"], joined, parts[(at + FAR) % len(parts)][0]))
    return found


def kept(said: Said, _: random.Random) -> Iterator[str]:
    """Yield the sentence as it is."""
    yield said.text


def stretch(said: Said, chance: random.Random) -> Iterator[str]:
    """Yield a stretch of the sentence, of three words or more."""
    words = said.text.split()
    first = chance.randrange(0, len(words) - 3)
    yield " ".join(words[first : chance.randrange(first + 3, len(words)) + 1])


def repunctuated(said: Said, _: random.Random) -> Iterator[str]:
    """Yield the sentence in capitals without marks, and in quotation marks with dashes and dots."""
    yield re.sub(r"[.,;:!?…]|(?<=\w)-(?=\w)", " ", said.text).upper().replace("’", "'")
    yield f"«{re.sub(r', | - ', ' — ', said.text).rstrip('.')} …»"


def one_word(said: Said, chance: random.Random) -> Iterator[str]:
    """Yield the sentence with one plain word in another's place."""
    words = said.text.split()
    plain = [at for at, word in enumerate(words) if word.isalpha() and word.islower() and len(word) > 3 and not _tells(word)]
    if plain:
        words[chance.choice(plain)] = chance.choice(OTHER_WORDS)
        yield " ".join(words)


def _tells(word: str) -> bool:
    return is_negation(key(word), "en") or bool(numbers([key(word)]))


def negation_dropped(said: Said, _: random.Random) -> Iterator[str]:
    """Yield the sentence without each of its negations."""
    words = said.text.split()
    for at, word in enumerate(words):
        if word in {"not", "no", "never"}:
            yield " ".join(words[:at] + words[at + 1 :])


def negation_added(said: Said, _: random.Random) -> Iterator[str]:
    """Yield the sentence with a `not` behind its first auxiliary verb that has none."""
    words = said.text.split()
    for at, word in enumerate(words[:-1]):
        if word in {"is", "are", "was", "will", "would", "could", "should", "has", "have", "can", "do", "does"} and words[at + 1] != "not":
            yield " ".join([*words[: at + 1], "not", *words[at + 1 :]])
            return


def number_changed(said: Said, _: random.Random) -> Iterator[str]:
    """Yield the sentence with another number in the place of its first one."""
    words = said.text.split()
    for at, word in enumerate(words):
        if len(found := numbers([key(one.spelled) for one in tokens(word)])) == 1 and word not in {"one", "one,"}:
            other = "forty" if word.isalpha() else re.sub(r"\d+", lambda one: str(int(one.group()) + 1), word)
            yield " ".join([*words[:at], other, *words[at + 1 :]]) if found else ""
            return


def name_changed(said: Said, chance: random.Random) -> Iterator[str]:
    """Yield the sentence with another name in the place of one."""
    words = said.text.split()
    names = [at for at, word in enumerate(words) if at and word.isalpha() and word[0].isupper() and len(word) > 1]
    if names:
        words[chance.choice(names)] = chance.choice(OTHER_NAMES)
        yield " ".join(words)


def joined(said: Said, _: random.Random) -> Iterator[str]:
    """Yield the last sentence of a quote with the first of the next."""
    if said.following:
        yield f"{said.text} {said.following}"


def middle_cut(said: Said, _: random.Random) -> Iterator[str]:
    """Yield the sentence without a fourth of its words, in the middle."""
    words = said.text.split()
    if len(words) >= 8:
        size = len(words) // 4
        first = (len(words) - size) // 2
        yield " ".join(words[:first] + words[first + size :])


def reworded(said: Said, chance: random.Random) -> Iterator[str]:
    """Yield the sentence with every fourth word replaced."""
    words = said.text.split()
    if len(words) >= 8:
        yield " ".join(chance.choice(OTHER_WORDS) if at % 4 == 2 else word for at, word in enumerate(words))


def shuffled(said: Said, chance: random.Random) -> Iterator[str]:
    """Yield the words of the sentence out of order."""
    words = re.findall(r"\w+(?:’\w+)?", said.text.lower())
    chance.shuffle(words)
    if len(words) >= 8:
        yield " ".join(words)


def spliced(said: Said, _: random.Random) -> Iterator[str]:
    """Yield the first half of the sentence with the second half of one from elsewhere."""
    ours, theirs = said.text.split(), said.elsewhere.split()
    if len(ours) >= 8 and len(theirs) >= 8:
        yield " ".join(ours[: len(ours) // 2] + theirs[-(len(ours) // 2) :])


Alter = Callable[[Said, random.Random], Iterator[str]]
ALTERED: tuple[tuple[str, Alter, str, bool | None], ...] = (
    ("kept as it is", kept, "exact", False),
    ("a stretch of it", stretch, "exact", None),
    ("joined across two quotes", joined, "exact", False),
    ("other case, marks and dashes", repunctuated, "normalised", False),
    ("one word changed", one_word, "close", False),
    ("every fourth word changed", reworded, "close", None),
    ("a fourth cut out of the middle", middle_cut, "close", None),
    ("negation dropped", negation_dropped, "close", True),
    ("negation added", negation_added, "close", True),
    ("number changed", number_changed, "close", True),
    ("name changed", name_changed, "close", True),
    ("its words in another order", shuffled, "absent", None),
    ("half of it with half of another", spliced, "absent", None),
)


def cases(snapshot: Snapshot) -> list[Case]:
    """Return all cases."""
    found = []
    for kind, alter, right, changed in ALTERED:
        chance = random.Random(SEED)
        found += [
            Case(kind, text, right, changed, said) for said in sentences(snapshot) for text in alter(said, chance) if len(text) <= 1000
        ]
    found += [Case("made up, of another topic", text, "absent", None, None) for text in OTHER_TOPICS]
    found += [Case("made up, of this topic", text, "absent", None, None) for text in SAME_TOPIC]
    found += [Case("said in other words", text, "absent", None, None) for text in OTHER_WORDING]
    vocabulary = sorted({word.lower() for said in sentences(snapshot) for word in re.findall(r"\w+", said.text)})
    chance = random.Random(SEED)
    return found + [
        Case("words of the dataset at random", " ".join(chance.sample(vocabulary, 10)), "absent", None, None) for _ in range(40)
    ]


def found_it(case: Case, found: Verdict) -> bool:
    """Say whether a match lies in the quote that the case was made from."""
    said = case.said
    if said is None:
        return False
    places = [(match.stretch.source, *match.position) for match in found.matches]
    return any(source == said.source and start < said.end and said.start < end for source, start, end in places)


def measured(data: Path) -> str:
    """Return the tables of a dataset in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        build(load(data), Path(folder) / "measured.rostrum")
        library = Passages(snapshot := Snapshot(Path(folder) / "measured.rostrum"), Scope())
        all_cases = cases(snapshot)
        return f"{by_kind(all_cases, library)}\n\n{by_threshold(all_cases, library)}"


def by_kind(all_cases: Sequence[Case], library: Passages) -> str:
    """Return the table of verdicts by kind of text."""
    lines = [
        "| text | right verdict | texts | exact | normalised | close | absent | right verdict and place | `changes_meaning` right |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for kind in dict.fromkeys(case.kind for case in all_cases):
        of_kind = [(case, verify(case.text, library)) for case in all_cases if case.kind == kind]
        given = Counter(found.verdict for _, found in of_kind)
        right = sum(found.verdict == case.right and (case.right == "absent" or found_it(case, found)) for case, found in of_kind)
        told = [found.changes_meaning == case.changed for case, found in of_kind if case.changed is not None and found.matches]
        verdicts = " | ".join(str(given[verdict]) for verdict in VERDICTS)
        shares = f"{_share(right, len(of_kind))} | {_share(sum(told), len(told))}"
        lines.append(f"| {kind} | {of_kind[0][0].right} | {len(of_kind)} | {verdicts} | {shares} |")
    return "\n".join(lines)


def by_threshold(all_cases: Sequence[Case], library: Passages) -> str:
    """Return the table of precision and recall of *close* by the least similarity."""
    found = [(case, verify(case.text, library, least=min(THRESHOLDS))) for case in all_cases if case.right in {"close", "absent"}]
    compared = [(case, verdict) for case, verdict in found if verdict.verdict in {"close", "absent"}]
    lines = [
        "| least similarity | altered quotations found (recall) | of what is called close, altered quotations (precision) |",
        "| ---: | ---: | ---: |",
    ]
    for least in THRESHOLDS:
        close = [(case, verdict) for case, verdict in compared if verdict.matches and verdict.matches[0].similarity >= least]
        right = sum(case.right == "close" and found_it(case, verdict) for case, verdict in close)
        altered = sum(case.right == "close" for case, _ in compared)
        shown = f"**{least}**" if least == CLOSE else f"{least}"
        lines.append(f"| {shown} | {_share(right, altered)} | {_share(right, len(close))} |")
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def main() -> None:
    """Print the tables, or write them into the document."""
    parser = argparse.ArgumentParser(description="Measure /v1/verify on altered quotations.")
    parser.add_argument("--data", type=Path, default=ROOT / "data", help="the dataset")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/verify.md")
    asked = parser.parse_args()
    tables = measured(asked.data)
    print(tables)
    if asked.write:
        before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{tables}\n\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
