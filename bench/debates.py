"""One made-up debate after another: who takes part, what is said in it, and what a curator would have made of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from bench.vocabulary import Vocabulary, slug

Record = dict[str, Any]

# What the shipped debate has to its 26 quotes.
QUOTES, CLAIMS, CONDITIONS, EVENTS, ACTORS, PER_SOURCE = 26, 42, 10, 17, 13, 26
QUOTE_WORDS: Final = (7, 11, 12, 12, 15, 17, 17, 19, 19, 20, 22, 25, 30, 37, 39, 40, 40, 41, 42, 43, 46, 50, 62, 68, 71, 91)
CLAIM_WORDS: Final = (10, 10, 11, 12, 13, 13, 14, 14, 15, 15, 16, 17, 18, 20, 21, 23, 27, 40)
RELATIONS: Final = (0,) * 4 + (1,) * 28 + (2,) * 9 + (3,)
RELATION_KINDS: Final = ("supports",) * 35 + ("answers",) * 7 + ("attacks",) * 6 + ("restates",)
CLAIM_KINDS: Final = (
    *("predictive",) * 11, *("factual",) * 11, *("evaluative",) * 9, *("interpretive",) * 5, *("causal",) * 3, *("prescriptive",) * 3,
)  # fmt: skip
CONDITION_KINDS: Final = ("requirement",) * 6 + ("warning",) * 2 + ("opportunity",) * 2
STATUSES: Final = ("open",) * 9 + ("met", "offered", "rejected", "rejected", "unknown")
EVENT_KINDS: Final = ("agreement", "statement", "negotiation", "deployment", "programme", "rejection", "turning-point", "other")
SOURCE_KINDS: Final = ("video-transcript", "audio-transcript", "speech", "hearing", "article")
SPOKEN: Final = ("video-transcript", "audio-transcript")
FAMILIES: Final = 5  # a condition in five has parts
PARTS: Final = 3
COMMON_ACTORS: Final = 4  # of the actors of a debate those that take part in others too
MAIN_CLAIM: Final = "the-question-itself"  # every debate has it, so that others can name it
ASIDES: Final = ("We do not agree.", "That was never said.", "I have answered that.", "This is not the question.", "Let us go on.")


@dataclass(frozen=True)
class Cast:
    """The debates by id, and the actors: those that take part in many debates, and those of one."""

    seed: int
    debates: list[str]
    common: list[Record]
    own: list[list[Record]]
    tags: list[str]

    def all(self) -> Iterator[Record]:
        """Yield every actor."""
        yield from self.common
        for group in self.own:
            yield from group

    def of(self, number: int) -> list[Record]:
        """Return the actors of a debate, the two sides first."""
        first = number * 3
        shared = [self.common[(first + step) % len(self.common)] for step in range(COMMON_ACTORS)]
        return [*shared, *self.own[number]]


def cast(known: Vocabulary, seed: int, count: int) -> Cast:
    """Return the debates and actors of a dataset of `count` debates."""
    chance = random.Random(f"cast {seed}")
    used: set[str] = set()
    make = partial(_actor, known, chance, used)
    common = [make(chance.choice(("state", "organisation", "group"))) for _ in range(min(40, COMMON_ACTORS + count))]
    sides = [common[chance.randrange(COMMON_ACTORS)]["id"] for _ in range(count)]
    own = [[make("person", part_of=sides[number]) for _ in range(ACTORS - COMMON_ACTORS)] for number in range(count)]
    names = [f"{slug([known.rare(chance), known.rare(chance)])}-{number}" for number in range(1, count + 1)]
    return Cast(seed, names, common, own, [slug([known.rare(chance)]) for _ in range(30)])


def _actor(known: Vocabulary, chance: random.Random, used: set[str], kind: str, part_of: str | None = None) -> Record:
    name = " ".join(known.rare(chance).capitalize() for _ in range(2 if kind != "state" else 1))
    named = chance.random() < 0.9
    actor = {"id": fresh(slug(name.split()), used), "kind": kind, "name": name if named else f"a voice called {name}", "named": named}
    actor["description"] = sentence(known.draw(chance, 12))
    if chance.random() < 0.3:
        actor["aliases"] = [f"the {name}"]
    if part_of and chance.random() < 0.4:
        actor["part_of"] = part_of
    return actor


def fresh(wanted: str, used: set[str]) -> str:
    """Return an id that is not used yet, with a number where it has to have one, and note it as used."""
    found, number = wanted, 1
    while found in used:
        number += 1
        found = f"{wanted}-{number}"
    used.add(found)
    return found


def sentence(words: list[str], end: str = ".") -> str:
    """Return words as a sentence."""
    text = " ".join(words)
    return text[0].upper() + text[1:] + end


@dataclass(frozen=True)
class Said:
    """A quote as it was made: its record, and its sentences."""

    record: Record
    sentences: list[str]


@dataclass
class Debate:
    """One debate: its files follow from the seed, its number, its size and its turn."""

    known: Vocabulary
    cast: Cast
    number: int
    size: int
    turn: int = 0
    used: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prepare the chance that all follows from."""
        self.id = self.cast.debates[self.number]
        self.chance = random.Random(f"debate {self.cast.seed} {self.number} {self.turn}")
        self.actors = [actor["id"] for actor in self.cast.of(self.number)]
        self.names = [actor["name"] for actor in self.cast.of(self.number)]
        self.speakers = {actor: self.chance.choice((self.actors[0], self.actors[1], None)) for actor in self.actors}
        self.speakers |= {side: side for side in self.actors[:2]}

    def files(self) -> Iterator[tuple[str, Any]]:
        """Yield name and content of each file, a text as text, anything else as what its JSON holds."""
        yield "debate.json", self._about()
        sources, said, texts = self._sources()
        yield "sources.json", sorted(sources, key=by_id)
        yield from ((f"sources/{name}.txt", text) for name, text in texts)
        yield "quotes.json", [one.record for one in said]
        conditions = self._conditions(said, round(self.size * CONDITIONS / QUOTES))
        yield "conditions.json", sorted(conditions, key=by_id)
        events = self._events(said, round(self.size * EVENTS / QUOTES))
        yield "events.json", sorted(events, key=by_id)
        yield "claims.json", sorted(self._claims(said, [one["id"] for one in conditions], [one["id"] for one in events]), key=by_id)

    def _about(self) -> Record:
        return {
            "id": self.id,
            "title": self.text(5, ""),
            "question": self.text(9, "?"),
            "summary": f"{self.text(14)} {self.text(11)}",
            "language": "en",
            "known_gaps": [self.text(10)],
            "tags": [self.chance.choice(self.cast.tags)],
        }

    def text(self, words: int, end: str = ".") -> str:
        """Return so many words as a sentence."""
        return sentence(self.known.draw(self.chance, words), end)

    def fresh(self, type_: str, text: str) -> str:
        """Return an id made of the first words of a text."""
        return fresh(slug(text.split()[:5]), self.used.setdefault(type_, set()))

    def actor(self) -> str:
        """Return an actor; the first ones come more often than the last."""
        return self.actors[int(self.chance.random() ** 2 * len(self.actors))]

    def some(self, most: int) -> list[str]:
        """Return one or more actors, each once."""
        return list(dict.fromkeys(self.actor() for _ in range(self.chance.randint(1, most))))

    def _sources(self) -> tuple[list[Record], list[Said], list[tuple[str, str]]]:
        """Return the sources, all that is said in them in order of source id and place, and their texts."""
        made = sorted((self._source() for _ in range(max(1, round(self.size / PER_SOURCE)))), key=by_id)
        said: list[Said] = []
        texts = []
        for number, source in enumerate(made):
            count = self.size * (number + 1) // len(made) - self.size * number // len(made)
            spoken = self._talk(source, count)
            texts.append((source["id"], _transcript(source["title"], spoken)))
            said += spoken
        return made, said, texts

    def _source(self) -> Record:
        title = self.text(6, "")
        source: Record = {"id": self.fresh("source", title), "kind": self.chance.choice(SOURCE_KINDS), "title": title}
        source |= {"publisher": self.actors[2], "language": self.chance.choice(("en", "en", "en-GB"))}
        source["published"] = self._date(self.chance.choice(("year", "month", "day")))
        if source["kind"] in SPOKEN:
            source["media"] = {"url": f"https://example.org/{source['id']}", "duration": self.chance.randint(300, 7_200)}
        source["rights"] = "Made up in order to measure; anybody may use it."
        return source

    def _talk(self, source: Record, count: int) -> list[Said]:
        """Return what is said in a source, turn by turn."""
        said: list[Said] = []
        for number in range(count):
            before = said[-1].record["id"] if said else None
            said.append(self._quote(source, number, before))
        return said

    def _quote(self, source: Record, number: int, before: str | None) -> Said:
        about = self.some(2)
        aside = before is not None and self.chance.random() < 0.02
        sentences = [self.chance.choice(ASIDES)] if aside else self._speech(about[0])
        text, speaker = " ".join(sentences), self.actor()
        quote: Record = {"id": self.fresh("quote", text), "source": source["id"], "speaker": speaker}
        quote |= {"speaks_for": self.speakers[speaker], "text": text}
        if aside:
            quote["after"] = before
        quote["attribution"] = {"basis": "stated"} if self.chance.random() < 0.5 else {"basis": "inferred", "reason": self.text(14)}
        quote["about"] = about
        if "media" in source:
            quote["media_time"] = {"start": number * 14, "end": number * 14 + 12.5}
        return Said(quote, sentences)

    def _speech(self, about: str) -> list[str]:
        """Return the sentences of one turn, one of which names somebody."""
        words = self.known.draw(self.chance, max(5, self.chance.choice(QUOTE_WORDS) + self.chance.randint(-2, 2)))
        if self.chance.random() < 0.5:
            words[self.chance.randrange(len(words))] = self.names[self.actors.index(about)]
        if self.chance.random() < 0.1:
            words[-1] = str(self.chance.randint(1950, 2040))
        return [*_sentences(words, self.chance)]

    def _evidence(self, said: Said) -> Record:
        """Return a quote, or a sentence of it that stands there once, as evidence."""
        stretch = self.chance.choice(said.sentences)[:-1]
        if self.chance.random() < 0.9 and said.record["text"].count(stretch) == 1:
            return {"quote": said.record["id"], "text": stretch}
        return {"quote": said.record["id"]}

    def _claims(self, said: Sequence[Said], conditions: Sequence[str], events: Sequence[str]) -> list[Record]:
        count = round(self.size * CLAIMS / QUOTES)
        grounds = [said[number * len(said) // count] for number in range(count)]
        texts = [self._claim_text(ground) for ground in grounds]
        self.used["claim"] = {MAIN_CLAIM, "aggregate"}
        ids = [MAIN_CLAIM, *(self.fresh("claim", text) for text in texts[1:])]
        made = [self._claim(texts[number], ids[number], grounds[number]) for number in range(count)]
        for number, claim in enumerate(made):
            self._join(number, claim, ids, conditions, events)
        return made

    def _claim_text(self, ground: Said) -> str:
        """Return a sentence that takes up half of its words from a quote."""
        count = self.chance.choice(CLAIM_WORDS)
        taken = [word.strip(".,?").lower() for word in ground.record["text"].split()]
        words = [*self.chance.sample(taken, min(count // 2, len(taken))), *self.known.draw(self.chance, count - count // 2)]
        self.chance.shuffle(words)
        return sentence(words)

    def _claim(self, text: str, id_: str, ground: Said) -> Record:
        quote = ground.record
        claim: Record = {"id": id_, "text": text, "made_by": quote["speaks_for"] or quote["speaker"]}
        return claim | {"kind": self.chance.choice(CLAIM_KINDS), "evidence": [self._evidence(ground)], "about": quote["about"]}

    def _join(self, number: int, claim: Record, ids: Sequence[str], conditions: Sequence[str], events: Sequence[str]) -> None:
        """Add what a claim has to do with other records, and put its fields in order."""
        chance, about = self.chance, claim.pop("about")
        if relations := self._relations(number, ids, conditions):
            claim["relations"] = relations
        claim["about"] = about
        if events and chance.random() < 0.48:
            claim["events"] = [near(number, len(ids), events, chance)]
        if conditions and chance.random() < 0.45:
            claim["conditions"] = [near(number, len(ids), conditions, chance)]
        claim["tags"] = [chance.choice(self.cast.tags)]
        if chance.random() < 0.7:
            claim["note"] = self.text(20)

    def _relations(self, number: int, ids: Sequence[str], conditions: Sequence[str]) -> list[Record]:
        """Return a claim's relations, mostly to its neighbours, each to another record."""
        found: dict[str, Record] = {}
        for _ in range(self.chance.choice(RELATIONS)):
            kind = self.chance.choice(RELATION_KINDS)
            to = near(number, len(ids), conditions, self.chance) if kind == "answers" and conditions else self._other(number, ids)
            if to is not None and to not in found:
                found[to] = self._relation(kind if conditions or kind != "answers" else "supports", to)
        return list(found.values())

    def _relation(self, kind: str, to: str) -> Record:
        if self.chance.random() < 0.3:
            return {"kind": kind, "to": to, "basis": "stated"}
        return {"kind": kind, "to": to, "basis": "inferred", "note": self.text(16)}

    def _other(self, number: int, ids: Sequence[str]) -> str | None:
        """Return another claim: of the neighbourhood, now and then the one that all turns on, or that of another debate."""
        luck = self.chance.random()
        if luck < 0.01 and len(self.cast.debates) > 1:
            step = self.chance.randrange(1, len(self.cast.debates))
            return f"{self.cast.debates[(self.number + step) % len(self.cast.debates)]}.{MAIN_CLAIM}"
        if luck < 0.03 and number:
            return ids[0]
        other = number + self.chance.choice((-1, 1)) * self.chance.randint(1, 20)
        return ids[other] if 0 <= other < len(ids) else None

    def _conditions(self, said: Sequence[Said], count: int) -> list[Record]:
        made: list[Record] = []
        for number in range(count):
            ground = said[number * len(said) // count]
            whole = made[number - number % FAMILIES] if 0 < number % FAMILIES <= PARTS else None
            made.append(self._condition(ground, whole, number % FAMILIES))
        return made

    def _condition(self, ground: Said, whole: Record | None, ordinal: int) -> Record:
        before, behind = self.text(13, ""), self.text(10, "")
        condition: Record = {"id": self.fresh("condition", before), "kind": self.chance.choice(CONDITION_KINDS)}
        condition |= {"antecedent": f"if {before.lower()}", "consequent": f"then {behind.lower()}"}
        condition["set_by"] = ground.record["speaks_for"] or ground.record["speaker"]
        condition["addressed_to"] = self.some(2)
        if whole:
            condition |= {"part_of": whole["id"], "ordinal": ordinal}
        condition["status"] = {"value": self.chance.choice(STATUSES), "reason": self.text(15)}
        condition["evidence"] = [self._evidence(ground)]
        if self.chance.random() < 0.5:
            condition["tags"] = [self.chance.choice(self.cast.tags)]
        return condition

    def _events(self, said: Sequence[Said], count: int) -> list[Record]:
        return [self._event(said[number * len(said) // count]) for number in range(count)]

    def _event(self, ground: Said) -> Record:
        title = self.text(8, "")
        event: Record = {"id": self.fresh("event", title), "title": title, "kind": self.chance.choice(EVENT_KINDS)}
        event["date"] = self._date(self.chance.choice((None, "year", "month", "day", "decade", "about", "span", "season", "open")))
        if self.chance.random() < 0.6:
            words = ground.sentences[0][:-1].split(" ")
            event["date_text"] = " ".join(words[:3]).rstrip(",")
        event["status"] = self.chance.choice(("past", "ongoing", "planned", "hypothetical"))
        if self.chance.random() < 0.3:
            event["place"] = self.text(1, "")
        return event | {"participants": self.some(3), "evidence": [self._evidence(ground)]}

    def _date(self, form: str | None) -> str | None:
        """Return a date in EDTF, in one of its forms."""
        year, month, day = self.chance.randint(1950, 2040), self.chance.randint(1, 12), self.chance.randint(1, 28)
        return {
            None: None, "year": f"{year}", "month": f"{year}-{month:02}", "day": f"{year}-{month:02}-{day:02}", "decade": f"{year // 10}X",
            "about": f"{year}~", "span": f"{year}/{year + month}", "season": f"{year}-{21 + month % 4}", "open": f"{year}/..",
        }[form]  # fmt: skip


def near(number: int, count: int, others: Sequence[str], chance: random.Random) -> str:
    """Return one of `others` from about the place at which `number` stands among `count`."""
    at = number * len(others) // count + chance.randint(-3, 3)
    return others[min(max(at, 0), len(others) - 1)]


def by_id(record: Record) -> str:
    """Return what the records of a file are sorted by."""
    return str(record["id"])


def _sentences(words: list[str], chance: random.Random) -> Iterator[str]:
    """Cut words into sentences of about eight to twenty-two words, the long ones with a comma."""
    while words:
        length = chance.randint(8, 22)
        if len(words) - length < 5:
            length = len(words)
        cut, words = words[:length], words[length:]
        if length > 10:
            cut[length // 2] += ","
        yield sentence(cut, "?" if chance.random() < 0.08 else ".")


def _transcript(title: str, said: Sequence[Said]) -> str:
    """Return the text of a source: its title, then each turn in lines of its own, a sentence a line."""
    turns = ("\n".join(one.sentences) for one in said)
    return f"{title}\n\n" + "\n\n".join(turns) + "\n"
