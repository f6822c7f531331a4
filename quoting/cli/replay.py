"""`chipquote replay`: compute a stored quote again from its pinned inputs; the digest has to be the same."""

from __future__ import annotations

import json
import os
import sys

import click

from quoting.application.replay import replay as replay_quote
from quoting.bootstrap import ENGINE, opened_record
from quoting.cli.exits import Exit
from quoting.config import Settings
from quoting.domain.answer import Quote
from quoting.domain.errors import QuoteHasNoResult, QuoteNotFound, SnapshotGone
from quoting.domain.request import QuoteRequest
from quoting.wire.result import result_document


@click.command()
@click.argument("quote_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def replay(quote_id: str, as_json: bool) -> None:
    """Compute a stored quote again; ends with 9 where another digest comes out, or an input is gone."""
    with opened_record(Settings.from_env(os.environ)) as (record, market):
        try:
            found = replay_quote(record.stored(quote_id), market, _digest)
        except (QuoteNotFound, QuoteHasNoResult) as error:
            raise click.ClickException(str(error)) from error
        except SnapshotGone as error:
            _say(as_json, {"id": quote_id, "equal": False, "gone": error.missing}, str(error))
            sys.exit(Exit.MISMATCH)
    words = f"the same result: {found.stored}" if found.equal else f"stored {found.stored}, now {found.replayed}"
    if not found.equal and found.cut_short:
        words += "; a solve of the stored quote was ended by its time limit, so that only its bound is promised"
    document = {"id": quote_id, "equal": found.equal, "stored": found.stored, "replayed": found.replayed}
    _say(as_json, {**document, "cut_short": found.cut_short}, words)
    if not found.equal:
        sys.exit(Exit.MISMATCH)


def _digest(quote: Quote, request: QuoteRequest) -> str:
    digest: str = result_document(quote, request, ENGINE, {})["reproducibility"]["result"]
    return digest


def _say(as_json: bool, document: dict[str, object], words: str) -> None:
    click.echo(json.dumps(document) if as_json else words)
