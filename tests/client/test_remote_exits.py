"""`chipquote quote` against a service: each refusal and each end has the exit code of the contract."""

from __future__ import annotations

import json

import pytest

from quoting.cli.exits import Exit, JobFailed, NotAllowed, NotReached, RemoteError, StillRunning
from quoting.cli.remote import post_and_follow
from quoting.domain.errors import NotJson, RequestInvalid
from tests.client.scripted import Answer, Script, a_quote_resource, a_result

QUEUED = Answer(202, a_quote_resource(), {"Retry-After": "1"})


def ask(script: Script, wait_s: float = 30.0) -> str:
    return post_and_follow(script.url, "k", b'{"buyer":"b"}', lambda stage, percent: None, wait_s)


def test_the_result_comes_as_it_was_sent(script: Script):
    text = json.dumps(a_result(), indent=3)
    script.plays(Answer(202, a_quote_resource("succeeded")), Answer(200, text))

    assert ask(script) == text
    assert script.asked[0].body == b'{"buyer":"b"}'


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (Answer(401, {"code": "unauthorized", "detail": "no"}), NotAllowed, Exit.NOT_ALLOWED),
        (Answer(403, {"code": "forbidden", "detail": "no"}), NotAllowed, Exit.NOT_ALLOWED),
        (Answer(202, a_quote_resource("cancelled")), JobFailed, Exit.JOB_FAILED),
        (Answer(500, {"code": "internal_error", "detail": "no"}), RemoteError, Exit.UNEXPECTED),
        (Answer(503, {"code": "unavailable"}, {"Retry-After": "99"}), NotReached, Exit.NOT_REACHED),
        (Answer(200, "<html>"), NotReached, Exit.NOT_REACHED),
    ],
    ids=["401", "403", "cancelled", "500", "503", "another service"],
)
def test_each_end_has_its_exit_code(script: Script, answer: Answer, error: type[RemoteError], code: Exit):
    script.plays(answer)

    with pytest.raises(error) as raised:
        ask(script)

    assert raised.value.exit is code


def test_the_end_of_the_wait_has_an_exit_code_of_its_own(script: Script):
    script.plays(QUEUED)

    with pytest.raises(StillRunning) as raised:
        ask(script, wait_s=1)

    assert raised.value.exit is Exit.STILL_RUNNING


def test_a_refused_request_names_its_fields_as_if_it_were_refused_here(script: Script):
    fault = {"pointer": "/buyer", "code": "unknown_party", "detail": "there is no party b"}
    script.plays(Answer(422, {"code": "request_invalid", "detail": "no", "errors": [fault]}))
    with pytest.raises(RequestInvalid) as invalid:
        ask(script)
    script.plays(Answer(400, {"code": "not_json", "detail": "a comma", "line": 3, "column": 7}))
    with pytest.raises(NotJson) as not_json:
        ask(script)

    assert invalid.value.faults[0].pointer == "/buyer"
    assert (not_json.value.line, not_json.value.column) == (3, 7)
