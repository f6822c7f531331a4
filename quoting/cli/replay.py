"""`chipquote replay`: compute a stored quote or export check again from its pinned inputs, and compare digests."""

from __future__ import annotations

import hashlib
import json
import os
import sys

import click

from quoting.adapters.market import PackagedMarket
from quoting.adapters.sql.record_reading import SqlRecord
from quoting.application.quotes import StoredCheck
from quoting.application.replay import Replay, replay_check
from quoting.application.replay import replay as replay_quote
from quoting.bootstrap import ENGINE, opened_record
from quoting.cli.exits import Exit
from quoting.config import Settings
from quoting.domain.answer import Quote
from quoting.domain.errors import QuoteHasNoResult, QuoteNotFound, SnapshotGone
from quoting.domain.request import QuoteRequest
from quoting.wire.determination import determination_with_flips
from quoting.wire.export_check import load_transaction
from quoting.wire.json_text import canonical
from quoting.wire.result import result_document


@click.command()
@click.argument("subject", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def replay(subject: str, as_json: bool) -> None:
    """Compute a stored quote or export check again; ends with 9 where another digest comes out, or an input is gone."""
    with opened_record(Settings.from_env(os.environ)) as (record, market):
        try:
            found = _again(subject, record, market)
        except (QuoteNotFound, QuoteHasNoResult) as error:
            raise click.ClickException(str(error)) from error
        except SnapshotGone as error:
            _say(as_json, {"id": subject, "equal": False, "gone": error.missing}, str(error))
            sys.exit(Exit.MISMATCH)
    words = f"the same result: {found.stored}" if found.equal else f"stored {found.stored}, now {found.replayed}"
    if not found.equal and found.cut_short:
        words += "; a solve of the stored quote was ended by its time limit, so that only its bound is promised"
    document = {"id": subject, "equal": found.equal, "stored": found.stored, "replayed": found.replayed}
    _say(as_json, {**document, "cut_short": found.cut_short}, words)
    if not found.equal:
        sys.exit(Exit.MISMATCH)


def _again(subject: str, record: SqlRecord, market: PackagedMarket) -> Replay:
    try:
        stored = record.stored(subject)
    except QuoteNotFound:
        return replay_check(record.stored_check(subject), lambda check: _answered_again(check, market))
    return replay_quote(stored, market, _digest)


def _answered_again(check: StoredCheck, market: PackagedMarket) -> str:
    catalogue, rules = market.law(check.reference, check.clearances)
    answer = determination_with_flips(load_transaction(check.document, catalogue.chips, check.on), rules)
    return hashlib.sha256(canonical(answer)).hexdigest()


def _digest(quote: Quote, request: QuoteRequest) -> str:
    digest: str = result_document(quote, request, ENGINE, {})["reproducibility"]["result"]
    return digest


def _say(as_json: bool, document: dict[str, object], words: str) -> None:
    click.echo(json.dumps(document) if as_json else words)
