"""What the use cases need from outside. Adapters implement these; tests fake them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Protocol

from quoting.application.quotes import (
    Answer,
    CacheKey,
    Caller,
    Claim,
    Idempotency,
    Page,
    Position,
    Progress,
    QuoteRecord,
    Size,
    Status,
    Submission,
    Wake,
)
from quoting.domain.answer import Quote
from quoting.domain.controls.rulebook import Clearance
from quoting.domain.request import QuoteRequest
from quoting.domain.snapshot import Pin, Snapshot, SourcePart
from quoting.domain.watch import Watch


class QuoteStore(Protocol):
    """The truth about quotes, and the queue. Every method is one transaction; every read of a caller takes the tenant.

    All methods raise StoreUnavailable when the database does not answer.
    """

    def replayed(self, tenant: str, idempotency: Idempotency) -> QuoteRecord | None:
        """The quote an idempotency key stands for. Raises IdempotencyMismatch."""

    def accept(self, submission: Submission, known: Answer | None) -> tuple[QuoteRecord, bool]:
        """Store a quote, done at once where its answer is known; the flag says that the key was used before.

        Raises IdempotencyMismatch, TooManyWaiting, ClearancesChanged.
        """

    def get(self, tenant: str, quote_id: str) -> QuoteRecord:
        """Raises QuoteNotFound."""

    def result(self, tenant: str, quote_id: str) -> Answer:
        """Raises QuoteNotFound, QuoteNotDone, QuoteHasNoResult."""

    def page(self, tenant: str, status: Status | None, limit: int, after: Position | None) -> Page:
        """The tenant's quotes, newest first."""

    def cancel(self, tenant: str, quote_id: str) -> QuoteRecord:
        """Ask for an end. Raises QuoteNotFound, QuoteAlreadyEnded."""

    def clearances(self, tenant: str, remembered: bool = False) -> tuple[Clearance, ...]:
        """What the tenant has judged and not taken back: quotes and checks are pinned to it.

        Args:
            remembered: it may be some seconds old; `accept` sees whether it still holds.
        """

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


class Notices(Protocol):
    """Tells who waits for a quote that it has ended, so that they need not ask over and over. Never raises."""

    def say_ended(self, quote_id: str) -> None:
        """May get lost."""

    def hear_end(self, quote_id: str, seconds: float) -> bool:
        """Wait until it is said, about so long at most; False, at once, where nothing can be heard just now."""


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
Print = Callable[[QuoteRequest], tuple[str, str]]  # a request as text, and the digest that equal ones share
MakeQuote = Callable[[QuoteRequest, Snapshot, Watch], Quote]
