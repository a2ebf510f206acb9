"""`rostrum generate`: the files of a checkout that its code says."""

from __future__ import annotations

import click

from api import generate as generated
from api.console import refuse, say
from schemas.problems import InvalidDataset


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; name the files that are not fresh, and end with 1.")
def generate(only_check: bool) -> None:
    """Write the files of the checkout that are generated from its code: OpenAPI document, JSON Schemas for editors, data dictionary."""
    if not generated.is_checkout():
        raise click.UsageError("Rostrum does not run from a checkout here; there is nothing to generate")
    try:
        stale = generated.stale()
    except InvalidDataset as error:
        refuse(error.problems, generated.ROOT / "data")
    for name, text in stale.items():
        if only_check:
            say(f"{name} is not what the code says; run `rostrum generate`", err=True)
        else:
            generated.write(name, text)
            say(f"{name}: written")
    if only_check and stale:
        raise SystemExit(1)
