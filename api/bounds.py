"""How much one request may ask for. Every bound is here, so that no request makes the server do unbounded work.

A module reads a bound where it applies it (`bounds.MOST_PAGED`), so that a test can narrow one and see what lies beyond it.
"""

from __future__ import annotations

from typing import Final

DEFAULT_PER_PAGE: Final = 25
MOST_PER_PAGE: Final = 200
MOST_PAGED: Final = 10_000  # records that pages by number reach, and that a table holds; a walk by cursor has no such end
MOST_CURSOR: Final = 100  # characters; a cursor has 46
MOST_VALUES: Final = 100  # of one filter, ids that are looked up at once among them
MOST_PATHS: Final = 50  # in select
MOST_INCLUDES: Final = 10  # paths in include, each of two steps at most
MOST_INCLUDED: Final = 2000  # records that include adds
MOST_FACETS: Final = 10
MOST_FACET_VALUES: Final = 200
DEFAULT_FACET_VALUES: Final = 20
MOST_DIMENSIONS: Final = 2
MOST_SAMPLED: Final = 200
MOST_SEED: Final = 999_999_999
MOST_SEARCHED: Final = 200  # characters of q
MOST_TERMS: Final = 16
MOST_COMPLETIONS: Final = 50
DEFAULT_COMPLETIONS: Final = 10
MOST_REPORTS: Final = 100  # debates in one integrity report
MOST_STEPS: Final = 60_000_000  # of the database's machine for one answer: some three seconds, the same number for the same request
MOST_CANDIDATES: Final = 200  # labels of each type that completion chooses from
MOST_NAMED: Final = 254  # characters of mailto (RFC 5321, section 4.5.3.1.3)


def is_reached(page: int, per_page: int) -> bool:
    """Say whether pages by number reach so far; they reach the first one whatever its size is."""
    return page == 1 or page * per_page <= MOST_PAGED
