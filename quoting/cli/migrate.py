"""`python -m quoting.cli.migrate`: newest schema and first key; compose runs it before everything else."""

from __future__ import annotations

import os

import click

from quoting.adapters.sql.keys import new_key
from quoting.application.errors import StoreUnavailable
from quoting.bootstrap import key_ring
from quoting.config import Settings


@click.command()
def migrate() -> None:
    """Safe to run with every start, also beside a running service: keys in use stay good."""
    settings = Settings.from_env(os.environ)
    try:
        with key_ring(settings) as keys:
            if settings.api_key:
                keys.set_first(settings.api_key)
            elif not keys.records():
                key = new_key()
                keys.set_first(key)
                click.echo(f"API key: {key}", err=True)
    except StoreUnavailable as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    migrate()
