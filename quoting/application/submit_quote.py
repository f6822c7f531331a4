"""Accept a procurement request: store first, wake a worker after; a lost wake-up costs time only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from quoting.application.errors import ClearancesChanged, QueueUnavailable
from quoting.application.ports import Clock, JobQueue, Market, Print, QuoteStore, ResultCache
from quoting.application.quotes import Idempotency, QuoteRecord, Submission, Wake
from quoting.domain.controls.rulebook import Clearance
from quoting.domain.market import expected_size, refuse_unexplainable
from quoting.domain.plan_problem import refuse_unpriceable
from quoting.domain.request import QuoteRequest, dated


def submit_quote(
    request: QuoteRequest,
    tenant: str,
    idempotency: Idempotency | None,
    *,
    store: QuoteStore,
    market: Market,
    cache: ResultCache,
    queue: JobQueue,
    clock: Clock,
    printed: Print,
    request_id: str | None = None,
) -> tuple[QuoteRecord, bool]:
    """Store the request with its day and its reference data pinned, and wake a worker.

    Args:
        request_id: of the HTTP request; kept with the quote, so that the worker's lines of the log carry it too.

    Returns:
        The quote, and whether its idempotency key had been used for it before. It is done already where an equal
        request was answered lately.

    Raises:
        RequestInvalid: a limit is in a currency without a reference rate, or too much is to be explained.
        IdempotencyMismatch: the key stands for another request.
        StoreUnavailable: nothing was stored.
    """
    request = dated(request, clock.today())
    assert request.as_of is not None  # dated fills it
    asked = _Asked(request, request.as_of, tenant, idempotency, *printed(request), request_id)
    try:
        submission = asked.pinned(market, store.clearances(tenant, remembered=True))
        record, replayed = store.accept(submission, cache.get(submission.cache_key))
    except ClearancesChanged:
        submission = asked.pinned(market, store.clearances(tenant))
        record, replayed = store.accept(submission, cache.get(submission.cache_key))
    if not (replayed or record.status.done):
        ring(queue, Wake(record.id, submission.limit_s, submission.expected_size))
    return record, replayed


@dataclass(frozen=True, slots=True)
class _Asked:
    """A dated request whose reference data is not pinned yet."""

    request: QuoteRequest
    as_of: date
    tenant: str
    idempotency: Idempotency | None
    text: str
    digest: str
    request_id: str | None

    def pinned(self, market: Market, clearances: tuple[Clearance, ...]) -> Submission:
        """Raises RequestInvalid."""
        pin = market.pin(self.as_of, clearances)
        snapshot = market.snapshot(pin)
        refuse_unpriceable(self.request, snapshot.fx)
        refuse_unexplainable(self.request, snapshot)
        return Submission(
            tenant=self.tenant,
            request=self.request,
            request_text=self.text,
            request_digest=self.digest,
            pin=pin,
            clearances=frozenset(each.id for each in clearances),
            idempotency=self.idempotency,
            expected_size=expected_size(self.request, snapshot),
            request_id=self.request_id,
        )


def ring(queue: JobQueue, wake: Wake) -> None:
    """Wake a worker; where that fails the dispatcher does it, so nobody has to be told."""
    try:
        queue.wake(wake)
    except QueueUnavailable:
        return
