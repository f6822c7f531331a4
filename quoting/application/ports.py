"""What the use cases need from outside, and the values that pass through. Adapters implement these; tests fake them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from quoting.domain.answer import Quote
from quoting.domain.controls.rulebook import Clearance
from quoting.domain.errors import DomainError
from quoting.domain.request import QuoteRequest
from quoting.domain.snapshot import Pin, Snapshot, SourcePart
from quoting.domain.watch import Watch

HARD_LIMIT_BEYOND_SOLVE_S = 120.0  # for reading, screening, pricing and printing, beside the solves


class Status(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    INFEASIBLE = "infeasible"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def done(self) -> bool:
        return self not in (Status.QUEUED, Status.RUNNING)

    @property
    def answered(self) -> bool:
        """Whether there is a result; infeasible is an answer."""
        return self in (Status.SUCCEEDED, Status.INFEASIBLE)


class Size(StrEnum):
    """Which of the two queues a quote waits in, by its expected size."""

    SMALL = "small"
    LARGE = "large"


class CacheUse(StrEnum):
    MISS = "miss"
    HIT = "hit"
    COALESCED = "coalesced"


class StoreUnavailable(DomainError):
    """The database does not answer, or stayed locked too long; trying again later may help."""

    code = "unavailable"


class TooManyWaiting(DomainError):
    """The tenant has as many quotes waiting as it may; nothing was stored."""

    code = "too_many_waiting"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the limit of {limit} waiting quotes a tenant (CHIPQUOTE_WAITING_QUOTES) is reached")
        self.limit = limit


class QueueUnavailable(DomainError):
    """A wake-up could not be sent; the dispatcher sends it later."""

    code = "queue_unavailable"


@dataclass(frozen=True, slots=True)
class Progress:
    stage: str
    percent: int | None = None
    incumbent: float | None = None
    bound: float | None = None


@dataclass(frozen=True, slots=True)
class QuoteRecord:
    """What is known of a quote without its result. `version` rises with every change. Times are UTC."""

    id: str
    tenant: str
    status: Status
    client_ref: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: Progress | None
    error: Mapping[str, Any] | None
    cancel_requested: bool
    cache: CacheUse | None
    valid_until: date | None
    version: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A result as it is stored and sent, byte for byte."""

    status: Status
    text: str
    digest: str  # SHA-256 of the text
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What makes two requests equal. The tenant comes first: nobody is answered from another's cache."""

    tenant: str
    request: str
    snapshot: str


@dataclass(frozen=True, slots=True)
class Idempotency:
    """`fingerprint`: digest of the JSON value as it was sent, before defaults are filled in."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A dated request about to be stored, with the reference data it will be answered from."""

    tenant: str
    request: QuoteRequest
    request_digest: str
    pin: Pin
    idempotency: Idempotency | None
    expected_size: int
    request_id: str | None

    @property
    def cache_key(self) -> CacheKey:
        return CacheKey(self.tenant, self.request_digest, self.pin.digest)

    @property
    def limit_s(self) -> float:
        """Wall seconds after which the computation is cut off."""
        return float(self.request.solve.time_limit_s) + HARD_LIMIT_BEYOND_SOLVE_S


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a quote, until another claim raises the fence."""

    quote_id: str
    fence: int
    tenant: str
    request: QuoteRequest
    request_digest: str
    pin: Pin
    request_id: str | None

    @property
    def cache_key(self) -> CacheKey:
        return CacheKey(self.tenant, self.request_digest, self.pin.digest)


@dataclass(frozen=True, slots=True)
class Stored:
    """A quote as it was answered: the dated request, what it was pinned to, and the result document."""

    request: QuoteRequest
    pin: Pin
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredCheck:
    """An export check as it was answered. Exchange rates have no part in it, so that its pin holds none.

    `document`: what was asked; `on`: the day it was; `clearances`: as in a pin; `digest`: SHA-256 of the answer as
    canonical JSON.
    """

    document: Any
    on: date
    reference: str
    clearances: str
    digest: str


@dataclass(frozen=True, slots=True)
class Wake:
    """A queued quote whose worker has to be woken. `limit_s`: wall seconds its computation may take at most."""

    quote_id: str
    limit_s: float
    expected_size: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of quotes ended: the next one begins below it."""

    created_ms: int
    id: str


