"""`chipquote status`: which processes run here, and how many quotes there are."""

from __future__ import annotations

import json
import os
import sys

import click

from quoting.bootstrap import take_census
from quoting.cli.exits import Exit
from quoting.cli.run_state import read_processes
from quoting.config import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def status(as_json: bool) -> None:
    """Show the `up` of this data folder; ends with 10 when none runs."""
    settings = Settings.from_env(os.environ)
    processes = read_processes(settings.data_dir)
    if processes is None:
        click.echo(f"nothing runs in {settings.data_dir}", err=True)
        sys.exit(Exit.NOT_REACHED)
    census = take_census(settings)
    counts = {status.value: count for status, count in census.statuses.items()}
    if as_json:
        click.echo(json.dumps({"processes": processes, "quotes": counts, "oldest_queued_s": census.oldest_queued_s}))
        return
    for process in processes:
        click.echo(f"{process['name']:<12} pid {process['pid']:<8} since {process['since']}")
    click.echo(", ".join(f"{count} {name}" for name, count in counts.items()))
    if census.oldest_queued_s is not None:
        click.echo(f"the oldest queued quote has waited {census.oldest_queued_s:.0f} s")
