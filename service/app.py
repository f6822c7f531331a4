"""The Flask application."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, request
from flask_smorest import Api
from werkzeug.exceptions import NotAcceptable

from quoting.bootstrap import VERSION, Dependencies
from service import deps
from service.api.export_checks import export_checks
from service.api.operations import operations
from service.api.quotes import WAITERS, quotes
from service.auth import API, install_authentication
from service.problems import install_error_handlers
from service.waiting import Waiters

_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
OPENAPI: dict[str, Any] = {
    "API_TITLE": "chipquote",
    "API_VERSION": VERSION,
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    },
}


def create_app(dependencies: Dependencies) -> Flask:
    """The service over its dependencies. It redirects nowhere and answers no HTML."""
    app = Flask("service", static_folder=None)
    app.config.update(OPENAPI, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    deps.install(app, dependencies)
    app.extensions[WAITERS] = Waiters(dependencies.settings.api_threads)
    app.before_request(_identify)
    app.before_request(_check_accept)
    api = Api(app)
    for blueprint in (quotes, export_checks, operations):
        api.register_blueprint(blueprint)
    install_authentication(app)
    install_error_handlers(app)
    app.after_request(_finish)
    return app


def _identify() -> None:
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if _REQUEST_ID.fullmatch(sent) else str(uuid4())


def _check_accept() -> None:
    if request.path.startswith(API) and request.accept_mimetypes and not request.accept_mimetypes.accept_json:
        raise NotAcceptable("the answer is application/json")


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store" if not response.get_etag()[0] else "no-cache")
    return response
