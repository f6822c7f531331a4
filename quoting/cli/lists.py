"""`chipquote lists`: the lists that names are looked up in, their age, and bringing in a newer copy."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table

from quoting.adapters.feeds.screening_list import ListRefused, import_list
from quoting.cli.local_law import local_law
from quoting.config import Settings
from quoting.domain.controls.rulebook import RuleBook


@click.group()
def lists() -> None:
    """The lists that names are looked up in. Nothing is fetched: you bring the file."""


@lists.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day of the file; default: when it was written.")
def bring_in(file: Path, as_of: datetime | None) -> None:
    """Import the Consolidated Screening List (consolidated.json) into the data folder.

    The last good copy stays where the file is broken or has lost more entries than the bound lets it. The service reads
    the lists when it starts.
    """
    seen = as_of.date() if as_of else datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
    data_dir = Settings.from_env(os.environ).data_dir
    try:
        done = import_list(file.read_bytes(), seen, data_dir, _least_share(local_law().rules))
    except ListRefused as refused:
        raise click.ClickException(str(refused)) from None
    for name, count in sorted(done.entries.items()):
        click.echo(f"{name}: {count:,} entries as of {done.as_of} (before: {done.before.get(name, 0):,})")


def _least_share(rules: RuleBook) -> int:
    return int(str(rules.rules["list-import"].parameters["least_share"].values[-1].value))


@lists.command("show")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def show(as_json: bool) -> None:
    """Each list with the day it was seen and its age."""
    today = datetime.now(UTC).date()
    sources = local_law().rules.lists
    if as_json:
        rows = [
            {"list": s.list, "as_of": s.as_of.isoformat(), "age_days": _age(s.as_of, today), "entries": s.entries}
            | {"imported": s.imported, "url": s.url}
            for s in sources
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    table = Table("list", "seen on", "age in days", "entries", "from", box=box.SIMPLE_HEAD)
    for s in sources:
        come = "imported" if s.imported else "shipped"
        table.add_row(s.list, s.as_of.isoformat(), str(_age(s.as_of, today)), f"{s.entries:,}", come)
    Console().print(table)


def _age(seen: date, today: date) -> int:
    return max((today - seen).days, 0)
