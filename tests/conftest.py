"""Fixtures that all tests share: the real dataset, the tiny one, and a client of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tiny import tiny
from worlds import WORLDS, World, made

from api.app import create_app
from api.config import Settings
from api.snapshot import facets, tally, walking
from api.snapshot.build import build
from schemas.dataset import Dataset
from schemas.load import load

ROOT = Path(__file__).parents[1]
# What one process that a test starts has compiled, the next one reads, and nothing of it lies beside the code.
os.environ["PYTHONPYCACHEPREFIX"] = str(ROOT / ".pytest_cache" / "bytecode")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def make_app(dataset: Dataset, folder: Path) -> Flask:
    """Return an app that serves a dataset, compiled into a snapshot in a folder."""
    snapshot = folder / "snapshot.rostrum"
    build(dataset, snapshot)
    return create_app(snapshot, Settings())


@pytest.fixture(scope="session")
def real_dataset() -> Dataset:
    """The shipped dataset."""
    return load(ROOT / "data")


@pytest.fixture(scope="session")
def tiny_dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The tiny dataset, as it is."""
    return load(tiny(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="session")
def app(real_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An app that serves the shipped dataset."""
    return make_app(real_dataset, tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="session")
def tiny_app(tiny_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An app that serves the tiny dataset."""
    return make_app(tiny_dataset, tmp_path_factory.mktemp("served"))


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """A client of the shipped dataset."""
    with app.test_client() as made:
        yield made


@pytest.fixture
def tiny_client(tiny_app: Flask) -> Iterator[FlaskClient]:
    """A client of the tiny dataset."""
    with tiny_app.test_client() as made:
        yield made


@pytest.fixture(scope="session", params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Each dataset in turn: the shipped one, the tiny one, and one full of oddities, this one also cut so finely that it has every kind of set."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "fine":
            patch.setattr(walking, "FEW", 2)
            patch.setattr(tally, "CROSSED", 1000)
            patch.setattr(facets, "FEW", 2)
        yield made(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def odd_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The dataset full of oddities."""
    return made("odd", tmp_path_factory.mktemp("odd"))


@pytest.fixture(scope="session")
def real_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The shipped dataset."""
    return made("real", tmp_path_factory.mktemp("shipped"))
