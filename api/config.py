"""Every setting, its default, and why it is there. Each is read from the environment as ROSTRUM_<NAME>."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from schemas.fields import Uri

PREFIX: Final = "ROSTRUM_"
DIGITS: Final = re.compile(r"[0-9]{1,9}")


def setting(default: Any, why: str, *, least: int = 0, most: int = 0, shown: str = "") -> Any:
    """Declare a setting with its default and one line of why; a number with its bounds, 0 as `shown` where it has a meaning of its own."""
    return field(default=default, metadata={"why": why, "bounds": (least, most), "shown": shown or str(default)})


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process serves."""

    data: str = setting("data", "the folder with the dataset that `serve` checks, builds and serves")
    snapshot: str = setting("", "the snapshot to serve", shown="the one of the dataset")
    cache: str = setting("", "the folder that snapshots are kept in", shown="`rostrum` in the user's cache folder")
    host: str = setting("127.0.0.1", "the address to listen on; a public service listens behind a proxy that ends TLS")
    port: int = setting(8000, "the port to listen on", least=1, most=65_535)
    workers: int = setting(0, "how many processes serve", least=1, most=1_024, shown="one for each core")
    threads: int = setting(4, "how many threads of each worker answer; a slow reader of a large export holds one", least=1, most=256)
    kept: int = setting(48, "how many MiB of whole answers each worker keeps, to give them again; 0 for none", least=0, most=65_536)
    public_url: str = setting("", "the address that clients see, for formats that demand absolute links", shown="the request's own")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Settings:
        """Return the settings of an environment, one that is empty being left out; what is `given` and not None goes first.

        :raises ValueError: a ROSTRUM_ variable is no setting, or its value cannot be one.
        """
        known = {variable(one.name): one for one in fields(cls)}
        unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise ValueError(f"{unknown[0]} is no setting; the settings are {', '.join(sorted(known))}")
        found = {one.name: _value(name, environment[name], one) for name, one in known.items() if environment.get(name)}
        return cls(**found | {name: value for name, value in given.items() if value is not None})

    @property
    def cache_folder(self) -> Path:
        """The folder that snapshots are kept in (XDG Base Directory Specification).

        :raises RuntimeError: there is no home folder.
        """
        if self.cache:
            return Path(self.cache)
        home = os.environ.get("XDG_CACHE_HOME", "")
        return (Path(home) if Path(home).is_absolute() else Path("~/.cache").expanduser()) / "rostrum"


def _value(name: str, text: str, one: Any) -> Any:
    """Return the value of a variable.

    :raises ValueError: it is no number within bounds where one is asked for, or no address.
    """
    least, most = one.metadata["bounds"]
    if most and not (DIGITS.fullmatch(text) and least <= int(text) <= most):
        raise ValueError(f"{name} is {text!r}; write a whole number from {least} to {most}")
    if one.name == "public_url" and not Uri.pattern.fullmatch(text):
        raise ValueError(f"{name} is {text!r}; write an address such as https://debates.example.org")
    return int(text) if most else text


def variable(name: str) -> str:
    """Return the variable of the environment that a setting is read from."""
    return f"{PREFIX}{name.upper()}"


def bounds(name: str) -> tuple[int, int]:
    """Return the least and the largest value of a setting that is a number."""
    found: tuple[int, int] = next(one.metadata["bounds"] for one in fields(Settings) if one.name == name)
    return found


def described() -> list[tuple[str, str, str]]:
    """Return variable, default and reason of every setting."""
    return [(variable(one.name), one.metadata["shown"], one.metadata["why"]) for one in fields(Settings)]
