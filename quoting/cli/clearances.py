"""`chipquote clearances`: keep, list and take back judgements about parties in the configured database."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from quoting.adapters.sql.keys import DEFAULT_TENANT
from quoting.application.clearances import ClearanceNotFound, ClearanceRecord, TooManyClearances, Withdrawal
from quoting.bootstrap import opened_clearances
from quoting.config import Settings
from quoting.domain.controls.clearances import RedFlag
from quoting.wire.clearance import load_clearance, load_withdrawal, print_clearance
from quoting.wire.shapes import present

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
_TENANT = click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="Whose answers say it.")
_BY = click.option("--by", required=True, help="Who judges.")
_WHY = click.option("--why", required=True, help="On what grounds.")


@click.group()
def clearances() -> None:
    """What was looked into and is remembered: a likeness that is no match, a red flag that is closed."""


@clearances.command()
@click.option("--party", required=True, help="The party's name.")
@click.option("--alias", "aliases", multiple=True, help="Another name of it that was looked at.")
@click.option("--country", help="The country it is in; without one it was not known.")
@click.option("--list", "source", help="The list of the entry that the party is not.")
@click.option("--entry", help="The entry's name on that list.")
@click.option("--digest", help="Which of several entries of that name.")
@click.option(
    "--red-flag",
    type=click.Choice([flag.value for flag in RedFlag]),
    help="In the place of an entry: the red flag that is closed.",
)
@_BY
@click.option("--on", "day", help="The day of the judgement, YYYY-MM-DD; default: today.")
@_WHY
@_TENANT
@_JSON
def add(
    party: str, aliases: tuple[str, ...], country: str | None, source: str | None, entry: str | None,
    digest: str | None, red_flag: str | None, by: str, day: str | None, why: str, tenant: str, as_json: bool,
) -> None:  # fmt: skip
    """Keep a judgement; an exact hit of a list cannot be cleared."""
    named = present(list=source, name=entry, digest=digest)
    document = present(
        party={"name": party, "aliases": list(aliases), "country": country},
        entry=named or None,
        red_flag=red_flag,
        by=by,
        on=day,
        why=why,
    )
    today = datetime.now(UTC).date()
    with opened_clearances(Settings.from_env(os.environ)) as (kept, market):
        judgement = load_clearance(document, market.snapshot(market.pin(today)).rules, today)
        try:
            record = kept.add(tenant, judgement)
        except TooManyClearances as refused:
            raise click.ClickException(str(refused)) from refused
    click.echo(json.dumps(_printed(record), ensure_ascii=False) if as_json else f"kept {record.clearance.id}")


@clearances.command("list")
@_TENANT
@_JSON
def list_clearances(tenant: str, as_json: bool) -> None:
    """List what a tenant has judged, what was taken back too."""
    with opened_clearances(Settings.from_env(os.environ)) as (kept, _):
        records = kept.records(tenant)
    if as_json:
        click.echo(json.dumps([_printed(record) for record in records], ensure_ascii=False))
        return
    table = Table("id", "party", "is not, or closed", "by", "on", "why", "taken back")
    for record in records:
        c = record.clearance
        about = f"{c.entry.name} ({c.entry.list})" if c.entry else c.flag
        table.add_row(c.id, c.party, about, c.by, c.on.isoformat(), c.why, _instant(record.revoked_at) or "–")
    Console().print(table)


@clearances.command()
@click.argument("clearance_id", metavar="ID")
@_BY
@_WHY
@_TENANT
def revoke(clearance_id: str, by: str, why: str, tenant: str) -> None:
    """Take a clearance back; answers that were given with it stay as they are."""
    withdrawal = Withdrawal(*load_withdrawal({"by": by, "why": why}))
    with opened_clearances(Settings.from_env(os.environ)) as (kept, _):
        try:
            kept.revoke(tenant, clearance_id, withdrawal)
        except ClearanceNotFound as missing:
            raise click.UsageError(f"tenant {tenant} has no clearance {clearance_id}") from missing
    click.echo(f"taken back {clearance_id}")


def _printed(record: ClearanceRecord) -> dict[str, Any]:
    taken = record.withdrawal
    revoked = None if taken is None else {"at": _instant(record.revoked_at), "by": taken.by, "why": taken.why}
    return {**print_clearance(record.clearance), "created_at": _instant(record.created_at), "revoked": revoked}


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")