@dataclass(frozen=True, slots=True)
class Page:
    quotes: Sequence[QuoteRecord]
    next: Position | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what the key allows."""

    tenant: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Census:
    """How many quotes there are, by status and by use of the cache; `oldest_queued_s` None: none is queued."""

    statuses: Mapping[Status, int]
    caches: Mapping[CacheUse, int]
    oldest_queued_s: float | None


class QuoteStore(Protocol):
    """The truth about quotes, and the queue. Every method is one transaction; every read of a caller takes the tenant.

    All methods raise StoreUnavailable when the database does not answer.
    """

    def replayed(self, tenant: str, idempotency: Idempotency) -> QuoteRecord | None:
        """The quote an idempotency key stands for. Raises IdempotencyMismatch."""

    def accept(self, submission: Submission, known: Answer | None) -> tuple[QuoteRecord, bool]:
        """Store a quote, done at once where its answer is known; the flag says that the key was used before.

        Raises IdempotencyMismatch, TooManyWaiting.
        """

    def get(self, tenant: str, quote_id: str) -> QuoteRecord:
        """Raises QuoteNotFound."""

    def result(self, tenant: str, quote_id: str) -> Answer:
        """Raises QuoteNotFound, QuoteNotDone, QuoteHasNoResult."""

    def page(self, tenant: str, status: Status | None, limit: int, after: Position | None) -> Page:
        """The tenant's quotes, newest first."""

    def cancel(self, tenant: str, quote_id: str) -> QuoteRecord:
        """Ask for an end. Raises QuoteNotFound, QuoteAlreadyEnded."""

    def clearances(self, tenant: str) -> tuple[Clearance, ...]:
        """What the tenant has judged and not taken back: quotes and checks are pinned to it."""

    def record_checks(
        self, tenant: str, checks: Sequence[tuple[str, str]], pin: Pin, parts: Mapping[str, SourcePart]
    ) -> None:
        """Keep export checks that were answered: each its request and its answer, as canonical JSON."""

    def turn(self, quote_id: str) -> str:
        """Whose turn it is when a ring for a quote is heard: of the tenants that wait, one with the fewest running.

        Quotes of its own size are looked at, and running ones of any.
        """

    def claim(self, quote_id: str, owner: str) -> Claim | None:
        """Take a queued quote, or one whose worker is gone; None where there is nothing to do now."""

    def heartbeat(self, claim: Claim, progress: Progress | None) -> bool:
        """Renew the lease and note new progress; False means stop: cancelled, or the claim is no longer good."""

    def wanted(self, claim: Claim) -> bool:
        """Whether to go on; False means stop: cancelled, or the claim is no longer good. Renews nothing."""

    def finish(
        self, claim: Claim, quote: Quote, timings: Mapping[str, float], announce: Callable[[Answer], None] = ...
    ) -> Answer | None:
        """Store an answer, for this quote and for equal ones that wait; None where the claim is no longer good.

        `announce` hears of the answer before it is stored: who finds no equal quote running finds the answer.
        """

    def finish_known(self, claim: Claim, answer: Answer) -> bool:
        """Store an answer from the cache; False where the claim is no longer good."""

    def fail(self, claim: Claim, error: Mapping[str, Any]) -> bool:
        """End without an answer, `error` says why; False where the claim is no longer good."""

    def stop(self, claim: Claim) -> bool:
        """End as cancelled; False where the claim is no longer good."""

    def due(self, room: Mapping[Size, int]) -> Sequence[Wake]:
        """Queued quotes that nobody took in time, at most so many of a size; due again later, at growing distance."""

    def not_woken(self, quote_ids: Sequence[str]) -> None:
        """These wake-ups did not get through: due again soon."""

    def requeue_stale(self) -> int:
        """Put quotes with an expired lease back, fail the poisoned ones; how many were touched."""

    def expire(self) -> int:
        """End quotes that waited too long for a first worker; how many."""

    def ping(self) -> None:
        """Raises StoreUnavailable."""


class Market(Protocol):
    """The reference data."""

    def pin(self, as_of: date, clearances: tuple[Clearance, ...] = ()) -> Pin:
        """Name what is in force now for a day, and what the asking tenant has cleared."""

    def snapshot(self, pin: Pin) -> Snapshot:
        """Read what was pinned. Raises SnapshotGone."""


class JobQueue(Protocol):
    """A doorbell: losing a ring costs time and nothing else."""

    def wake(self, wake: Wake) -> None:
        """Raises QueueUnavailable."""

    def depths(self) -> Mapping[Size, int]:
        """How many rings nobody has heard yet, by the size of their quotes. Raises QueueUnavailable."""


class ResultCache(Protocol):
    """May forget anything at any time, and never raises."""

    def get(self, key: CacheKey) -> Answer | None:
        """The answer to an equal request, where it is remembered and whole."""

    def put(self, key: CacheKey, answer: Answer) -> None:
        """Remember an answer for a while, if it fits."""


class KeyRing(Protocol):
    def caller(self, key: str) -> Caller | None:
        """Whom a key belongs to; None where it is unknown or revoked. Raises StoreUnavailable."""


class Clock(Protocol):
    def today(self) -> date:
        """The day, UTC."""

    def elapsed_ms(self) -> float:
        """Milliseconds since some fixed moment; only differences mean something."""


class Log(Protocol):
    """Structured logging; the application names events, adapters write them."""

    def bind(self, **fields: Any) -> Log:
        """The same log, with fields in each of its lines."""

    def info(self, event: str, /, **fields: Any) -> None: ...

    def exception(self, event: str, /, **fields: Any) -> None: ...


class Meter(Protocol):
    """Counts for those who run the service."""

    def computed(self, timings: Mapping[str, float], gap: float | None, proven: bool) -> None:
        """A quote was computed. Units: milliseconds a stage; gap of its first plan, None where it has none."""


class PulsingWatch(Watch, Protocol):
    """A watch whose heartbeat keeps the claim alive."""

    @property
    def timings(self) -> Mapping[str, float]:
        """Milliseconds a stage."""

    @property
    def exhausted(self) -> bool:
        """Whether it says stop because the process holds more memory than it may."""


Pulse = Callable[[Claim], AbstractContextManager[PulsingWatch]]
Digest = Callable[[QuoteRequest], str]
MakeQuote = Callable[[QuoteRequest, Snapshot, Watch], Quote]
