"""Every error as `application/problem+json` (RFC 9457): one table of codes, one handler for each kind of error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from quoting.application.clearances import ClearanceNotFound, TooManyClearances
from quoting.application.errors import StoreUnavailable, TooManyWaiting
from quoting.domain.errors import (
    DomainError,
    FieldFault,
    IdempotencyMismatch,
    NotJson,
    QuoteAlreadyEnded,
    QuoteHasNoResult,
    QuoteNotDone,
    QuoteNotFound,
    RequestInvalid,
)
from service.deps import deps

STATUS: dict[type[DomainError], int] = {
    NotJson: 400,
    RequestInvalid: 422,
    IdempotencyMismatch: 422,
    QuoteNotFound: 404,
    ClearanceNotFound: 404,
    TooManyClearances: 409,
    QuoteNotDone: 409,
    QuoteHasNoResult: 409,
    QuoteAlreadyEnded: 409,
    StoreUnavailable: 503,
    TooManyWaiting: 429,
}
TITLES = {
    "not_json": "The body is not strict JSON",
    "request_invalid": "The request breaks the contract",
    "idempotency_mismatch": "The idempotency key was used for another request",
    "quote_not_found": "There is no such quote",
    "clearance_not_found": "There is no such clearance",
    "too_many_clearances": "The tenant keeps as many clearances as it may",
    "not_done": "The quote is not done",
    "no_result": "The quote has no result",
    "already_ended": "The quote has already ended",
    "too_many_waiting": "Too many quotes wait",
    "unavailable": "The service cannot answer just now",
    "internal_error": "Something went wrong on our side",
}
HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    414: "uri_too_long",
    415: "unsupported_media_type",
    417: "expectation_failed",
    431: "headers_too_large",
    501: "not_implemented",
}
WAIT_AND_RETRY = {QuoteNotDone, StoreUnavailable, TooManyWaiting}


class Unauthorized(DomainError):
    code = "unauthorized"


class Forbidden(DomainError):
    code = "forbidden"

    def __init__(self, scope: str) -> None:
        super().__init__(f"the key lacks the scope {scope}")


STATUS |= {Unauthorized: 401, Forbidden: 403}
TITLES |= {"unauthorized": "No valid API key was given", "forbidden": "The key does not allow this"}


def problem_body(status: int, code: str, title: str, detail: str, request_id: str) -> dict[str, Any]:
    """What every problem document holds."""
    return {
        "type": f"urn:chipquote:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
    }


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    *,
    faults: Sequence[FieldFault] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """One error, as the caller gets it."""
    body = {**problem_body(status, code, title, detail, g.request_id), **more}
    if faults:
        body["errors"] = [{"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in faults]
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, dict(headers or {}), content_type="application/problem+json")


def install_error_handlers(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _domain_error(error: DomainError) -> Response:
    kind = next((kind for kind in type(error).__mro__ if kind in STATUS), None)  # a kind of it is answered like it
    if kind is None:
        return _unexpected(error)
    status = STATUS[kind]
    headers: dict[str, str] = {}
    more: dict[str, Any] = {}
    if kind in WAIT_AND_RETRY:
        headers["Retry-After"] = "1"
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = 'Bearer realm="chipquote"'
    if isinstance(error, TooManyWaiting):
        headers["RateLimit-Policy"] = f'"waiting-quotes";q={error.limit}'
        headers["RateLimit"] = '"waiting-quotes";r=0;t=1'
    if isinstance(error, NotJson):
        more = {"line": error.line, "column": error.column}
    if isinstance(error, StoreUnavailable):
        deps().log.exception("store_unavailable")
        return problem(status, error.code, TITLES[error.code], "the database does not answer", headers=headers)
    faults = error.faults if isinstance(error, RequestInvalid) else ()
    return problem(status, error.code, TITLES[error.code], str(error), faults=faults, headers=headers, **more)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status >= 500:
        return _unexpected(error)
    headers: dict[str, str] = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return problem(
        status, HTTP_CODES.get(status, "bad_request"), error.name, error.description or error.name, headers=headers
    )


def _unexpected(error: Exception) -> Response:
    """Say nothing of the inside; the log has it under the same request id."""
    deps().log.exception("unexpected_error", request_id=g.request_id, method=request.method, path=request.path)
    detail = "an unexpected error; quote request_id when you report it"
    return problem(500, "internal_error", TITLES["internal_error"], detail)
