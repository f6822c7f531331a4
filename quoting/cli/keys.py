"""`chipquote keys`: make, list and revoke API keys in the configured database."""

from __future__ import annotations

import json
import os
from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

from quoting.adapters.sql.keys import DEFAULT_SCOPES, DEFAULT_TENANT, SCOPES
from quoting.bootstrap import key_ring
from quoting.config import Settings

_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")


@click.group()
def keys() -> None:
    """API keys. A key is shown once; only its hash is kept."""


@keys.command()
@click.option("--tenant", default=DEFAULT_TENANT, show_default=True, help="Whose quotes it sees.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="Default: all but clearances and admin."
)
@_JSON
def create(tenant: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a key and print it, once."""
    if not tenant.strip() or len(tenant) > 200 or not tenant.isprintable():
        raise click.BadParameter("1 to 200 visible characters", param_hint="--tenant")
    granted = tuple(dict.fromkeys(scopes)) or DEFAULT_SCOPES
    with key_ring(Settings.from_env(os.environ)) as ring:
        key_id, key = ring.create(tenant, granted)
    if as_json:
        click.echo(json.dumps({"id": key_id, "key": key, "tenant": tenant, "scopes": list(granted)}))
    else:
        click.echo(f"id      {key_id}\nkey     {key}\ntenant  {tenant}\nscopes  {' '.join(granted)}")


@keys.command("list")
@_JSON
def list_keys(as_json: bool) -> None:
    """List all keys, revoked ones too, without the keys themselves."""
    with key_ring(Settings.from_env(os.environ)) as ring:
        records = ring.records()
    rows = [
        {
            "id": record.id,
            "prefix": record.prefix,
            "tenant": record.tenant,
            "scopes": list(record.scopes),
            "created_at": _instant(record.created_at),
            "revoked_at": _instant(record.revoked_at),
        }
        for record in records
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    table = Table("id", "begins with", "tenant", "scopes", "made", "revoked")
    for record in records:
        made, ended = _instant(record.created_at), _instant(record.revoked_at)
        table.add_row(record.id, record.prefix, record.tenant, " ".join(record.scopes), made, ended or "–")
    Console().print(table)


@keys.command()
@click.argument("key_id", metavar="ID")
def revoke(key_id: str) -> None:
    """End a key; it is refused within five seconds."""
    with key_ring(Settings.from_env(os.environ)) as ring:
        if not ring.revoke(key_id):
            raise click.UsageError(f"there is no key {key_id}")
    click.echo(f"revoked {key_id}")


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")
