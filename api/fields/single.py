"""Parameters of one value: truth values, numbers, texts, and words of a closed list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from api import bounds
from api.errors import Fault, Refusal, shortened
from api.search_text import NothingToFind, TooMuchToFind, parse
from api.words import words
from schemas.problems import nearest

from .base import Parameter, of_list, refuse

NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")  # ASCII digits alone, and one spelling of each number
MOST_DIGITS: Final = 9


class Switch(Parameter):
    """True or false."""

    shape = {"type": "boolean"}  # noqa: RUF012 - as in every other parameter, a mapping that nothing changes

    def read(self, text: str) -> bool:
        """Return the truth value of `true` or `false`, and of nothing that merely looks like them."""
        return of_list(text, ("true", "false")) == "true"


class Count(Parameter):
    """A whole number within bounds."""

    def __init__(self, description: str, example: int, *, least: int, most: int, **options: Any) -> None:
        """Take the bounds, both inclusive."""
        self.least, self.most = least, most
        self.shape = {"type": "integer", "minimum": least, "maximum": most}
        super().__init__(description, example, **options)

    def read(self, text: str) -> int:
        """Return the number that ASCII digits mean."""
        if not NUMBER.fullmatch(text):
            raise refuse("invalid_value", f"{shortened(text)} is not a whole number from {self.least} to {self.most}")
        if len(text) > MOST_DIGITS or not self.least <= int(text) <= self.most:
            raise refuse("out_of_range", f"{shortened(text)} is not between {self.least} and {self.most}")
        return int(text)


class Free(Parameter):
    """Any text of a stated length."""

    def __init__(self, description: str, example: str, *, most: int, least: int = 1, **options: Any) -> None:
        """Take the bounds of its length in code points, both inclusive."""
        self.least, self.most = least, most
        self.shape = {"type": "string", "minLength": least, "maxLength": most}
        super().__init__(description, example, **options)

    def read(self, text: str) -> str:
        """Return the text."""
        if not self.least <= len(text) <= self.most:
            raise refuse("out_of_range", f"has {len(text)} characters; {self.least} to {self.most} are taken")
        return text


class SearchText(Free):
    """Words to look for, in the little language of `q`."""

    def read(self, text: str) -> str:
        """Return a text that asks for something, white space folded."""
        folded = " ".join(super().read(text).split())
        try:
            parse(folded)
        except NothingToFind as error:
            raise refuse("invalid_value", str(error)) from error
        except TooMuchToFind as error:
            raise refuse("out_of_range", str(error)) from error
        return folded


class Typed(Free):
    """What somebody has typed so far of a label."""

    def read(self, text: str) -> str:
        """Return a text that holds at least one word and not too many, white space folded."""
        folded = " ".join(super().read(text).split())
        found = len(words(folded))
        if not found:
            raise refuse("invalid_value", "has no word to find")
        if found > bounds.MOST_TERMS:
            raise refuse("out_of_range", f"has {found} words; at most {bounds.MOST_TERMS} are looked for")
        return folded


class Format(Parameter):
    """The name of a format."""

    def __init__(self, names: Sequence[str], description: str, example: str, **options: Any) -> None:
        """Take the names of the formats that are offered."""
        self.names = tuple(names)
        self.shape = {"type": "string", "enum": list(self.names)}
        super().__init__(description, example, **options)

    def read(self, text: str) -> str:
        """Return the name of a format that is offered.

        :raises Refusal: 406, which lists what is.
        """
        if text not in self.names:
            fault = Fault("invalid_value", f"{shortened(text)} is not offered", nearest(text, self.names), self.names, "format")
            raise Refusal("not-acceptable", f"The formats are {', '.join(self.names)}.", [fault])
        return text
