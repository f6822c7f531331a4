"""For those who run the service: alive, ready, which version. No key is needed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from flask_smorest import Blueprint

from quoting.application.ports import QueueUnavailable, StoreUnavailable
from quoting.bootstrap import VERSION
from quoting.domain.errors import ReferenceDataBroken
from service.deps import deps
from service.problems import problem
from service.resources import json_response

operations = Blueprint("operations", __name__, description="Operations")


@operations.route("/healthz", methods=["GET"])
@operations.alt_response(200, description="The process answers", success=True)
def healthz() -> Response:
    """Is the process alive?"""
    return json_response({"status": "ok"})


@operations.route("/readyz", methods=["GET"])
@operations.alt_response(200, description="Quotes can be accepted; Redis may be down", success=True)
def readyz() -> Response:
    """Can quotes be accepted, and which part fails?"""
    d = deps()
    parts = {
        "database": _state(d.store.ping, StoreUnavailable),
        "reference_data": _state(lambda: d.market.pin(d.clock.today()), ReferenceDataBroken),
        "redis": _state(d.queue.depth, QueueUnavailable),
    }
    # Without Redis quotes are accepted all the same, and computed when it is back.
    failing = [name for name in ("database", "reference_data") if parts[name] != "ok"]
    if not failing:
        return json_response({"status": "ready", "parts": parts})
    detail = f"failing: {', '.join(failing)}"
    return problem(503, "not_ready", "Not ready", detail, headers={"Retry-After": "1"}, parts=parts)


@operations.route("/version", methods=["GET"])
@operations.alt_response(200, description="Version of the program and digest of its reference data", success=True)
def version() -> Response:
    """Which version answers, with which reference data?"""
    return json_response({"name": "chipquote", "version": VERSION, "reference_data": deps().market.reference})


def _state(check: Callable[[], object], failure: type[Exception]) -> str:
    try:
        check()
    except failure:
        return "failing"
    return "ok"
