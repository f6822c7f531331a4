"""How the client talks: one deadline, tries with one key, as slowly as it is asked, and an error for each case."""

from __future__ import annotations

import inspect
import json
import re
import socket
import time

import pytest

from quoting_client import (
    AsyncClient,
    Client,
    Conflict,
    Invalid,
    JobFailed,
    NotAllowed,
    NotFound,
    NotReached,
    ServerError,
    StillRunning,
    Unavailable,
)
from tests.client.scripted import Answer, Script, a_quote_resource, a_result

REQUEST = {"buyer": "b", "name": "Ö"}
QUEUED = Answer(202, a_quote_resource(), {"Retry-After": "1"})
RUNNING = Answer(200, a_quote_resource("running"), {"Retry-After": "1"})
DONE = Answer(200, a_quote_resource("succeeded"))
RESULT = Answer(200, a_result())
BUSY = Answer(503, {"code": "unavailable", "detail": "no database"}, {"Retry-After": "1"})
CUT = Answer(0)


def problem(status: int, code: str, **more: object) -> Answer:
    return Answer(status, {"code": code, "detail": f"it is {code}", "request_id": "r-1", **more})


def test_a_quote_is_sent_followed_and_read(call, script: Script):
    script.plays(QUEUED, RUNNING, DONE, RESULT)
    started = time.monotonic()

    result = call(script.url, "k", "quote", REQUEST)

    assert (result.verdict, result.quote_id, result.digest) == ("feasible_safe", "q1", "d" * 64)
    assert [(a.method, a.path) for a in script.asked] == [
        ("POST", "/v1/quotes"),
        ("GET", "/v1/quotes/q1"),
        ("GET", "/v1/quotes/q1"),
        ("GET", "/v1/quotes/q1/result"),
    ]
    assert time.monotonic() - started >= 2  # Retry-After, twice
    assert json.loads(script.asked[0].body) == REQUEST
    assert {a.headers["authorization"] for a in script.asked} == {"Bearer k"}


@pytest.mark.parametrize(
    ("named", "prefer"),
    [({}, "wait=20"), ({"timeout_s": 5}, "wait=[1-3]"), ({"on_progress": lambda _: None}, "wait=2")],
    ids=["unwatched", "near its deadline", "watched"],
)
def test_the_service_is_asked_to_hold_its_answer_back(call, script: Script, named: dict, prefer: str):
    script.plays(DONE, RESULT)

    call(script.url, "k", "quote", REQUEST, **named)

    assert re.fullmatch(prefer, script.asked[0].headers["prefer"])


def test_progress_is_heard_to_its_end(call, script: Script):
    script.plays(QUEUED, DONE, RESULT)
    heard: list[str] = []

    call(script.url, "k", "quote", REQUEST, on_progress=lambda quote: heard.append(quote.status))

    assert heard == ["queued", "succeeded"]


@pytest.mark.parametrize("trouble", [BUSY, CUT, Answer(429, {}, {"Retry-After": "1"}), Answer(502, "<html>")])
def test_a_request_that_did_not_get_through_is_sent_again_with_the_same_key(call, script: Script, trouble: Answer):
    script.plays(trouble, Answer(202, a_quote_resource("succeeded")))

    quote = call(script.url, "k", "submit", REQUEST)

    assert quote.answered
    assert len(script.asked) == 2
    assert len({a.headers["idempotency-key"] for a in script.asked}) == 1


def test_two_requests_have_two_keys(call, script: Script):
    script.plays(DONE)

    call(script.url, "k", "submit", REQUEST)
    call(script.url, "k", "submit", REQUEST)
    call(script.url, "k", "submit", REQUEST, idempotency_key="mine")

    keys = [a.headers["idempotency-key"] for a in script.asked]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


def test_a_cancel_is_sent_once(call, script: Script):
    script.plays(CUT)

    with pytest.raises(NotReached):
        call(script.url, "k", "cancel", "q1")

    assert len(script.asked) == 1


def test_a_service_that_stays_busy_is_unavailable_before_the_deadline(call, script: Script):
    script.plays(Answer(503, {"code": "unavailable", "detail": "no database"}, {"Retry-After": "60"}))
    started = time.monotonic()

    with pytest.raises(Unavailable, match="no database"):
        call(script.url, "k", "quote", REQUEST, timeout_s=30)

    assert len(script.asked) == 1
    assert time.monotonic() - started < 15


