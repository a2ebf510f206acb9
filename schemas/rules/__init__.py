"""What a schema cannot say, one function a rule, named after what it demands. RULES is the explicit index.

A rule takes a Dataset of which any part may be missing or invalid, looks at what is valid, and yields problems.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..dataset import Dataset
from ..problems import Problem
from . import argument, files, identity, quotes

Rule = Callable[[Dataset], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    files.no_file_is_unknown,
    files.files_are_canonical,
    files.text_is_clean,
    identity.ids_are_unique,
    identity.ids_are_not_reserved,
    identity.folder_and_id_agree,
    identity.references_resolve,
    identity.references_are_short,
    identity.wholes_form_no_circle,
    quotes.quotes_are_verbatim,
    quotes.quotes_do_not_overlap,
    quotes.date_words_are_verbatim,
    argument.evidence_stands_in_its_quote,
    argument.ordinals_have_no_gap,
    argument.no_claim_relates_to_itself,
    argument.relations_are_not_repeated,
)
