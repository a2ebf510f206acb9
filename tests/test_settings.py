"""Every setting is read from the environment under one name, and what cannot be a setting is refused by name."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest

from api.config import Settings, bounds, described, variable


def test_without_an_environment_every_setting_has_its_default() -> None:
    assert Settings.from_environment({"PATH": "/bin", "ROSTRUMX": "1"}) == Settings()


def test_each_setting_is_read_from_its_variable() -> None:
    texts = {"data": "d", "snapshot": "s", "cache": "c", "host": "::1", "public_url": "https://x.org"}
    texts |= {"port": "80", "workers": "3", "threads": "2", "kept": "0"}
    assert set(texts) == {one.name for one in fields(Settings)}
    found = Settings.from_environment({variable(name): text for name, text in texts.items()})
    assert {name: str(getattr(found, name)) for name in texts} == texts
    assert (found.port, found.workers, found.threads) == (80, 3, 2)


def test_what_is_given_goes_before_the_environment_and_what_is_none_does_not() -> None:
    found = Settings.from_environment({"ROSTRUM_PORT": "81", "ROSTRUM_HOST": "::1"}, port=82, host=None)
    assert (found.port, found.host) == (82, "::1")


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert Settings.from_environment({"ROSTRUM_WORKERS": "", "ROSTRUM_HOST": ""}) == Settings()


def test_a_variable_that_is_no_setting_is_refused_and_those_that_are_named() -> None:
    with pytest.raises(ValueError, match=r"ROSTRUM_WORKRES is no setting; the settings are .*ROSTRUM_PORT.*ROSTRUM_WORKERS"):
        Settings.from_environment({"ROSTRUM_WORKRES": "2"})


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "8 000", "8_000", "٣", "1e3", "9" * 5000, "08.0", "\ud800"])
def test_a_port_that_is_none_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match=r"ROSTRUM_PORT is .*; write a whole number from 1 to 65535"):
        Settings.from_environment({"ROSTRUM_PORT": text})


@pytest.mark.parametrize("name", ["workers", "threads"])
@pytest.mark.parametrize("text", ["many", "0", "99999"])
def test_a_number_out_of_bounds_is_refused(name: str, text: str) -> None:
    least, most = bounds(name)
    with pytest.raises(ValueError, match=f"ROSTRUM_{name.upper()} is '{text}'; write a whole number from {least} to {most}"):
        Settings.from_environment({variable(name): text})


@pytest.mark.parametrize("text", ["example.org", "ftp://example.org", "https://", "https:// x"])
def test_a_public_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ROSTRUM_PUBLIC_URL is"):
        Settings.from_environment({"ROSTRUM_PUBLIC_URL": text})


def test_snapshots_are_kept_where_the_system_keeps_what_can_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/elsewhere")
    assert Settings().cache_folder == Path("/var/elsewhere/rostrum")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # which the specification says to ignore
    monkeypatch.setenv("HOME", "/somewhere")
    assert Settings().cache_folder == Path("/somewhere/.cache/rostrum")
    assert Settings(cache="here").cache_folder == Path("here")


def test_every_setting_is_described_with_its_default_and_why() -> None:
    assert [name for name, _, _ in described()] == [variable(one.name) for one in fields(Settings)]
    assert all(default and why for _, default, why in described())
    assert "ROSTRUM_PORT" not in os.environ, "the tests would not see the defaults"
