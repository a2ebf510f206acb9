"""The shapes of what the service says of itself: problems, health, and the API catalog."""

from __future__ import annotations

import marshmallow as ma

from api.envelope import DatasetStamp
from api.errors import CODES
from schemas.fields import Choice, Extract, Flag, Many, Part, Text, Whole

from .parts import OPTIONAL, Shapes, Varying


class ParameterFault(ma.Schema):
    """What is wrong with one parameter, and what would be right."""

    parameter = Extract("The parameter; empty where a name was.", example="topik")
    code = Choice(CODES, "What kind of fault it is.")
    detail = Text("What is wrong with it.")
    did_you_mean = Text("What was probably meant.", **OPTIONAL)
    allowed = Many(Text("A value."), "Up to 20 values that are allowed.", **OPTIONAL)


class Problem(ma.Schema):
    """A problem document (RFC 9457)."""

    type = Text("The type of problem: the path of its page.", example="/problems/invalid-parameter")
    title = Text("What the type is called.", example="Invalid query parameter")
    status = Whole("The status code.", least=400, example=400)
    detail = Text("What happened.", example="1 parameter was not understood.")
    instance = Text("The request, shortened.", example="/v1/claims?topik=energy")
    request_id = Text("The id of the request, as in `X-Request-Id`.")
    errors = Many(Part(ParameterFault, "A fault."), "The faults of the parameters, at most 20.", **OPTIONAL)


class Health(ma.Schema):
    """The process lives."""

    status = Choice(("alive",), "Always `alive`.")


class Reload(ma.Schema):
    """The last reload, which was refused; the dataset before it is still served."""

    refused = Flag("Always true.")
    at = Text("When it was refused.", example="2026-11-24T12:00:00Z")
    problems = Whole("How many problems the dataset has.", least=1)
    first = Many(Text("Where it is, what is wrong, and what would be right."), "The first of them.")


class Readiness(ma.Schema):
    """The service can answer."""

    status = Choice(("ready",), "Always `ready`.")
    dataset = Part(DatasetStamp, "The dataset that it answers from.")
    reload = Part(Reload, "The last reload, if it was refused.", **OPTIONAL)


class LinkContext(Varying):
    """What is linked from one anchor, by relation."""

    anchor = Text("What the links are of.")


class Linkset(ma.Schema):
    """A linkset (RFC 9264)."""

    linkset = Many(Part(LinkContext, "The links of one anchor."), "The links.", required=True)


def shapes() -> Shapes:
    """Return the shapes by name."""
    return {"Problem": Problem, "Health": Health, "Readiness": Readiness, "Linkset": Linkset}
