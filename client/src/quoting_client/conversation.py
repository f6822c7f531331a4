"""How one talks to the service, without a network: what to send next, what an answer means, when to try again.

An operation is a generator. It yields a Call and is sent the Reply (NotReached is thrown in where there is none), or
yields a Pause; what it returns is the operation's result. The two clients only carry the steps out.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import uuid4

from quoting_client.errors import BUSY, JobFailed, NotReached, StillRunning, Unavailable, error_of
from quoting_client.quote import Quote, read_quote
from quoting_client.result import Determination, Result, read_determination, read_result

JSON = "application/json"
ONE_ANSWER_S = 30.0
WAIT_S = 20.0  # the longest that the service holds an answer back
WATCHED_WAIT_S = 2.0  # where somebody wants to hear of progress
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 4.0
TRIES, TRIES_OF_A_STRANGER = 6, 2
SHORTEST_TIMEOUT_S = 0.1

Request: TypeAlias = Mapping[str, Any] | str | bytes
OnProgress: TypeAlias = Callable[[Quote], object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request; `timeout_s` is for its whole answer."""

    method: str
    path: str
    timeout_s: float
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """`headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    text: str
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and where the next one begins."""

    data: Sequence[Mapping[str, Any]]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    value: T


Steps: TypeAlias = Generator[Call | Pause, Reply | None, T]


def proceed(steps: Steps[T], outcome: Reply | NotReached | None) -> Call | Pause | Done[T]:
    """What comes next, after what became of the last step; None at the beginning and after a pause."""
    try:
        return steps.throw(outcome) if isinstance(outcome, NotReached) else steps.send(outcome)
    except StopIteration as end:
        return Done(end.value)


