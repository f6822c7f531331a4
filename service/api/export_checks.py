"""Export checks: determinations, answered at once."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from quoting.application.reference import reference_of_today
from quoting.domain.controls.determine import determine
from quoting.wire.export_check import dump_determination, load_transaction, load_transactions
from service.answers import Answer
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
    reference = reference_of_today(deps().market, deps().clock)
    transaction = load_transaction(document, reference.catalogue.chips, deps().clock.today())
    return json_response(dump_determination(determine(transaction, reference.rules)))


@door(
    export_checks, "POST", "/batch", scope=SCOPE, body="Transactions",
    says={200: Answer("The determinations, in the order of the transactions", "Determinations")},
)  # fmt: skip
def check_exports() -> Response:
    """Determine up to 1,000 transactions; one that is wrong refuses all"""
    document = read_json(LARGE_LIMIT)
    reference = reference_of_today(deps().market, deps().clock)
    transactions = load_transactions(document, reference.catalogue.chips, deps().clock.today())
    return json_response([dump_determination(determine(each, reference.rules)) for each in transactions])
