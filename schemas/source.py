"""The source: a text that was said or published; the ground that every quote stands on."""

from __future__ import annotations

from .base import Closed, Filter, Record, Resource, inverse, note, tags
from .fields import Choice, Edtf, Language, Many, Number, Part, Ref, Text, Uri, Whole

KINDS = ("video-transcript", "audio-transcript", "speech", "hearing", "article", "other")


class Media(Closed):
    """The recording behind a transcript."""

    url = Uri("Where the recording is.")
    duration = Number("Its length in seconds.", load_default=None, allow_none=True)


class Source(Record):
    """A text that was said or published; the ground that every quote stands on."""

    debate = Ref("debate", "The debate that the source belongs to.", computed=True)
    kind = Choice(KINDS, "What kind of text it is.", example="video-transcript")
    title = Text("The title under which it was published.")
    publisher = Ref("actor", "Who published it.")
    language = Language("The language of the text (BCP 47).", example="en")
    published = Edtf("When it was published (EDTF), or null.", load_default=None, allow_none=True)
    url = Uri("Where it was published, or null.", load_default=None, allow_none=True)
    media = Part(Media, "The recording behind it, or null.", load_default=None, allow_none=True)
    rights = Text("Whose the text is, and on what ground it is quoted.")
    related = Many(Text("A title."), "The titles of related items that the source lists, in its order.")
    sha256 = Text("SHA-256 of the text file, in hexadecimal.", computed=True)
    characters = Whole("The length of the text in Unicode code points.", computed=True)
    coverage = Number("The share of its non-space characters that lie in a quote, 0 to 1.", computed=True)
    speakers = inverse("actor", "Who speaks in it, in the order of first words.")
    tags = tags()
    note = note()


RESOURCE = Resource(
    type="source",
    collection="sources",
    schema=Source,
    description="Texts that were said or published; the ground that every quote stands on.",
    label=lambda record: str(record["title"]),
    hint=lambda record: str(record["publisher"]["label"]),
    filters=(
        Filter("debate", "The debate that the source belongs to.", joins=True),
        Filter("kind", "What kind of text it is."),
        Filter("language", "The language of the text."),
        Filter("publisher", "Who published it.", joins=True),
        Filter("tag", "A tag of the curator's.", path="tags"),
    ),
    sorts={"id": "id", "title": "title", "published": "published", "characters": "characters", "coverage": "coverage"},
    default_sort="id",
    search=("title",),
    example="missile-defence.nato-review-video",
)
