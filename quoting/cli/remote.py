"""A quote from a running service: send, follow, read. One deadline for all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from quoting.cli.exits import JobFailed, NotAllowed, NotReached, StillRunning
from quoting.domain.errors import FieldFault, NotJson, RequestInvalid

WAIT_S = 900.0
ONE_ANSWER_S = 30.0
TRIES = 5


def post_and_follow(
    url: str,
    key: str | None,
    document: bytes,
    on_progress: Callable[[str, int | None], None],
    wait_s: float = WAIT_S,
) -> str:
    """Send a request and follow it until its result is there; polls as slowly as the service asks.

    Args:
        document: the JSON text of the request, sent as it is.
        on_progress: hears of the stage and the percent where it is known.

    Returns:
        The result document, as the service sent it.

    Raises:
        NotJson, RequestInvalid: the service refused the request.
        NotAllowed, JobFailed, StillRunning, NotReached: as they say.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx2.Client(base_url=url, headers=headers, timeout=ONE_ANSWER_S, trust_env=False) as client:
        return _Conversation(client, time.monotonic() + wait_s).ask(document, on_progress)


class _Conversation:
    def __init__(self, client: httpx2.Client, ends: float) -> None:
        self._client, self._ends = client, ends

    def ask(self, document: bytes, on_progress: Callable[[str, int | None], None]) -> str:
        answer = self._answer("POST", "/v1/quotes", content=document)
        quote = answer.json()
        while not quote["done"]:
            on_progress(quote["progress"]["stage"], quote["progress"]["percent"])
            pause = float(answer.headers.get("Retry-After", "1"))
            if time.monotonic() + pause > self._ends:
                raise StillRunning(f"quote {quote['id']} is still {quote['status']}")
            time.sleep(pause)
            answer = self._answer("GET", quote["links"]["self"])
            quote = answer.json()
        if "result_url" not in quote:
            error = quote.get("error") or {}
            raise JobFailed(f"quote {quote['id']} {quote['status']}: {error.get('detail', 'no result')}")
        return self._answer("GET", quote["result_url"]).text

    def _answer(self, method: str, path: str, content: bytes | None = None) -> httpx2.Response:
        """One answer; a GET that finds nobody, or a busy service, is tried again until the deadline."""
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES or time.monotonic() > self._ends
            try:
                headers = {} if content is None else {"Content-Type": "application/json"}
                answer = self._client.request(method, path, content=content, headers=headers)
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                if last or method != "GET":
                    raise NotReached(f"{self._client.base_url}: {error}") from error
                time.sleep(1)
                continue
            if answer.status_code == 503 and not last:
                time.sleep(float(answer.headers.get("Retry-After", "1")))
                continue
            return _checked(answer)
        raise AssertionError("the last try returns or raises")


def _checked(answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code < 300:
        return answer
    problem = _problem(answer)
    detail = str(problem.get("detail", answer.reason_phrase))
    if answer.status_code in (401, 403):
        raise NotAllowed(detail)
    if problem.get("code") == "not_json":
        raise NotJson(detail, int(problem.get("line", 1)), int(problem.get("column", 1)))
    if answer.status_code in (413, 422):
        faults = [FieldFault(e["pointer"], e["code"], e["detail"]) for e in problem.get("errors", ())]
        raise RequestInvalid(faults or [FieldFault("", str(problem.get("code")), detail)])
    raise NotReached(f"{answer.status_code} {detail}")


def _problem(answer: httpx2.Response) -> Mapping[str, Any]:
    """The problem document; empty where the answer is none."""
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        return {}
    document: Mapping[str, Any] = answer.json()
    return document
