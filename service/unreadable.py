"""What is no HTTP never reaches the application: gunicorn's worker, whose own refusals are problem documents too."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from quoting.adapters import logs
from service.problems import HTTP_CODES, TITLES, problem_body

REFUSALS: Mapping[type[Exception], tuple[int, str]] = {
    errors.LimitRequestLine: (414, "the address is too long"),
    errors.LimitRequestHeaders: (431, "the headers are too many, or too long"),
    errors.ExpectationFailed: (417, "of expectations only 100-continue is known"),
    errors.UnsupportedTransferCoding: (501, "of transfer codings only chunked is known"),
    errors.ParseException: (400, "this is no HTTP request"),
}
OURS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)


class ProblemWorker(ThreadWorker):
    """Answers in the words of the contract; neither answer nor log repeats what was sent, as it may hold a key."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        request_id = str(uuid4())
        log = logs.logger("chipquote")
        kind = next((kind for kind in REFUSALS if isinstance(exc, kind)), None)
        if kind is None or isinstance(exc, OURS):
            log.error("unexpected_error", request_id=request_id, exc_info=exc)
            status, code, title, detail = 500, "internal_error", TITLES["internal_error"], "an unexpected error"
        else:
            status, detail = REFUSALS[kind]
            code, title = HTTP_CODES[status], HTTPStatus(status).phrase
            log.info("unreadable_request", request_id=request_id, status=status, reason=type(exc).__name__)
        body = json.dumps(problem_body(status, code, title, detail, request_id)).encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            "Connection: close",
            "Content-Type: application/problem+json",
            f"Content-Length: {len(body)}",
            f"X-Request-Id: {request_id}",
            "X-Content-Type-Options: nosniff",
            "Cache-Control: no-store",
        )
        try:
            util.write_nonblock(client, "\r\n".join((*head, "", "")).encode() + body)
        except OSError:
            log.debug("unheard", request_id=request_id)  # whoever sent it has gone
