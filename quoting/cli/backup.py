"""`chipquote backup`: the embedded database in one file, also while the service runs."""

from __future__ import annotations

import os
from pathlib import Path

import click

from quoting.adapters.sql import backup as copies
from quoting.config import Settings


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the embedded database into FILE, as of one moment."""
    settings = Settings.from_env(os.environ)
    try:
        copy = copies.backup(settings.database_url, file)
    except copies.NotEmbedded as error:
        raise click.UsageError(str(error)) from error
    except (copies.DamagedCopy, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{file}: {copy.quotes} quotes, {copy.results} results, {copy.size_bytes:,} bytes")
