"""Export checks: one determination, answered at once."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from quoting.application.reference import reference_of_today
from quoting.domain.controls.determine import determine
from quoting.wire.export_check import dump_determination, load_transaction
from service.auth import needs
from service.bodies import LIMIT, read_json
from service.deps import deps
from service.resources import json_response

export_checks = Blueprint("export_checks", __name__, url_prefix="/v1/export-checks", description="Export controls")


@export_checks.route("", methods=["POST"])
@export_checks.alt_response(200, description="The determination", success=True)
@needs("export-checks")
def check_export() -> Response:
    """Determine one transaction under the rules of its day"""
    document = read_json(LIMIT)
    reference = reference_of_today(deps().market, deps().clock)
    transaction = load_transaction(document, reference.catalogue.chips, deps().clock.today())
    return json_response(dump_determination(determine(transaction, reference.rules)))