def test_the_deadline_leaves_the_quote_to_be_taken_up_again(call, script: Script):
    script.plays(QUEUED, Answer(200, a_quote_resource("running"), {"Retry-After": "60"}))

    with pytest.raises(StillRunning) as error:
        call(script.url, "k", "quote", REQUEST, timeout_s=30)

    script.plays(DONE)
    assert call(script.url, "k", "wait", error.value.quote.id).answered


@pytest.mark.parametrize("status", ["failed", "cancelled", "expired"])
def test_a_quote_without_a_result_is_an_error(call, script: Script, status: str):
    script.plays(Answer(202, a_quote_resource(status, error={"code": "poisoned", "detail": "too many deaths"})))

    with pytest.raises(JobFailed, match="too many deaths"):
        call(script.url, "k", "quote", REQUEST)


def test_that_there_is_no_plan_is_an_answer(call, script: Script):
    infeasible = Answer(200, {**a_result(), "verdict": "infeasible"})
    script.plays(Answer(202, a_quote_resource("infeasible")), infeasible)

    assert call(script.url, "k", "quote", REQUEST).verdict == "infeasible"


def test_bad_fields_are_named(call, script: Script):
    faults = [{"pointer": "/demand/0/qty", "code": "invalid", "detail": "at least 1"}]
    script.plays(problem(422, "request_invalid", errors=faults))

    with pytest.raises(Invalid) as error:
        call(script.url, "k", "quote", REQUEST)

    assert [(f.pointer, f.code) for f in error.value.faults] == [("/demand/0/qty", "invalid")]
    assert "/demand/0/qty: at least 1" in str(error.value)
    assert error.value.request_id == "r-1"
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (problem(400, "not_json"), Invalid),
        (problem(401, "unauthorized"), NotAllowed),
        (problem(403, "forbidden"), NotAllowed),
        (problem(404, "quote_not_found"), NotFound),
        (problem(409, "not_done"), Conflict),
        (problem(413, "too_large"), Invalid),
        (problem(500, "internal_error"), ServerError),
        (Answer(302, "", {"Location": "/elsewhere"}), ServerError),
    ],
    ids=lambda case: str(case.status) if isinstance(case, Answer) else "",
)
def test_each_refusal_has_its_error_and_is_not_tried_again(call, script: Script, answer: Answer, kind: type[Exception]):
    script.plays(answer)

    with pytest.raises(kind):
        call(script.url, "k", "result", "q1")

    assert len(script.asked) == 1


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"id": "q1"}'])
def test_who_is_not_this_service_is_not_reached(call, script: Script, body: str):
    script.plays(Answer(200, body))

    with pytest.raises(NotReached):
        call(script.url, "k", "get", "q1")


def test_nobody_at_the_address_is_said_soon(call):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        started = time.monotonic()

        with pytest.raises(NotReached):
            call(url, "k", "quote", REQUEST)

    assert time.monotonic() - started < 20  # of the quarter of an hour that it may take


def test_fields_and_statuses_of_later_versions_are_kept(call, script: Script):
    script.plays(Answer(200, a_quote_resource("paused", colour="green")))

    quote = call(script.url, "k", "get", "q1")

    assert (quote.status, quote.answered, quote.document["colour"]) == ("paused", False, "green")


def test_pages_are_followed(call, script: Script):
    first = {"data": [a_quote_resource(id="a")], "has_more": True, "next_cursor": "c"}
    script.plays(Answer(200, first), Answer(200, {"data": [a_quote_resource(id="b")], "has_more": False}))

    found = call(script.url, "k", "quotes", status="queued")

    assert [quote.id for quote in found] == ["a", "b"]
    assert [a.path for a in script.asked] == ["/v1/quotes?status=queued", "/v1/quotes?status=queued&cursor=c"]


def test_both_clients_have_the_same_methods_and_parameters():
    def surface(client: type) -> dict[str, list[str]]:
        methods = inspect.getmembers(client, inspect.isfunction)
        return {name: list(inspect.signature(m).parameters) for name, m in methods if not name.startswith("_")}

    assert surface(Client) == surface(AsyncClient)
