"""What can go wrong, by what the caller can do about it. Outcomes of a quote that have a result are no errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quoting_client.quote import Quote


class QuotingError(Exception):
    """Everything this package raises on purpose."""


class NotReached(QuotingError):
    """Nobody answers, or not as the service does."""


class StillRunning(QuotingError):
    """The deadline came first. The quote goes on: `client.wait(error.quote.id)` takes it up again."""

    def __init__(self, quote: Quote) -> None:
        super().__init__(f"quote {quote.id} is still {quote.status}")
        self.quote = quote


class JobFailed(QuotingError):
    """The quote ended without a result: failed, cancelled or expired."""

    def __init__(self, quote: Quote) -> None:
        super().__init__(f"quote {quote.id} {quote.status}: {(quote.error or {}).get('detail', 'it has no result')}")
        self.quote = quote


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad field: where (RFC 6901), which kind of fault, in words."""

    pointer: str
    code: str
    detail: str


class ApiError(QuotingError):
    """The service refused. `problem` is its whole document (RFC 9457); quote `request_id` when you report it."""

    def __init__(self, status: int, problem: Mapping[str, Any], detail: str) -> None:
        super().__init__(detail)
        self.status, self.problem, self.detail = status, problem, detail
        self.code = str(problem.get("code", ""))
        self.request_id = str(problem.get("request_id", ""))


class Invalid(ApiError):
    """The request breaks the contract; `faults` names the fields. Nothing was stored."""

    def __init__(self, status: int, problem: Mapping[str, Any], detail: str) -> None:
        super().__init__(status, problem, detail)
        found = problem.get("errors") or ()
        self.faults = tuple(Fault(str(f["pointer"]), str(f["code"]), str(f["detail"])) for f in found)

    def __str__(self) -> str:
        named = "; ".join(f"{fault.pointer or '/'}: {fault.detail}" for fault in self.faults)
        return f"{self.detail}: {named}" if named else self.detail


class NotAllowed(ApiError):
    """The key is missing, wrong, or lacks a scope."""


class NotFound(ApiError):
    """There is no such thing, or it is another tenant's."""


class Conflict(ApiError):
    """The quote is not in a state for this: `not_done`, `no_result`, `already_ended`."""


class Unavailable(ApiError):
    """The service is busy or a part of it is down (429, 502, 503, 504), and was so through every try."""


class ServerError(ApiError):
    """Something went wrong on the side of the service."""


BUSY = frozenset({408, 429, 502, 503, 504})
_KINDS: Mapping[int, type[ApiError]] = {401: NotAllowed, 403: NotAllowed, 404: NotFound, 409: Conflict}


def error_of(status: int, problem: Mapping[str, Any], phrase: str) -> ApiError:
    """The error that an answer stands for."""
    if status in BUSY:
        kind: type[ApiError] = Unavailable
    elif status >= 500 or status < 400:
        kind = ServerError
    else:
        kind = _KINDS.get(status, Invalid)
    return kind(status, problem, str(problem.get("detail") or f"{status} {phrase}"))
