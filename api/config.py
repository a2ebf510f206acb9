"""Every setting, its default, and why it is there. Each is read from the environment as ROSTRUM_<NAME>."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "ROSTRUM_"


def setting(default: str, why: str) -> Any:
    """Declare a setting with its default and one line of why."""
    return field(default=default, metadata={"why": why})


@dataclass(frozen=True, slots=True)
class Settings:
    """How this process serves."""

    data: str = setting("data", "the folder with the dataset that `serve` checks, builds and serves")
    snapshot: str = setting("", "the snapshot to serve; empty: the one of the dataset in DATA")
    cache: str = setting("", "the folder that snapshots are kept in; empty: `rostrum` in the user's cache folder")
    host: str = setting("127.0.0.1", "the address to listen on; a public service listens behind a proxy that ends TLS")
    port: str = setting("8000", "the port to listen on")
    workers: str = setting("", "how many processes serve; empty: one for each core")
    threads: str = setting("1", "how many threads of each worker answer; Python runs one at a time, so more cost and gain little")
    public_url: str = setting("", "the address that clients see, for formats that demand absolute links; empty: the request's own")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: Any) -> Settings:
        """Return the settings of an environment; what is `given` and not None goes first.

        :raises ValueError: the environment holds a ROSTRUM_ variable that is no setting.
        """
        known = {f"{PREFIX}{one.name.upper()}": one.name for one in fields(cls)}
        unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise ValueError(f"{unknown[0]} is no setting; the settings are {', '.join(sorted(known))}")
        found = {name: environment[variable] for variable, name in known.items() if variable in environment}
        return cls(**found | {name: str(value) for name, value in given.items() if value is not None})

    @property
    def cache_folder(self) -> Path:
        """The folder that snapshots are kept in (XDG Base Directory Specification)."""
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return Path(self.cache) if self.cache else home / "rostrum"


def described() -> list[tuple[str, str, str]]:
    """Return variable, default and reason of every setting."""
    return [(f"{PREFIX}{one.name.upper()}", "" if one.default is MISSING else str(one.default), one.metadata["why"]) for one in fields(Settings)]
