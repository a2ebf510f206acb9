"""Was this said? A text is looked up in the sources, and the answer names the place, the speaker and what differs."""

from __future__ import annotations

from typing import Any, Final

from api.answers import JSON, Answer, Content, answer, negotiated
from api.asked import address
from api.contract import Blueprint
from api.envelope import enveloped, stamp
from api.exchange import snapshot
from api.fields import Free, Ids, refuse
from api.known import refuse_any, unknown
from api.listing import NO_VARY_SEARCH
from api.parameters import ItemParameters
from api.query import written
from api.snapshot.lookup import Passages, Scope
from api.verify.tokens import index_words
from api.verify.verdict import CLOSE, MOST_MATCHES, Match, Verdict, verify
from schemas import BY_TYPE
from schemas.canonical import compact

LEAST_CHARACTERS: Final = 3
MOST_CHARACTERS: Final = 1_000
MOST_SCOPES: Final = 20
TARGETS: Final = {"debate": "debate", "source": "source", "speaks_for": "actor"}

NOT_JUDGED: Final = "No negation, number, name or date differs; whether the words that do change the meaning is not judged."

blp = Blueprint("verify", __name__, description="Whether something was said, where, by whom, and in which words.")


class Passage(Free):
    """A text to look up: its length is counted with runs of white space as one space and none at its ends."""

    def read(self, text: str) -> str:
        """Return the text, white space folded, if it holds a word."""
        folded = super().read(" ".join(text.split()))
        if not index_words(folded):
            raise refuse("invalid_value", "holds no word; nothing but letters and digits can be looked up")
        return folded


class VerifyParameters(ItemParameters):
    """The text, and where to look for it."""

    text = Passage(
        "The words to look up; runs of white space count as one space.",
        "We consider Russia an enemy",
        least=LEAST_CHARACTERS,
        most=MOST_CHARACTERS,
        required=True,
    )
    debate = Ids("The debates to look in; all without any.", [BY_TYPE["debate"].example], most=MOST_SCOPES)
    source = Ids("The sources to look in; all without any.", [BY_TYPE["source"].example], most=MOST_SCOPES)
    speaks_for = Ids("The sides whose quotes the words must touch; all speech without any.", ["nato"], most=MOST_SCOPES)


@blp.get(
    "/v1/verify",
    "verifyQuotation",
    "Whether a text was said, where, by whom, and in which words",
    parameters=VerifyParameters(),
    answers={JSON: "VerdictAnswer"},
    headers=("No-Vary-Search",),
    direct=True,
    description=(
        "*exact* is character for character, runs of white space counting as one space; *normalised* is equal but for case, punctuation,"
        " quotation marks, dashes and ellipses; *close* is a passage whose similarity, twice the words that both share in the same order"
        f" divided by the words of both, is {CLOSE} or more; *absent* is none of these. A match begins and ends anywhere between words,"
        f" across quotes as well. Up to {MOST_MATCHES} matches, best first; close ones only where there is no better. `changes_meaning` is"
        " true where a negation, a number, a name or a date differs, or where the cut leaves out a negation of the same sentence;"
        " `reason` says which."
    ),
)
def verify_quotation(parameters: dict[str, Any]) -> Answer:
    """Answer with the verdict on a text."""
    asked = {name: value for name, value in parameters.items() if name != "mailto"}
    here = _address(asked)

    def make() -> Content:
        _check_ids(asked)
        library = Passages(snapshot(), Scope(*(tuple(asked.get(name, ())) for name in TARGETS)))
        found = verify(asked["text"], library)
        query = {name: asked[name] for name in ("text", *TARGETS) if name in asked}
        meta = {"count": len(found.matches), "query": query, "dataset": stamp()}
        data = compact(_data(found, library))
        return Content(enveloped([data], meta, {"self": here}, pretty=asked.get("pretty", False)), {}, {"No-Vary-Search": NO_VARY_SEARCH})

    return answer(negotiated(JSON), here, make)


def _address(asked: dict[str, Any]) -> str:
    """Return the address of the query in its canonical spelling."""
    given = {name: value for name, value in asked.items() if name != "pretty" or value}
    return address("/v1/verify", ((name, written(tuple(value) if isinstance(value, list) else value)) for name, value in given.items()))


def _check_ids(asked: dict[str, Any]) -> None:
    """Refuse ids that name no record, each with the nearest."""
    refuse_any(fault for name, type_ in TARGETS.items() for fault in unknown(type_, asked.get(name, ()), name))


def _data(found: Verdict, library: Passages) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "changes_meaning": found.changes_meaning,
        "complete": found.complete,
        "matches": [_match(found, match, library) for match in found.matches],
    }


def _match(found: Verdict, match: Match, library: Passages) -> dict[str, Any]:
    """Return a match with the quotes that it touches and who speaks them, null where these are several."""
    start, end = match.position
    quotes = library.quotes(match.stretch.rows, start, end)
    speakers = {quote["speaker"]["id"]: quote["speaker"] for quote in quotes}
    return {
        "verdict": match.verdict,
        "source": library.source(match.stretch.source),
        "quotes": [BY_TYPE["quote"].reference(quote) for quote in quotes],
        "speaker": next(iter(speakers.values())) if len(speakers) == 1 else None,
        "position": {"start": start, "end": end, "line_start": match.lines[0], "line_end": match.lines[1]},
        "text": match.text,
        "prefix": match.prefix,
        "suffix": match.suffix,
        "similarity": round(match.similarity, 3),
        "differences": found.differences(match),
        "changes_meaning": match.changes_meaning,
        "reason": match.reason or (NOT_JUDGED if match.ops else None),
    }
