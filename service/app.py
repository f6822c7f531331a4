"""The Flask application."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import Flask, Response
from werkzeug.exceptions import NotAcceptable

from quoting.adapters import logs
from quoting.bootstrap import Dependencies
from service import deps
from service.api.catalogue import catalogue
from service.api.clearances import clearances
from service.api.export_checks import export_checks
from service.api.operations import operations
from service.api.quotes import REFUSALS, WAITERS, quotes
from service.asked import around, asked
from service.auth import API, install_authentication
from service.openapi import SETTINGS, describe
from service.problems import install_error_handlers
from service.refusals import Refusals
from service.waiting import Waiters

_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")


def create_app(dependencies: Dependencies) -> Flask:
    """The service over its dependencies. It redirects nowhere, and under /v1 it answers no HTML."""
    app = _Service("service", static_folder=None)
    app.config.update(SETTINGS, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.url_map.merge_slashes = False
    deps.install(app, dependencies)
    app.extensions[WAITERS] = Waiters(dependencies.settings.api_threads)
    app.extensions[REFUSALS] = Refusals()
    app.before_request(_identify)
    app.before_request(_check_accept)
    describe(app, quotes, export_checks, clearances, catalogue, operations)
    install_authentication(app)
    install_error_handlers(app)
    app.after_request(_finish)
    return app


class _Service(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Flask asks six functions of every request whether they are coroutines; none of ours is."""
        return func


def _identify() -> None:
    sent, about = asked().environ.get("HTTP_X_REQUEST_ID", ""), around()
    about.request_id = sent if _REQUEST_ID.fullmatch(sent) else str(uuid4())
    about.began = time.perf_counter()
    logs.about(request_id=about.request_id)


def _check_accept() -> None:
    this = asked()
    if "HTTP_ACCEPT" not in this.environ or not this.path.startswith(API):
        return
    if this.accept_mimetypes and not this.accept_mimetypes.accept_json:
        raise NotAcceptable("the answer is application/json")


def _finish(response: Response) -> Response:
    headers, about = response.headers, around()
    headers.add("X-Request-Id", about.request_id)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cache-Control", "no-cache" if "ETag" in headers else "no-store")
    _account(response, about)
    return response


def _account(response: Response, about: Any) -> None:
    """Count the request, and log it with what it was about."""
    this, d, seconds = asked(), deps.deps(), time.perf_counter() - about.began
    route = "none" if this.url_rule is None else this.url_rule.rule
    d.meter.request(this.method if route != "none" else "any", route, response.status_code, seconds)
    said = {"tenant": about.caller.tenant} if "caller" in about else {}
    said |= {name: str(value) for name, value in (this.view_args or {}).items()}
    if response.location:
        said["quote_id"] = response.location.rpartition("/")[2]
    milliseconds = round(seconds * 1000, 1)
    d.log.info("request", method=this.method, route=route, status=response.status_code, ms=milliseconds, **said)
