"""Sets of rows find what the tables hold, however they are cut, and after a block of rows was replaced they find what new sets would."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import compress, pairwise
from pathlib import Path
from typing import Any

import apsw
import pytest
from changing import database_of
from filter_tables import condition
from hypothesis import given
from hypothesis import strategies as st
from laws import examples
from pyroaring import BitMap
from worlds import FINE, World

from api.filters import dimensions, end_of, facetable, operators
from api.query import Clause, Query, SortKey
from api.snapshot import derived, facets, filter_sets, tally, walking
from api.snapshot.derived import Cut
from api.snapshot.facets import Facet, values
from api.snapshot.filter_sets import note_frequent, refresh_frequent
from api.snapshot.find import page
from api.snapshot.layout import filter_table, own_sorts, sort_column
from api.snapshot.order_writing import cut_values
from api.snapshot.read import Snapshot
from api.snapshot.selection import taken
from api.snapshot.sets import TABLE as SETS
from api.snapshot.tally import groups
from api.snapshot.walking import Walk
from schemas import BY_TYPE, RESOURCES, Resource

CUTS = (Cut(), Cut(least=1, span=1, grouped=1), Cut(least=1, span=2, grouped=2), Cut(least=3, span=5, grouped=3))
DATES = ("0001", "1904", "1996-12-31", "1997", "1997-05", "1999", "2000-02", "2001", "2027-04-01", "9999")


def served(world: World) -> Snapshot:
    """Return the snapshot that a world serves."""
    return Snapshot(world.app.extensions["rostrum"].snapshot.path)


def recut(source: Path, target: Path, cut: Cut) -> Snapshot:
    """Return a copy of a snapshot whose sets and orders are cut anew."""
    shutil.copyfile(source, target)
    with database_of(target) as database:
        derived.write(database, cut)
    return Snapshot(target)


def clauses(world: World, most: int) -> Iterator[tuple[Resource, Clause]]:
    """Yield every filter with every operator, and some of the values that occur."""
    for resource, name, occurring in world.cases(most):
        one = next(one for one in resource.filters if one.name == name)
        shown = DATES if name == "date" else occurring
        for operator in operators(resource, one):
            if operator == "exists":
                yield from ((resource, Clause(one, operator, (wanted,))) for wanted in (True, False))
                continue
            yield from ((resource, Clause(one, operator, (value,))) for value in shown)
            if operator in {"", "not", "all"}:
                yield from ((resource, Clause(one, operator, pair)) for pair in pairwise(shown))


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_sets_and_tables_agree_for_every_filter(world: World, tmp_path: Path, cut: Cut):
    snapshot = recut(served(world).path, tmp_path / "recut.rostrum", cut)
    for resource, clause in clauses(world, 6):
        where, bound = condition(resource, clause)
        rows = [row for (row,) in snapshot.rows(f"SELECT row FROM {resource.collection} AS taken WHERE {where} ORDER BY row", bound)]
        found = page(snapshot, Query(resource, (clause,), size=200))
        assert list(taken(snapshot, Query(resource, (clause,)))) == rows, (resource.type, clause)
        assert (found.total, list(found.bodies)) == (len(rows), snapshot.bodies_at(resource, rows[:200]))


def test_a_record_has_one_value_at_most_where_values_are_compared():
    """What is above a value is then what is neither below nor at it."""
    for resource in RESOURCES:
        for one in resource.filters:
            assert not (end_of(resource, one).kind in {"date", "number"} and end_of(resource, one).many)


def in_order(snapshot: Snapshot, resource: Resource, keys: Sequence[SortKey]) -> list[int]:
    """Return all rows in order of keys, sorted by the database."""
    order = ", ".join(f"{sort_column(key.name)} {'DESC' if key.descending else 'ASC'} NULLS LAST" for key in keys)
    return [row for (row,) in snapshot.rows(f"SELECT row FROM {resource.collection} ORDER BY {order}, id")]


@examples(30)
@given(data=st.data())
def test_a_walk_through_any_rows_finds_any_part_of_them_in_order(world: World, recuts: Sequence[Snapshot], data: st.DataObject):
    snapshot = data.draw(st.sampled_from(recuts))
    resource = data.draw(st.sampled_from(RESOURCES))
    names = data.draw(st.lists(st.sampled_from(sorted(resource.sorts)), min_size=1, max_size=3, unique=True))
    keys = [SortKey(name, data.draw(st.booleans())) for name in names]
    whole = in_order(snapshot, resource, keys)
    among = set(data.draw(st.lists(st.sampled_from(whole), unique=True))) if data.draw(st.booleans()) else set(whole)
    offset, limit = data.draw(st.integers(0, len(whole))), data.draw(st.integers(1, 9))
    behind = data.draw(st.sampled_from([None, *whole]))
    walk = Walk(snapshot, resource)
    shown = [row for row in whole if row in among]
    assert walk.part(BitMap(among), keys, limit, offset) == shown[offset : offset + limit]
    if behind is not None:
        rest = [row for row in whole[whole.index(behind) + 1 :] if row in among]
        assert walk.part(BitMap(among), keys, limit, behind=behind) == rest[:limit]


@pytest.fixture(scope="module")
def recuts(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Snapshot]]:
    """The snapshot of a world cut in several ways, and no rows sorted as they are."""
    folder = tmp_path_factory.mktemp("recuts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walking, "FEW", 1)
        yield [recut(served(world).path, folder / f"{number}.rostrum", cut) for number, cut in enumerate(CUTS)]


# Blocks of rows


class Replacing:
    """A copy of a snapshot in which blocks of rows are replaced, the sets and orders brought up to date."""

    def __init__(self, source: Path, path: Path, cut: Cut) -> None:
        self.path, self.cut = path, cut
        recut(source, path, cut)

    def replace(self, resource: Resource, blocks: Sequence[tuple[int, int]], chance: random.Random) -> None:
        """Leave some rows of blocks out, let others change places in what they have, and bring all up to date."""
        name = resource.collection
        with database_of(self.path) as self.database:
            notes = [derived.touched(self.database.execute, name, *block) for block in blocks]
            for block in blocks:
                self._shuffle(resource, block, chance)
            derived.refresh(self.database, name, blocks, notes, self.cut)
            (count,) = self.database.execute(f"SELECT count(*) FROM {name}").fetchone()
            counts = json.loads(self.database.execute("SELECT value FROM meta WHERE key = 'counts'").fetchone()[0])
            self.database.execute("UPDATE meta SET value = ? WHERE key = 'counts'", (json.dumps({**counts, name: count}),))

    def _shuffle(self, resource: Resource, block: tuple[int, int], chance: random.Random) -> None:
        rows = [row for (row,) in self.database.execute(f"SELECT row FROM {resource.collection} WHERE row BETWEEN ? AND ?", block)]
        kept = [row for row in rows if chance.random() < 0.8]
        gone = [(row,) for row in rows if row not in kept]
        self.database.executemany(f"DELETE FROM {resource.collection} WHERE row = ?", gone)
        for key in own_sorts(resource):
            column, others = sort_column(key), chance.sample(kept, len(kept))
            found = dict(self.database.execute(f"SELECT row, {column} FROM {resource.collection}"))
            changed = [(found[other], row) for row, other in zip(kept, others, strict=True)]
            self.database.executemany(f"UPDATE {resource.collection} SET {column} = ? WHERE row = ?", changed)
        for one in resource.filters:
            self._shuffle_filter(filter_table(resource, one), block, kept, chance)

    def _shuffle_filter(self, table: str, block: tuple[int, int], kept: Sequence[int], chance: random.Random) -> None:
        others = dict(zip(kept, chance.sample(kept, len(kept)), strict=True))
        found = self.database.execute(f"SELECT * FROM {table} WHERE row BETWEEN ? AND ?", block).fetchall()
        self.database.execute(f"DELETE FROM {table} WHERE row BETWEEN ? AND ?", block)
        moved = [(*value, others[row]) for *value, row in found if row in others]
        for number, (value, *more) in enumerate(moved):
            if isinstance(value, str) and not more and number % 3 == 0:
                moved[number] = (f"{value}-anew{number % 2}", *more)  # a value that was not there
        self.database.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({','.join('?' * len(found[0]) if found else '?')})", moved)


def queries(snapshot: Snapshot, resource: Resource) -> list[Query]:
    """Return a query for everything, and one for each filter with every operator and every value."""
    found = [Query(resource, size=200)]
    for one in resource.filters:
        values = snapshot.rows(f"SELECT DISTINCT value FROM {filter_table(resource, one)} ORDER BY value")
        shown = list(DATES) if end_of(resource, one).kind == "date" else [value for (value,) in values]
        for operator in operators(resource, one):
            asked = [Clause(one, operator, (value,)) for value in ((True, False) if operator == "exists" else shown)]
            found += [Query(resource, (clause,), size=200) for clause in asked]
    return found


def some(asked: Sequence[Query]) -> list[Query]:
    """Return the query for everything and five others, always the same ones."""
    return [asked[0], *random.Random(1).sample(asked, min(len(asked), 5))]


def counts(snapshot: Snapshot, resource: Resource, limits: Sequence[int] = (200,)) -> Iterator[tuple[Any, ...]]:
    """Yield what is counted, for a facet and an aggregate of each name, of all rows and of some."""
    for query in some(queries(snapshot, resource)):
        yield from ((query.clauses, name, [values(snapshot, query, name, limit) for limit in limits]) for name in facetable(resource))
        for by in grouped_by(resource):
            yield query.clauses, by, groups(snapshot, query, by)


def grouped_by(resource: Resource) -> list[list[tuple[str, str]]]:
    """Return each dimension alone, and some pairs of them, always the same ones."""
    each = [(name, bucket) for name, _, bucket in (dimension.partition(":") for dimension in dimensions(resource))]
    return [[one] for one in each] + [random.Random(3).sample(each, 2) for _ in range(3)]


def answers(snapshot: Snapshot, resource: Resource) -> Iterator[tuple[Any, ...]]:
    """Yield what every filter, facet, aggregate and order of a type answers."""
    asked = queries(snapshot, resource)
    yield "all", taken(snapshot, asked[0]), snapshot.counts[resource.collection]
    for query in asked:
        yield query.clauses, list(taken(snapshot, query)), page(snapshot, query)
    yield from counts(snapshot, resource)
    for query in some(asked):
        rows = taken(snapshot, query)
        for key in resource.sorts:
            for descending in (False, True):
                yield query.clauses, key, Walk(snapshot, resource).part(rows, [SortKey(key, descending)], len(rows))


def test_however_sets_are_cut_they_give_the_same_answers(recuts: Sequence[Snapshot]):
    first, *others = recuts
    for resource in RESOURCES:
        expected = list(answers(first, resource))
        for snapshot in others[::2]:
            assert list(answers(snapshot, resource)) == expected, resource.type


LIMITS = (1, 3, 200)


@pytest.fixture(scope="module")
def expected(recuts: Sequence[Snapshot]) -> list[list[Any]]:
    """What is counted in the first cut, with the bounds as they are."""
    return [list(counts(recuts[0], resource, LIMITS)) for resource in RESOURCES]


BOUNDS = (
    (tally, "CROSSED"),
    (tally, "MOST_LOOKED_UP"),
    (tally, "EACH"),
    (facets, "LISTED"),
    (facets, "TRIED"),
    (facets, "MOST_FACET_VALUES"),
)
WAYS = (
    (0, 1, 64, 1000, 4, 0), (0, 1, 1, 1, 1, 0), (0, 1000, 64, 1, 4, 200), (1000, 1, 2, 1000, 2, 0), (1000, 1, 64, 1, 1, 0), (1000, 4, 1, 1, 4, 200),
)  # fmt: skip


@pytest.mark.parametrize("bounds", WAYS, ids=str)
def test_counts_are_the_same_in_whichever_way_they_are_made(
    expected: Sequence[Any], recuts: Sequence[Snapshot], monkeypatch: pytest.MonkeyPatch, bounds: tuple[int, ...]
):
    monkeypatch.setattr(facets, "FEW", 1)
    for (module, name), value in zip(BOUNDS, bounds, strict=True):
        monkeypatch.setattr(module, name, value)
    for snapshot in recuts[1::2]:
        assert [list(counts(snapshot, resource, LIMITS)) for resource in RESOURCES] == expected


CLAIM = BY_TYPE["claim"]
FACET_BOUNDS = (
    (tally, "MOST_LOOKED_UP"), (facets, "TRIED"), (facets, "LISTED"), (facets, "MOST_FACET_VALUES"), (facets, "FEW"), (tally, "EACH"),
)  # fmt: skip
NOTED = 3
CROWDED = [one for one in CLAIM.filters if one.name in facetable(CLAIM) and end_of(CLAIM, one).many]


@pytest.fixture(scope="module", params=[1, 6, 12])
def crowded(request: pytest.FixtureRequest, real_world: World, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A snapshot in which claims have many values by chance, few often; three at most are noted as the most frequent, and ever shown.

    A set of its own has what stands in as many rows as the parameter says.
    """
    chance, path = random.Random(7), tmp_path_factory.mktemp("crowded") / "crowded.rostrum"
    shutil.copyfile(served(real_world).path, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filter_sets, "MOST_NOTED", NOTED)
        with database_of(path) as database:
            rows = [row for (row,) in database.execute("SELECT row FROM claims")]
            for number, one in enumerate(CROWDED):
                table = filter_table(CLAIM, one)
                sizes = [chance.randint(1, 2 + number) for _ in range(40)]
                pairs = [(f"value-{value:02}", row) for value, size in enumerate(sizes) for row in chance.sample(rows, size)]
                database.execute(f"DELETE FROM {table}")
                database.executemany(f"INSERT INTO {table} VALUES (?, ?)", pairs)
            derived.write(database, Cut(least=request.param, span=5, grouped=3))
    return Snapshot(path)


