"""For those who run the service: alive, ready, which version, how it does, what it can. No key is needed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

from flask import Response
from flask_smorest import Blueprint
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.exceptions import NotFound

from quoting.adapters.broker_policy import EvictingBroker, check_broker
from quoting.application.errors import QueueUnavailable, StoreUnavailable
from quoting.bootstrap import VERSION
from quoting.domain.errors import ReferenceDataBroken
from service.answers import PROBLEM, Answer
from service.deps import deps
from service.doors import door
from service.problems import problem
from service.resources import json_response

HTML, SCRIPT, STYLE, PLAIN = "text/html", "text/javascript", "text/css", "text/plain"
SWAGGER = files("flask_swagger_ui") / "dist"
ASSETS = {"swagger-ui-bundle.js": SCRIPT, "swagger-ui.css": STYLE}
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>chipquote API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = 'SwaggerUIBundle({url: "/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null});\n'

operations = Blueprint("operations", __name__, description="Operations")


@door(operations, "GET", "/healthz", scope=None, query=None, says={200: Answer("The process answers", "Alive")})
def healthz() -> Response:
    """Is the process alive?"""
    return json_response({"status": "ok"})


@door(
    operations, "GET", "/readyz", scope=None, query=None,
    says={
        200: Answer("Quotes can be accepted; Redis may be down", "Readiness"),
        503: Answer("They cannot; `parts` names what fails", "Problem", PROBLEM, headers=("Retry-After",)),
    },
)  # fmt: skip
def readyz() -> Response:
    """Can quotes be accepted, and which part fails?"""
    d = deps()
    parts = {
        "database": _state(d.store.ping, StoreUnavailable),
        "reference_data": _state(lambda: d.market.pin(d.clock.today()), ReferenceDataBroken),
        "redis": _state(d.queue.depths, QueueUnavailable),
        "broker_policy": _state(lambda: check_broker(d.settings.redis_url), EvictingBroker),
    }
    # Without Redis quotes are accepted all the same, and computed when it is back.
    failing = [name for name, state in parts.items() if state != "ok" and name != "redis"]
    if not failing:
        return json_response({"status": "ready", "parts": parts})
    detail = f"failing: {', '.join(failing)}"
    return problem(503, "not_ready", "Not ready", detail, headers={"Retry-After": "1"}, parts=parts)


@door(operations, "GET", "/version", scope=None, query=None, says={200: Answer("Program and data", "Version")})
def version() -> Response:
    """Which version answers, with which reference data?"""
    return json_response({"name": "chipquote", "version": VERSION, "reference_data": deps().market.reference})


@door(operations, "GET", "/metrics", scope=None, query=None, says={200: Answer("Prometheus text", media_type=PLAIN)})
def metrics() -> Response:
    """How does it do, in all its processes?"""
    d = deps()
    return Response(d.meter.exposition(d.census, d.queue.depths), content_type=CONTENT_TYPE_LATEST)


@door(operations, "GET", "/docs", scope=None, query=None, says={200: Answer("The page", media_type=HTML)})
def docs() -> Response:
    """Read this document as a page; everything it loads comes from here"""
    return _asset(PAGE, HTML)


@door(operations, "GET", "/docs/<name>", scope=None, query=None, says={200: Answer("The file", media_type="*/*")})
def docs_asset(name: str) -> Response:
    """What the page loads"""
    if name == "start.js":
        return _asset(START, SCRIPT)
    if name not in ASSETS:
        raise NotFound("no such file")
    return _asset((SWAGGER / name).read_text(encoding="utf-8"), ASSETS[name])


def _asset(text: str, media_type: str) -> Response:
    response = Response(text, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Security-Policy"] = STRICT
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _state(check: Callable[[], object], failure: type[Exception]) -> str:
    try:
        check()
    except failure:
        return "failing"
    return "ok"