class Conversation:
    """One operation with one deadline.

    Args:
        timeout_s: for all of it, tries and pauses included.
        met: whether the service has ever answered this client; for a stranger nobody waits long.
    """

    def __init__(self, timeout_s: float, met: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._met = clock, met
        self._ends = clock() + timeout_s
        self._asked_pause_s = 1.0

    @property
    def _left_s(self) -> float:
        return self._ends - self._clock()

    def quote(self, request: Request, key: str | None, on_progress: OnProgress | None) -> Steps[Result]:
        quote = yield from self.submit(request, key, self._wait_s(on_progress))
        quote = yield from self.follow(quote, on_progress)
        return (yield from self.result(quote.id))

    def submit(self, request: Request, key: str | None, wait_s: float) -> Steps[Quote]:
        """Ask for a quote. The same idempotency key with every try: it is stored once."""
        headers = {"Idempotency-Key": key or str(uuid4()), **_prefer(wait_s)}
        reply = yield from self._call("POST", "/v1/quotes", body=request, headers=headers, wait_s=wait_s)
        return self._polled(reply)

    def get(self, quote_id: str, wait_s: float = 0) -> Steps[Quote]:
        path = f"/v1/quotes/{quote_id}"
        return self._polled((yield from self._call("GET", path, headers=_prefer(wait_s), wait_s=wait_s)))

    def wait(self, quote_id: str, on_progress: OnProgress | None) -> Steps[Quote]:
        quote = yield from self.get(quote_id, self._wait_s(on_progress))
        return (yield from self.follow(quote, on_progress))

    def follow(self, quote: Quote, on_progress: OnProgress | None) -> Steps[Quote]:
        """Until it is done, as slowly as the service asks. Raises StillRunning, JobFailed."""
        while not quote.done:
            if on_progress is not None:
                on_progress(quote)
            if self._left_s <= self._asked_pause_s:
                raise StillRunning(quote)
            yield Pause(self._asked_pause_s)
            try:
                quote = yield from self.get(quote.id, self._wait_s(on_progress))
            except (NotReached, Unavailable):
                if self._left_s > LONGEST_PAUSE_S:
                    raise
                raise StillRunning(quote) from None
        if on_progress is not None:
            on_progress(quote)
        if not quote.answered:
            raise JobFailed(quote)
        return quote

    def result(self, quote_id: str) -> Steps[Result]:
        reply = yield from self._call("GET", f"/v1/quotes/{quote_id}/result")
        return _read(lambda: read_result(quote_id, reply.text))

    def cancel(self, quote_id: str) -> Steps[Quote]:
        """Tried once only: the second of two would be told that the quote has ended."""
        return self._polled((yield from self._call("POST", f"/v1/quotes/{quote_id}/cancel", tries=1)))

    def export_check(self, transaction: Request) -> Steps[Determination]:
        reply = yield from self._call("POST", "/v1/export-checks", body=transaction)
        return _read(lambda: read_determination(_json(reply)))

    def export_checks(self, transactions: Sequence[Mapping[str, Any]]) -> Steps[list[Determination]]:
        reply = yield from self._call("POST", "/v1/export-checks/batch", body=json.dumps(list(transactions)))
        return _read(lambda: [read_determination(document) for document in _json(reply)])

    def document(self, path: str, query: Mapping[str, Any], tries: int = TRIES) -> Steps[Mapping[str, Any]]:
        reply = yield from self._call("GET", path, query=query, tries=tries)
        return _read(lambda: _object(reply))

    def declare(self, path: str, body: Request) -> Steps[Mapping[str, Any]]:
        """Tried once only: the second of two would be kept as well, or told that it is too late."""
        reply = yield from self._call("POST", path, body=body, tries=1)
        return _read(lambda: _object(reply))

    def page(self, path: str, query: Mapping[str, Any], cursor: str | None) -> Steps[Page]:
        document = yield from self.document(path, query if cursor is None else {**query, "cursor": cursor})
        return _read(lambda: Page(document["data"], document["next_cursor"] if document["has_more"] else None))

    def _polled(self, reply: Reply) -> Quote:
        self._asked_pause_s = _retry_after_s(reply) or 1.0
        return _read(lambda: read_quote(_json(reply)))

    def _wait_s(self, on_progress: OnProgress | None) -> float:
        """Whole seconds to be kept waiting for an answer, well within the deadline."""
        longest = WAIT_S if on_progress is None else WATCHED_WAIT_S
        return max(0, int(min(longest, self._left_s - 1)))

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: Request | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        wait_s: float = 0,
        tries: int = TRIES,
    ) -> Steps[Reply]:
        """One good answer: who is busy, or cannot be reached, is asked again within tries and deadline."""
        content = None if body is None else _bytes(body)
        sent = {"Accept": JSON, **({} if content is None else {"Content-Type": JSON}), **(headers or {})}
        asked = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        attempt = 0
        while True:
            attempt += 1
            timeout_s = max(SHORTEST_TIMEOUT_S, min(ONE_ANSWER_S + wait_s, self._left_s))
            try:
                reply = yield Call(method, path, timeout_s, content, sent, asked)
            except NotReached:
                if attempt >= min(tries, TRIES if self._met else TRIES_OF_A_STRANGER):
                    raise
                pause_s = _backoff_s(attempt)
                if pause_s >= self._left_s:
                    raise
            else:
                assert reply is not None, "a call is answered by a reply"
                self._met = True
                if 200 <= reply.status < 300:
                    return reply
                pause_s = _retry_after_s(reply) or _backoff_s(attempt)
                if reply.status not in BUSY or attempt >= tries or pause_s >= self._left_s:
                    raise error_of(reply.status, _problem(reply), reply.phrase)
            yield Pause(pause_s)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _prefer(wait_s: float) -> Mapping[str, str]:
    return {"Prefer": f"wait={wait_s:.0f}"} if wait_s >= 1 else {}


def _backoff_s(attempt: int) -> float:
    longest: float = min(FIRST_PAUSE_S * 2 ** (attempt - 1), LONGEST_PAUSE_S)
    return longest * random.uniform(0.7, 1.0)  # noqa: S311  (jitter, no secret)


def _retry_after_s(reply: Reply) -> float | None:
    text = reply.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _bytes(request: Request) -> bytes:
    """The JSON text of a request; text is sent as it is."""
    if isinstance(request, bytes):
        return request
    text = request if isinstance(request, str) else json.dumps(request, ensure_ascii=False, allow_nan=False)
    return text.encode()


def _read(reader: Callable[[], T]) -> T:
    """What an answer says. Raises NotReached where it is no answer of this service."""
    try:
        return reader()
    except (ValueError, LookupError, TypeError, ArithmeticError) as error:
        raise NotReached(f"whoever answers is not this service: {type(error).__name__} {error}") from error


def _json(reply: Reply) -> Any:
    return json.loads(reply.text)


def _object(reply: Reply) -> Mapping[str, Any]:
    document = _json(reply)
    if not isinstance(document, dict):
        raise TypeError("no object")
    return document


def _problem(reply: Reply) -> Mapping[str, Any]:
    """The problem document; empty where the answer is none, as from a proxy on the way."""
    if not reply.headers.get("content-type", "").startswith("application/problem+json"):
        return {}
    return _read(lambda: _object(reply))