@examples(300)
@given(data=st.data(), limit=st.integers(1, 3), bounds=st.tuples(st.integers(1, 4), st.integers(1, 3), st.sampled_from([1, 9])))
def test_a_facet_of_any_rows_shows_what_counting_all_their_values_shows(
    crowded: Snapshot, data: st.DataObject, limit: int, bounds: tuple[int, int, int]
):
    one = data.draw(st.sampled_from(CROWDED))
    all_rows = [row for (row,) in crowded.rows("SELECT row FROM claims")]
    taken_up = data.draw(st.lists(st.booleans(), min_size=len(all_rows), max_size=len(all_rows)))
    rows = BitMap(compress(all_rows, taken_up))
    counted = Counter(value for value, row in crowded.rows(f"SELECT value, row FROM {filter_table(CLAIM, one)}") if row in rows)
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), bound in zip(FACET_BOUNDS, (*bounds, NOTED, 1, 1), strict=True):
            patch.setattr(module, name, bound)
        assert Facet(crowded, CLAIM, one, rows, limit).first() == sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:limit]


@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=9), data=st.data())
def test_which_rows_have_one_value_shows_in_the_two_directions_of_a_run(sizes: list[int], data: st.DataObject):
    rows = data.draw(st.permutations(range(sum(sizes))))
    values = [rows[sum(sizes[:number]) :][:size] for number, size in enumerate(sizes)]
    (run,) = cut_values(enumerate(values), span=len(rows) + 1)
    assert run.values() == values


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_replaced_blocks_of_rows_give_the_answers_of_sets_written_anew(
    odd_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: Cut
):
    monkeypatch.setattr(walking, "FEW", 1)
    monkeypatch.setattr(tally, "CROSSED", 1000)
    chance = random.Random(5)
    source = served(odd_world).path
    replacing = Replacing(source, tmp_path / "replaced.rostrum", cut)
    for step in range(3):
        for resource in RESOURCES:
            ((last,),) = Snapshot(replacing.path).rows(f"SELECT coalesce(max(row), 1) FROM {resource.collection}")
            middle = chance.randint(1, last)
            replacing.replace(resource, [(chance.randint(1, middle), middle), (middle + 1, middle + 3)][: 1 + step % 2], chance)
        anew = recut(replacing.path, tmp_path / f"anew{step}.rostrum", FINE)
        for resource in RESOURCES:
            assert list(answers(Snapshot(replacing.path), resource)) == list(answers(anew, resource)), (step, resource.type)


