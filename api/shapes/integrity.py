"""The shape of the integrity report."""

from __future__ import annotations

import marshmallow as ma

from api.envelope import DatasetStamp
from schemas.base import Reference
from schemas.fields import Many, Number, Part, Text, Whole

from .parts import SelfLink, Shapes, envelope


class IntegrityReport(ma.Schema):
    """What a debate leaves open."""

    debate = Part(Reference, "The debate.")
    coverage = Number("The share of its sources' non-space characters that lie in a quote, 0 to 1.", example=0.99)
    inferred_attributions = Whole("Quotes whose speaker is inferred.")
    inferred_relations = Whole("Relations that the curator infers.")
    reported_claims = Whole("Claims that only somebody else reports.")
    paraphrased_claims = Whole("Claims of which less than half the content words stand in their evidence.")
    unlinked = Many(Part(Reference, "A claim."), "Claims without any relation.", required=True)
    unanswered_conditions = Many(Part(Reference, "A condition."), "Conditions that no claim answers.", required=True)
    orphaned_quotes = Many(Part(Reference, "A quote."), "Quotes that nothing rests on.", required=True)
    unverified_sources = Many(Part(Reference, "A source."), "Sources without an address where the text could be compared.", required=True)
    known_gaps = Many(Text("A gap."), "What the dataset cannot tell, as its curator says.", required=True)


class IntegrityMeta(ma.Schema):
    """How many reports there are, and of which dataset."""

    total = Whole("How many debates are reported on.")
    count = Whole("How many reports there are here.")
    dataset = Part(DatasetStamp, "Which dataset the answer is from.")


def shapes() -> Shapes:
    """Return the shapes by name."""
    reports = Many(Part(IntegrityReport, "A report."), "One report a debate.", required=True)
    return {"IntegrityAnswer": envelope("IntegrityAnswer", reports, IntegrityMeta, SelfLink)}
