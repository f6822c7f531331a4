"""Clearances: what a tenant has judged of a party, remembered for later answers."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from quoting.application.clearances import ClearanceRecord, Withdrawal
from quoting.application.reference import reference_of_today
from quoting.wire.clearance import load_clearance, load_withdrawal, print_clearance
from service.answers import Answer
from service.auth import caller
from service.bodies import LIMIT, read_json
from service.deps import deps
from service.doors import door
from service.resources import instant, json_response

SCOPE = "clearances"
clearances = Blueprint(
    "clearances", __name__, url_prefix="/v1/clearances", description="Judgements that are remembered"
)


@door(
    clearances, "POST", "", scope=SCOPE, body="Judgement",
    says={201: Answer("It is kept, and later answers say so", "Clearance")},
)  # fmt: skip
def add_clearance() -> Response:
    """Declare that a party is not an entry it resembles, or that a red flag of it is closed"""
    d = deps()
    judgement = load_clearance(read_json(LIMIT), reference_of_today(d.market, d.clock).rules, d.clock.today())
    return json_response(_printed(d.clearances.add(caller().tenant, judgement)), 201)


@door(
    clearances, "GET", "", scope=SCOPE,
    says={200: Answer("All that the tenant has judged, oldest first, what was taken back too", "Clearances")},
)  # fmt: skip
def list_clearances() -> Response:
    """List what the tenant has judged"""
    return json_response({"data": [_printed(each) for each in deps().clearances.records(caller().tenant)]})


@door(
    clearances, "POST", "/<clearance_id>/revoke", scope=SCOPE, body="Withdrawal",
    says={200: Answer("It is taken back, and holds for no later answer", "Clearance")},
)  # fmt: skip
def revoke_clearance(clearance_id: str) -> Response:
    """Take a clearance back"""
    withdrawal = Withdrawal(*load_withdrawal(read_json(LIMIT)))
    return json_response(_printed(deps().clearances.revoke(caller().tenant, clearance_id, withdrawal)))


def _printed(record: ClearanceRecord) -> dict[str, Any]:
    taken = record.withdrawal
    revoked = None if taken is None else {"at": instant(record.revoked_at), "by": taken.by, "why": taken.why}
    return {**print_clearance(record.clearance), "created_at": instant(record.created_at), "revoked": revoked}
