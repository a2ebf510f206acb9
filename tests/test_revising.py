"""Where a debate has changed, others are not compiled again: only what they show of it is revised, and then they are as if they were."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from test_rebuild import DEBATES, Shape, built, content, laid_out

from api.snapshot import build as building
from api.snapshot.build import Source
from api.snapshot.computed import INVERSES
from api.snapshot.read import Snapshot
from api.snapshot.tasks import Folder
from schemas import BY_TYPE, RESOURCES
from schemas.base import Link
from schemas.problems import InvalidDataset
from schemas.units import LIGHT

NAMES = ["Ann", "Bob", "Cem"]
FOREIGN = {type_: {*names, *({"standing"} if type_ == "claim" else ())} for type_, names in INVERSES.items()}
LINKED: Shape = {
    "a": [(0, "attacks", 4), (0, "supports", 0)],  # its first claim attacks the first claim of b
    "b": [(1, "attacks", 6), (1, "attacks", 0)],  # that attacks the one of c, and is attacked by the second one
    "c": [(2, "supports", -1)],
}


def shapes() -> st.SearchStrategy[Shape]:
    """Draw debates of claims that attack each other more often than not."""
    claim = st.tuples(st.integers(0, 2), st.sampled_from(["attacks", "attacks", "supports", "restates"]), st.integers(-1, 20))
    return st.fixed_dictionaries(dict.fromkeys(DEBATES[:4], st.lists(claim, min_size=1, max_size=4)))


@examples(12)
@given(before=shapes(), after=shapes(), kept=st.sets(st.sampled_from(DEBATES[:4]), min_size=1, max_size=3))
def test_a_debate_that_stays_shows_of_the_others_what_it_would_if_it_were_compiled(before: Shape, after: Shape, kept: set[str]) -> None:
    after |= {name: before[name] for name in kept}
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "MOST_CHANGED", 1)
        folder = Path(name)
        old = built(laid_out(folder / "data", before, NAMES), folder / "old.rostrum")
        data = laid_out(folder / "data", after, NAMES)
        edited, new = built(data, folder / "edited.rostrum", old), built(data, folder / "new.rostrum")
        assert list(content(edited)) == list(content(new))


def compiled(data: Path, target: Path, base: Path) -> list[str]:
    """Build a folder from another snapshot and return which debates were compiled for it."""
    names: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        plain = Folder.compile
        patch.setattr(Folder, "compile", lambda folder, order: names.extend(order.unit) or plain(folder, order))
        Source(data, jobs=1, base=base).build(target)
    return names


def records(path: Path) -> dict[str, Any]:
    """Return the claims of a snapshot by id."""
    return {one["id"]: one for one in (orjson.loads(body) for _, body in Snapshot(path).records.between("claims"))}


def test_only_the_debate_that_has_changed_is_compiled_and_where_others_are_attacked_they_stand_otherwise(tmp_path: Path) -> None:
    target = tmp_path / "s.rostrum"
    built(laid_out(tmp_path / "data", LINKED, NAMES), target)
    before = records(target)
    data = laid_out(tmp_path / "data", LINKED | {"b": LINKED["b"][:1]}, NAMES)
    assert compiled(data, target, target) == ["b"]
    after = records(target)
    assert [before[served]["standing"] for served in ("a.c-000", "b.c-000", "c.c-000")] != [
        after[served]["standing"] for served in ("a.c-000", "b.c-000", "c.c-000")
    ]
    assert list(content(target)) == list(content(built(data, tmp_path / "new.rostrum")))


def test_what_names_a_record_that_is_gone_is_told_though_its_own_debate_is_the_same(tmp_path: Path) -> None:
    target = tmp_path / "s.rostrum"
    data = laid_out(tmp_path / "data", LINKED, NAMES)
    built(data, target)
    one = data / "b/claims.json"
    one.write_text(one.read_text().replace('"id": "c-000"', '"id": "c-002"').replace('"to": "c-000"', '"to": "c-002"'))
    with pytest.raises(InvalidDataset) as refused:
        Source(data, jobs=1, base=target).build(target)
    assert "a/claims.json" in {problem.file for problem in refused.value.problems}


def test_the_fields_that_other_debates_decide_are_neither_searched_nor_read_across_a_reference() -> None:
    """For records that are revised, these alone are written anew, and those that name them are not."""
    assert set(INVERSES) == LIGHT
    for resource in RESOURCES:
        assert not set(resource.search) & FOREIGN.get(resource.type, set())
        for steps in (one.steps for one in resource.filters):
            schema, crossed = resource.public, ""
            for step in steps:
                if step not in schema.fields and crossed:
                    assert step not in FOREIGN.get(crossed, set())
                    schema = BY_TYPE[crossed].public
                field: Any = schema.fields[step]
                field = getattr(field, "inner", field)
                crossed = field.target if isinstance(field, Link) else ""
                schema = getattr(field, "schema", schema)
