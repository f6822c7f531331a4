"""The program `chipquote`."""

from __future__ import annotations

import sys
import traceback
from importlib import import_module

import click

from quoting.cli.exits import Exit, RemoteError
from quoting.domain.errors import NotJson, RequestInvalid

COMMANDS = {
    "quote": "quoting.cli.quotes:quote",
    "frontier": "quoting.cli.frontier:frontier",
    "check-export": "quoting.cli.export_checks:check_export",
    "explain": "quoting.cli.explain:explain",
    "timeline": "quoting.cli.timeline:show_timeline",
    "lists": "quoting.cli.lists:lists",
    "check-catalogue": "quoting.cli.checks:check_catalogue",
    "check-rules": "quoting.cli.checks:check_rules",
    "up": "quoting.cli.up:up",
    "status": "quoting.cli.status:status",
    "keys": "quoting.cli.keys:keys",
    "clearances": "quoting.cli.clearances:clearances",
    "backup": "quoting.cli.backup:backup",
    "audit": "quoting.cli.audit:audit",
    "replay": "quoting.cli.replay:replay",
    "demo": "quoting.cli.demo:demo",
}


class Program(click.Group):
    """Loads a command when it is called for: an export check starts no service and waits for none of its libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Program)
def cli() -> None:
    """Procurement quotes for AI chips: price, export law and allocation in one exact answer."""


def main() -> None:
    """Run the program; every failure has the exit code of the contract and one line on standard error."""
    try:
        cli()
    except (RequestInvalid, NotJson) as error:
        explain_refusal(error)
        sys.exit(Exit.INVALID)
    except RemoteError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit)
    except Exception:
        traceback.print_exc()
        sys.exit(Exit.UNEXPECTED)


def explain_refusal(error: RequestInvalid | NotJson) -> None:
    """Name the bad fields on standard error."""
    if isinstance(error, NotJson):
        click.echo(f"not JSON: {error}", err=True)
    else:
        for fault in error.faults:
            click.echo(f"{fault.pointer or '/'}: {fault.detail} ({fault.code})", err=True)
