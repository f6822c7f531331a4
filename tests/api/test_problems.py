"""Every refusal is a problem document, whoever refuses."""

from __future__ import annotations

import gzip
import json
from uuid import uuid4

import httpx2
import pytest

from tests.builders import a_request
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
JSON = {"Content-Type": "application/json"}


def assert_problem(answer: httpx2.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert {"type", "title", "detail", "request_id"} <= set(body)
    assert body["request_id"] == answer.headers["X-Request-Id"]


def test_a_body_that_is_no_json_names_line_and_column(live: Live):
    answer = live.http.post("/v1/quotes", content=b'{"buyer":\n  oops}', headers=JSON)

    assert_problem(answer, 400, "not_json")
    assert (answer.json()["line"], answer.json()["column"]) == (2, 3)


@pytest.mark.parametrize(
    "body",
    [b'{"a": 1, "a": 2}', b'{"a": NaN}', b"[" * 100_000, b"\xff\xfe{}", b"", b'{"a": 1e999}'],
    ids=["twice", "nan", "deep", "utf-16", "empty", "infinite"],
)
def test_what_is_not_strict_json_is_refused(live: Live, body: bytes):
    assert_problem(live.http.post("/v1/quotes", content=body, headers=JSON), 400, "not_json")


def test_bad_fields_are_named_by_pointer(live: Live):
    request = a_request()
    request["demand"][0]["qty"] = 0

    answer = live.post(request)

    assert_problem(answer, 422, "request_invalid")
    assert "/demand/0/qty" in [e["pointer"] for e in answer.json()["errors"]]


def test_an_unknown_quote_and_an_unknown_route_are_not_found(live: Live):
    assert_problem(live.http.get(f"/v1/quotes/{uuid4()}"), 404, "quote_not_found")
    assert_problem(live.http.get("/v1/nothing"), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/v1/quotes"), ("PUT", "/healthz"), ("OPTIONS", "/v1/quotes")])
def test_a_wrong_method_names_the_right_ones(live: Live, method: str, path: str):
    answer = live.http.request(method, path)

    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_what_only_takes_html_is_not_answered(live: Live):
    assert_problem(live.http.get("/v1/quotes", headers={"Accept": "text/html"}), 406, "not_acceptable")


def test_a_body_beyond_the_limit_is_too_large(live: Live):
    body = json.dumps({"x": "y" * 300_000}).encode()

    assert_problem(live.http.post("/v1/export-checks", content=body, headers=JSON), 413, "too_large")


def test_a_body_beyond_the_limit_is_too_large_without_a_length_too(live: Live):
    def pieces():
        for _ in range(40):
            yield b" " * 10_000

    assert_problem(live.http.post("/v1/export-checks", content=pieces(), headers=JSON), 413, "too_large")


def test_another_media_type_is_not_supported(live: Live):
    answer = live.http.post("/v1/quotes", content=b"{}", headers={"Content-Type": "text/plain"})

    assert_problem(answer, 415, "unsupported_media_type")


def test_an_encoded_body_is_not_supported(live: Live):
    body = gzip.compress(json.dumps(a_request()).encode())

    answer = live.http.post("/v1/quotes", content=body, headers={**JSON, "Content-Encoding": "gzip"})

    assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_a_good_key_the_answer_asks_for_one(live: Live, headers: dict[str, str]):
    answer = live.anonymous.get("/v1/quotes", headers=headers)

    assert_problem(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_idempotency_key_has_to_be_visible_ascii(live: Live):
    assert_problem(live.post(a_request(), **{"Idempotency-Key": "a b"}), 422, "request_invalid")


def test_a_request_id_is_echoed(live: Live):
    answer = live.http.get("/v1/quotes", headers={"X-Request-Id": "trace-17"})

    assert answer.headers["X-Request-Id"] == "trace-17"


def test_a_request_id_that_is_no_id_is_replaced(live: Live):
    answer = live.http.get("/v1/quotes", headers={"X-Request-Id": "a b"})

    assert answer.headers["X-Request-Id"] != "a b"


def test_nothing_under_v1_redirects(live: Live):
    for path in ("/v1/quotes/", "/v1//quotes", "/v1/quotes/x/"):
        assert not live.http.get(path).is_redirect
