"""Whether what differs between two wordings changes what is said: a negation, a date, a number or a name, and in which words.

Numbers in words, months and weekdays are known in English, negations also in German, French, Spanish, Italian and Russian.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, NamedTuple

from .numerals import ALONE, SYMBOLS, UNITS, numbers
from .tokens import APOSTROPHES, Token

Names = Callable[[set[str]], Mapping[str, str]]
Op = tuple[int, int, int, int]  # the asked words from … to …, and the words from … to … that stand in their place

NEGATIONS: Final[Mapping[str, frozenset[str]]] = {
    "en": frozenset(
        """not no nor never none nobody nothing nowhere neither cannot without hardly scarcely barely seldom rarely non dont doesnt didnt
        isnt arent wasnt werent wont wouldnt cant couldnt shouldnt hasnt havent hadnt mustnt aint""".split()
    ),
    "de": frozenset("nicht nichts nie niemals niemand niemanden nirgends kein keine keinen keinem keiner keines ohne weder".split()),
    "fr": frozenset("ne pas non jamais rien aucun aucune sans ni".split()),
    "es": frozenset("no nunca jamás nada nadie sin ni ningún ninguno ninguna tampoco".split()),
    "it": frozenset("non no mai nulla niente nessun nessuno nessuna senza né".split()),
    "ru": frozenset("не нет ни никогда ничего ничто никто без".split()),
}
NEGATED_ENDINGS: Final = ("n't",)
NEGATED_BEGINNINGS: Final = ("n'",)
NEGATING_PREFIXES: Final = ("un", "dis", "in", "im", "il", "ir", "non")
SHORTEST_STEM: Final = 4
MONTHS: Final = "january february march april may june july august september october november december".split()
SHORT_MONTHS: Final = {month[:3]: month for month in MONTHS} | {"sept": "september"}
DAYS: Final = "monday tuesday wednesday thursday friday saturday sunday yesterday today tomorrow tonight".split()
ALSO_PLAIN_WORDS: Final = {"may", "march", "mar", "jun", "sep", "dec", "jan"}
FIRST_PERSON: Final = {"i", "i'm", "i'd", "i'll", "i've"}
NOUNS_WITH_CAPITALS: Final = {"de", "lb"}
DEMONYMS: Final = {"n", "an", "ian", "ns", "ans", "ians", "s", "ese", "i", "ish", "ic"}
SHORT_NAME: Final = 3
LONGEST_NAME: Final = 5
SENTENCE_BREAK: Final = re.compile(r"[.!?…:“”\"«»]")
YEAR: Final = re.compile(r"1[0-9]{3}|20[0-9]{2}")
TOGETHER: Final = 2
MOST_REASONS: Final = 3
MOST_SHOWN: Final = 60


class Sign(NamedTuple):
    """Something that carries meaning: what is compared, and the words that are shown."""

    value: str
    shown: str


@dataclass(frozen=True)
class Side:
    """One of two wordings; `known` are actors by those of its words that are names of theirs."""

    text: str
    tokens: Sequence[Token]
    language: str
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """What is compared of its words."""
        return [token.key for token in self.tokens]

    def shown(self, first: int, last: int) -> str:
        """Return words as they are written, white space folded."""
        return " ".join(self.text[self.tokens[first].start : self.tokens[last - 1].end].split()) if last > first else ""

    def begins_sentence(self, at: int) -> bool:
        """Say whether a word has its capital from its place."""
        return at == 0 or bool(SENTENCE_BREAK.search(self.text, self.tokens[at - 1].end, self.tokens[at].start))

    @cached_property
    def capitals_tell(self) -> bool:
        """Whether a capital marks a name here: not in German, nor where nearly every word has one."""
        inner = [token.spelled[0].isupper() for at, token in enumerate(self.tokens) if not self.begins_sentence(at)]
        return self.language not in NOUNS_WITH_CAPITALS and (len(inner) < 3 or sum(inner) <= 0.6 * len(inner))

    def has_capital(self, at: int) -> bool:
        """Say whether a word is a name by how it is spelled."""
        spelled = self.tokens[at].spelled
        if not spelled[0].isupper() or self.tokens[at].key in FIRST_PERSON or not self.capitals_tell:
            return False
        return not self.begins_sentence(at) or any(map(str.isupper, spelled[1:]))


def changed(asked: Side, said: Side, ops: Sequence[Op], names: Names) -> str | None:
    """Return what differs in meaning, in sentences; None where nothing of the kind does.

    `names` returns the actors by those of the given texts, keys joined by spaces, that are names of theirs.
    """
    groups = list(_together(ops))
    known = names({name for group in groups for name in _candidates(asked, *group[:2]) | _candidates(said, *group[2:])}) if groups else {}
    asked, said = replace(asked, known=known), replace(said, known=known)
    found: list[str] = [reason for op in ops if (reason := _opposite(asked, said, op))]
    for group in groups:
        for kind, read, same in READERS:
            ours, theirs = read(asked, *group[:2]), read(said, *group[2:])
            if len(ours) != len(theirs) or not all(map(same, ours, theirs)):
                found.append(_reason(kind, ours, theirs))
    return " ".join(list(dict.fromkeys(found))[:MOST_REASONS]) or None


def _together(ops: Sequence[Op]) -> Iterator[Op]:
    """Yield what differs, differences with hardly a word between them as one: `Aunt Agatha` for `Agatha Smith` is one name for another."""
    behind: Op | None = None
    for op in ops:
        if behind and op[0] - behind[1] <= TOGETHER and op[2] - behind[3] <= TOGETHER:
            behind = behind[0], op[1], behind[2], op[3]
            continue
        if behind:
            yield behind
        behind = op
    if behind:
        yield behind


def _reason(kind: str, ours: Sequence[Sign], theirs: Sequence[Sign]) -> str:
    asked, said = (_quoted(", ".join(sign.shown for sign in signs)) for signs in (ours, theirs))
    if not ours:
        return f"The source has the {kind} {said}, which the text asked for leaves out."
    if not theirs:
        return f"The text asked for has the {kind} {asked}, which the source does not."
    return f"The {kind} differs: {asked} was asked for, the source says {said}."


def _quoted(shown: str) -> str:
    return f"“{shown if len(shown) <= MOST_SHOWN else shown[:MOST_SHOWN] + '…'}”"


def is_negation(key: str, language: str) -> bool:
    """Say whether a word negates in a language, one that is not known being taken for English."""
    words = NEGATIONS.get(language, NEGATIONS["en"])
    return key in words or key.endswith(NEGATED_ENDINGS) or (language == "fr" and key.startswith(NEGATED_BEGINNINGS))


def _negations(side: Side, first: int, last: int) -> list[Sign]:
    return [Sign("no", token.spelled) for token in side.tokens[first:last] if is_negation(token.key, side.language)]


def _opposite(asked: Side, said: Side, op: Op) -> str | None:
    """Return the reason where a word and its own negation stand for each other, as `able` and `unable`, `harmful` and `harmless`."""
    for ours in asked.tokens[op[0] : op[1]]:
        for theirs in said.tokens[op[2] : op[3]]:
            shorter, longer = sorted((ours.key, theirs.key), key=len)
            negated = len(shorter) >= SHORTEST_STEM and longer.removesuffix(shorter) in NEGATING_PREFIXES
            less = {shorter[-3:], longer[-4:]} == {"ful", "less"} and shorter[:-3] == longer[:-4]
            if negated or less:
                return _reason("negation", [Sign("", ours.spelled)], [Sign("", theirs.spelled)])
    return None


def _dates(side: Side, first: int, last: int) -> list[Sign]:
    found = []
    for token in side.tokens[first:last]:
        month = SHORT_MONTHS.get(token.key, token.key if token.key in MONTHS else "")
        if token.key in DAYS or (month and (token.spelled[0].isupper() or token.key not in ALSO_PLAIN_WORDS)):
            found.append(Sign(month or token.key, token.spelled))
        elif YEAR.fullmatch(token.key) or token.spelled[0] in APOSTROPHES:
            found.append(Sign(f"'{token.key}" if token.spelled[0] in APOSTROPHES else token.key, token.spelled))
    return found


def _same_date(ours: Sign, theirs: Sign) -> bool:
    """Compare two dates; `’97` is 1997."""
    shorter, longer = sorted((ours.value, theirs.value), key=len)
    return shorter == longer or (shorter[0] == "'" and longer in {f"19{shorter[1:]}", f"20{shorter[1:]}"})


def _numbers(side: Side, first: int, last: int) -> list[Sign]:
    """Return numbers before units, for `$5` is `5 dollars`; dates are none."""
    pieces = numbers(side.keys[first:last])
    found = [Sign(one.value, side.shown(first + one.first, first + one.last)) for one in pieces]
    kept = [sign for sign in found if not YEAR.fullmatch(sign.value) and sign.shown[0] not in APOSTROPHES]
    return sorted(kept, key=lambda sign: sign.value in UNIT_VALUES)


UNIT_VALUES: Final = (set(UNITS.values()) | SYMBOLS) - set(ALONE.values())


def _candidates(side: Side, first: int, last: int) -> set[str]:
    """Return what could be a name among words and the few around them."""
    return {name for _, _, name in _spans(side, first, last)}


def _spans(side: Side, first: int, last: int) -> Iterator[tuple[int, int, str]]:
    """Yield the stretches of words that touch others, the longest first from each word on, without a genitive's s."""
    keys = [key.removesuffix("'s") for key in side.keys]
    for start in range(max(first - LONGEST_NAME + 1, 0), last):
        for end in range(min(start + LONGEST_NAME, len(keys)), max(start, first), -1):
            yield start, end, " ".join(keys[start:end])


