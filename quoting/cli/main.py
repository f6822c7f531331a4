"""The program `chipquote`."""

from __future__ import annotations

import sys
import traceback

import click

from quoting.cli.checks import check_catalogue, check_rules
from quoting.cli.demo import demo
from quoting.cli.exits import Exit
from quoting.cli.export_checks import check_export
from quoting.cli.quotes import explain_refusal, quote
from quoting.cli.remote import JobFailed, NotAllowed, NotReached, StillRunning
from quoting.cli.up import up
from quoting.domain.errors import NotJson, RequestInvalid

_CODES = {
    NotAllowed: Exit.NOT_ALLOWED,
    JobFailed: Exit.JOB_FAILED,
    StillRunning: Exit.STILL_RUNNING,
    NotReached: Exit.NOT_REACHED,
}


@click.group()
def cli() -> None:
    """Procurement quotes for AI chips: price, export law and allocation in one exact answer."""


for command in (quote, check_export, check_catalogue, check_rules, up, demo):
    cli.add_command(command)


def main() -> None:
    """Run the program; every failure has the exit code of the contract and one line on standard error."""
    try:
        cli()
    except (RequestInvalid, NotJson) as error:
        sys.exit(explain_refusal(error))
    except tuple(_CODES) as error:
        click.echo(str(error), err=True)
        sys.exit(_CODES[type(error)])
    except Exception:
        traceback.print_exc()
        sys.exit(Exit.UNEXPECTED)