def test_a_whole_collection_can_go_and_come_back(odd_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(walking, "FEW", 1)
    source = served(odd_world).path
    path = tmp_path / "emptied.rostrum"
    before = recut(source, path, FINE)
    expected = {resource.type: list(answers(before, resource)) for resource in RESOURCES}
    block = (0, 1 << 20)
    with database_of(path) as database:
        for resource in RESOURCES:
            tables = [resource.collection, *(filter_table(resource, one) for one in resource.filters)]
            notes = [derived.touched(database.execute, resource.collection, *block)]
            held = {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
            for table in tables:
                database.execute(f"DELETE FROM {table}")
            derived.refresh(database, resource.collection, [block], notes, FINE)
            for table, rows in held.items():
                database.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]) if rows else '?')})", rows)
            notes = [derived.touched(database.execute, resource.collection, *block)]
            derived.refresh(database, resource.collection, [block], notes, FINE)
    after = Snapshot(path)
    assert {resource.type: list(answers(after, resource)) for resource in RESOURCES} == expected


# The most frequent values


STANDING = st.dictionaries(st.integers(0, 9), st.integers(1, 4))  # in how many rows each value stands


@given(states=st.lists(STANDING, min_size=2, max_size=6))
def test_the_most_frequent_values_are_those_of_a_new_count_whatever_has_changed(states: list[dict[int, int]]):
    shown, noted = 2, 4
    with closing(apsw.Connection(":memory:")) as database, pytest.MonkeyPatch.context() as patched:
        patched.setattr(filter_sets, "MOST_FACET_VALUES", shown)
        patched.setattr(filter_sets, "MOST_NOTED", noted)
        database.execute(f"{SETS}; CREATE TABLE pairs (value, row)")
        note_frequent(database, "one", "pairs")
        for before, after in pairwise([{}, *states]):
            sizes = {value: after.get(value, 0) for value in before.keys() | after.keys() if before.get(value) != after.get(value)}
            database.execute("DELETE FROM pairs")
            database.executemany("INSERT INTO pairs VALUES (?, 0)", [(value,) for value, times in after.items() for _ in range(times)])
            refresh_frequent(database, "one", "pairs", sizes)
            found = list(database.execute("SELECT value, size FROM frequent WHERE name = 'one' ORDER BY size DESC, value"))
            assert found[:shown] == sorted(after.items(), key=lambda one: (-one[1], one[0]))[:shown]
            assert len(found) <= noted


def test_values_are_not_counted_again_while_enough_are_known_to_come_first(monkeypatch: pytest.MonkeyPatch):
    with closing(apsw.Connection(":memory:")) as database:
        database.execute(f"{SETS}; CREATE TABLE pairs (value, row)")
        values = range(2 * filter_sets.MOST_NOTED)
        database.executemany("INSERT INTO pairs VALUES (?, 0)", [(value,) for value in values for _ in range(3 if value < 300 else 2)])
        note_frequent(database, "one", "pairs")
        monkeypatch.setattr(filter_sets, "note_frequent", lambda *_: pytest.fail("all were counted again"))
        database.execute("DELETE FROM pairs WHERE value < 50")
        refresh_frequent(database, "one", "pairs", dict.fromkeys(range(50), 0))
        shown = database.execute("SELECT value FROM frequent WHERE name = 'one' ORDER BY size DESC, value LIMIT ?", (200,))
        assert [value for (value,) in shown] == list(range(50, 250))