def _names(side: Side, first: int, last: int) -> list[Sign]:
    """Return the names among words: those of actors, and what is written with a capital."""
    found: list[tuple[int, Sign]] = []
    behind = 0
    for start, end, name in _spans(side, first, last) if side.known else ():
        if start >= behind and name in side.known and _is_meant(side, start, end, name):
            found.append((start, Sign(f"{side.known[name]}\n{name}", side.shown(start, end))))
            behind = end
    taken = {at for start, sign in found for at in range(start, start + sign.value.count(" ") + 1)}
    others = (at for at in range(first, last) if at not in taken and side.has_capital(at) and not _dates(side, at, at + 1))
    found += [(at, Sign(side.tokens[at].key.removesuffix("'s"), side.tokens[at].spelled)) for at in others]
    return [sign for _, sign in sorted(found)]


def _is_meant(side: Side, start: int, end: int, name: str) -> bool:
    """Say whether words that spell a name are meant as one: a short one needs a capital, for `us` is not `US`."""
    return len(name) > SHORT_NAME or any(token.spelled[0].isupper() for token in side.tokens[start:end])


def _same_name(ours: Sign, theirs: Sign) -> bool:
    """Compare two names: of one actor, or of a land and what belongs to it (Russia, Russian)."""
    our_actor, _, our_name = ours.value.rpartition("\n")
    their_actor, _, their_name = theirs.value.rpartition("\n")
    if our_name == their_name or (our_actor and our_actor == their_actor):
        return True
    shorter, longer = sorted((our_name, their_name), key=len)
    return len(shorter) >= SHORTEST_STEM and longer.startswith(shorter) and longer[len(shorter) :] in DEMONYMS


def _equal(ours: Sign, theirs: Sign) -> bool:
    return ours.value == theirs.value


Reader = Callable[[Side, int, int], list[Sign]]
READERS: Final[tuple[tuple[str, Reader, Callable[[Sign, Sign], bool]], ...]] = (
    ("negation", _negations, _equal),
    ("date", _dates, _same_date),
    ("number", _numbers, _equal),
    ("name", _names, _same_name),
)
