"""What is kept of quotes and checks, and what passes between use cases and the parts behind their ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from quoting.domain.request import QuoteRequest
from quoting.domain.snapshot import Pin

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
    """A dated request about to be stored, with the reference data it will be answered from.

    `request_text`: the request in JSON, as it is stored;
    `clearances`: ids of the tenant's clearances that it is pinned to; they have to be those that stand as it is stored.
    """

    tenant: str
    request: QuoteRequest
    request_text: str
    request_digest: str
    pin: Pin
    clearances: frozenset[str]
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
