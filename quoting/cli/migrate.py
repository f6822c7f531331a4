"""`python -m quoting.cli.migrate`: newest schema and first key; compose runs it before everything else."""

from __future__ import annotations

import os

import click

from quoting.adapters.sql.keys import new_key
from quoting.bootstrap import prepare_database
from quoting.config import Settings


@click.command()
def migrate() -> None:
    """Safe to run with every start."""
    settings = Settings.from_env(os.environ)
    key = settings.api_key or new_key()
    prepare_database(settings, key)
    if not settings.api_key:
        click.echo(f"API key: {key}", err=True)


if __name__ == "__main__":
    migrate()
