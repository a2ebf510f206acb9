"""The command line. A command is imported when it is named: what checks a dataset loads no server."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import click

from .console import fail

COMMANDS: Final = ("build", "check", "fix", "generate", "new", "reload", "serve")


class Commands(click.Group):
    """The commands by their names, each of them in the module of `api.commands` that has its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"api.commands.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the machine refuses, and no command has an answer to, is said on one line."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # whoever read has gone, and misses nothing
            raise
        except OSError as error:
            fail(f"{error.filename or 'standard output'}: {error.strerror or error}")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 140})
@click.version_option(package_name="rostrum")
def main() -> None:
    """Structured debate data: who claimed what, on which words, under which conditions, about which events, and who disputes it.

    Exit codes: 0 fine, 1 the data or the snapshot has problems, 2 wrong use.
    """


if __name__ == "__main__":
    main(prog_name="rostrum")
