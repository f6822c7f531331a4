"""Export checks: determinations, answered at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from quoting.domain.snapshot import Pin, Snapshot
from quoting.wire.determination import determination_with_flips
from quoting.wire.export_check import load_transaction, load_transactions
from quoting.wire.json_text import canonical
from service.answers import Answer
from service.auth import caller
from service.bodies import LARGE_LIMIT, LIMIT, read_json
from service.deps import deps
from service.doors import door
from service.resources import json_response

SCOPE = "export-checks"
export_checks = Blueprint("export_checks", __name__, url_prefix="/v1/export-checks", description="Export controls")


@door(
    export_checks, "POST", "", scope=SCOPE, body="Transaction",
    says={200: Answer("The determination", "Determination")},
)  # fmt: skip
def check_export() -> Response:
    """Determine one transaction under the rules of its day"""
    document = read_json(LIMIT)
    pin, reference = _pinned()
    transaction = load_transaction(document, reference.catalogue.chips, deps().clock.today())
    answer = determination_with_flips(transaction, reference.rules)
    _record([document], [answer], pin)
    return json_response(answer)


@door(
    export_checks, "POST", "/batch", scope=SCOPE, body="Transactions",
    says={200: Answer("The determinations, in the order of the transactions", "Determinations")},
)  # fmt: skip
def check_exports() -> Response:
    """Determine up to 1,000 transactions; one that is wrong refuses all"""
    document = read_json(LARGE_LIMIT)
    pin, reference = _pinned()
    transactions = load_transactions(document, reference.catalogue.chips, deps().clock.today())
    answers = [determination_with_flips(each, reference.rules) for each in transactions]
    _record(document, answers, pin)
    return json_response(answers)


def _pinned() -> tuple[Pin, Snapshot]:
    """The reference data of today and what the caller's tenant has cleared."""
    d = deps()
    pin = d.market.pin(d.clock.today(), d.store.clearances(caller().tenant))
    return pin, d.market.snapshot(pin)


def _record(documents: Sequence[Any], answers: Sequence[Any], pin: Pin) -> None:
    """Keep every check before it is answered: what is not on record was not said."""
    texts = [
        (canonical(asked).decode(), canonical(answer).decode())
        for asked, answer in zip(documents, answers, strict=True)
    ]
    deps().store.record_checks(caller().tenant, texts, pin, deps().market.snapshot(pin).parts)
