"""`chipquote audit`: verify the record, carry it away, hold it, and note what happened to a quote later."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import click

from quoting.application.audit import verify as verify_record
from quoting.bootstrap import opened_record
from quoting.cli.exits import Exit
from quoting.config import Settings
from quoting.domain.errors import QuoteNotFound
from quoting.domain.record import Head, Kind

EVENTS = ("export", "reexport", "end")


@click.group()
def audit() -> None:
    """The record: every quote and export check, in a chain of hashes a tenant."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option(
    "--head",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of `audit export`: a tail cut off since, or a chain written anew, shows only against it.",
)
def verify(as_json: bool, kept: Path | None) -> None:
    """Follow every chain from its beginning; ends with 9 where one does not hold."""
    with opened_record(Settings.from_env(os.environ)) as (record, _):
        found = verify_record(record, {} if kept is None else _heads_of(kept))
    if as_json:
        document = {"verified": not found.faults, "tenants": found.tenants, "entries": found.entries}
        click.echo(json.dumps({**document, "faults": [asdict(fault) for fault in found.faults]}))
    else:
        for fault in found.faults:
            click.echo(f"tenant {fault.tenant}, entry {fault.seq}: {fault.problem}")
        click.echo(f"{found.entries} entries of {found.tenants} tenants, {len(found.faults)} faults")
    if found.faults:
        sys.exit(Exit.MISMATCH)


@audit.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--tenant", help="Only this one's.")
def export(file: Path, tenant: str | None) -> None:
    """Write the record as JSON lines: first the heads, then every entry. Keep it outside of the database."""
    with opened_record(Settings.from_env(os.environ)) as (record, _):
        heads = [head for head in record.heads() if tenant in (None, head.tenant)]
        new = file.with_name(f"{file.name}.new")
        count = 0
        with new.open("w", encoding="utf-8") as lines:
            now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            first = {"format": "chipquote-record-1", "exported_at": now, "heads": [asdict(head) for head in heads]}
            lines.write(json.dumps(first, ensure_ascii=False) + "\n")
            for head in heads:
                for entry in record.entries(head.tenant):
                    if entry.seq > head.seq:  # written since the heads were read
                        break
                    lines.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
                    count += 1
        os.replace(new, file)
    click.echo(f"{count} entries of {len(heads)} tenants in {file}")


@audit.command()
@click.argument("subject")
@click.option("--reason", required=True, help="Who asked for it; kept in the record.")
def hold(subject: str, reason: str) -> None:
    """Legal hold: nothing of this quote or export check may be deleted until it is released."""
    _note(Kind.HELD, subject, {"reason": reason}, datetime.now(UTC).date())


@audit.command()
@click.argument("subject")
@click.option("--reason", required=True, help="Who allowed it; kept in the record.")
def release(subject: str, reason: str) -> None:
    """End a legal hold; the years of keeping go on."""
    _note(Kind.RELEASED, subject, {"reason": reason}, datetime.now(UTC).date())


@audit.command()
@click.argument("subject")
@click.option("--what", type=click.Choice(EVENTS), required=True, help="15 CFR 762.6 (a).")
@click.option("--on", "day", required=True, help="The day it happened, YYYY-MM-DD.")
def event(subject: str, what: str, day: str) -> None:
    """Note an export, a known re-export or the end of the transaction: the years of keeping count from the latest."""
    try:
        happened = date.fromisoformat(day)
    except ValueError:
        raise click.BadParameter("YYYY-MM-DD", param_hint="--on") from None
    _note(Kind.EVENT, subject, {"what": what, "on": day}, happened)


def _note(kind: Kind, subject: str, facts: Mapping[str, str], on: date) -> None:
    with opened_record(Settings.from_env(os.environ)) as (record, _):
        try:
            tenant = record.note(kind, subject, facts, on)
        except QuoteNotFound as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{kind.value}: {subject} of tenant {tenant}")


def _heads_of(file: Path) -> dict[str, Head]:
    with file.open(encoding="utf-8") as lines:
        try:
            heads = [Head(**head) for head in json.loads(lines.readline())["heads"]]
        except (ValueError, KeyError, TypeError) as error:
            raise click.BadParameter(f"{file} is no export of the record", param_hint="--head") from error
    return {head.tenant: head for head in heads}
