"""What is no HTTP request never reaches the application, and is refused by a problem document all the same."""

from __future__ import annotations

import http.client
import json
import socket

import httpx2
import pytest

from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ("nonsense", 400, "bad_request"),
        ("GET / HTTP/9.9\r\nHost: x", 400, "bad_request"),
        ("GET /v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization Bearer x", 400, "bad_request"),
        ("GET /v1/quotes HTTP/1.1\r\nHost: x\r\nX-A: a\x00b", 400, "bad_request"),
        ("POST /v1/quotes HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4", 400, "bad_request"),
        ("GET /v1/quotes HTTP/1.1\r\nHost: x\r\nX-A: " + "a" * 20_000, 431, "headers_too_large"),
        ("GET /v1/quotes HTTP/1.1\r\nHost: x\r\n" + "X-A: a\r\n" * 300 + "X-B: b", 431, "headers_too_large"),
        ("GET /v1/" + "x" * 9_000 + " HTTP/1.1\r\nHost: x", 414, "uri_too_long"),
        ("POST /v1/quotes HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: magic, chunked", 501, "not_implemented"),
        ("POST /v1/quotes HTTP/1.1\r\nHost: x\r\nExpect: much\r\nContent-Length: 0", 417, "expectation_failed"),
        ("POST /v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json"
         "\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{{", 400, "bad_request"),
    ],
    ids=["no http", "version", "no colon", "nul", "two lengths", "long header", "many headers", "address", "coding",
         "expectation", "chunk"],
)  # fmt: skip
def test_what_is_no_http_is_refused_by_a_problem_document(live: Live, sent: str, status: int, code: str):
    with socket.create_connection(("127.0.0.1", httpx2.URL(live.system.url).port), timeout=10) as sock:
        sock.sendall(sent.replace("{key}", live.system.key).encode("latin1") + b"\r\n\r\n")
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        body = json.loads(answer.read())

    assert (answer.status, body["status"], body["code"]) == (status, status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert {"type", "title", "detail"} <= set(body)
