"""The shape of the answer to whether something was said."""

from __future__ import annotations

import marshmallow as ma

from api.envelope import DatasetStamp
from api.verify.verdict import CLOSE, MOST_MATCHES, VERDICTS
from schemas.base import Reference
from schemas.fields import Choice, Extract, Flag, Many, Number, Part, Text, Whole

from .parts import NULLABLE, OPTIONAL, SelfLink, Shapes, envelope

FOUND = VERDICTS[:-1]


class MatchPosition(ma.Schema):
    """Where a match stands in its source."""

    start = Whole("The offset of its first character in the source text, in Unicode code points.")
    end = Whole("The offset behind its last character.")
    line_start = Whole("The line of its first character.", least=1)
    line_end = Whole("The line of its last character.", least=1)


class Difference(ma.Schema):
    """Words that differ; empty on the side that has none."""

    asked = Extract("The words asked for.", example="an enemy")
    said = Extract("The words of the source in their place.", example="a partner")


class Match(ma.Schema):
    """A place where the text was said, or one like it."""

    verdict = Choice(FOUND, "How the text stands here.")
    source = Part(Reference, "The source.")
    quotes = Many(Part(Reference, "A quote."), "Every quote that the match touches, in the order of the source.", required=True)
    speaker = Part(Reference, "Who speaks; null where no quote is touched, or quotes of several speakers.", **NULLABLE)
    position = Part(MatchPosition, "Where it stands in the source.")
    text = Text("The words of the source, runs of white space as one space.")
    prefix = Extract("Up to 32 characters of the source that stand before it, as they are there.")
    suffix = Extract("Up to 32 characters of the source that stand behind it, as they are there.")
    similarity = Number(
        "Twice the words that both share in the same order, divided by the words of both: 1 where all are the same.", example=0.83
    )
    differences = Many(
        Part(Difference, "A difference."), "The words that differ, in their order; none unless the verdict is close.", required=True
    )
    changes_meaning = Flag("Whether a negation, a number, a name or a date differs, or a negation was cut off.")
    reason = Text("What changes the meaning; where other words differ, that nobody judges them; null where none differs.", **NULLABLE)


class VerdictData(ma.Schema):
    """Whether the text was said."""

    verdict = Choice(VERDICTS, f"How the best match stands to the text; close is a similarity of {CLOSE} or more.")
    changes_meaning = Flag("Whether the best match says something else; null where there is none.", **NULLABLE)
    complete = Flag("False where so many places hold words of the text that not all were looked at.")
    matches = Many(Part(Match, "A match."), f"The places, best first, at most {MOST_MATCHES}.", required=True)


class VerdictQuery(ma.Schema):
    """The query as it was understood."""

    text = Text("The text, runs of white space as one space.")
    debate = Many(Text("An id."), "The debates that were looked in.", **OPTIONAL)
    source = Many(Text("An id."), "The sources that were looked in.", **OPTIONAL)
    speaks_for = Many(Text("An id."), "The sides whose quotes were looked in.", **OPTIONAL)


class VerdictMeta(ma.Schema):
    """About the answer."""

    count = Whole("How many matches there are here.")
    query = Part(VerdictQuery, "The query as it was understood.")
    dataset = Part(DatasetStamp, "Which dataset the answer is from.")


def shapes() -> Shapes:
    """Return the shapes by name."""
    return {"VerdictAnswer": envelope("VerdictAnswer", Part(VerdictData, "The verdict."), VerdictMeta, SelfLink)}
