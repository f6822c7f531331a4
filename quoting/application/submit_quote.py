"""Accept a procurement request: store first, wake a worker after; a lost wake-up costs time only."""

from __future__ import annotations

from quoting.application.errors import QueueUnavailable
from quoting.application.ports import Clock, Digest, JobQueue, Market, QuoteStore, ResultCache
from quoting.application.quotes import Idempotency, QuoteRecord, Submission, Wake
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
    digest: Digest,
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
    pin = market.pin(request.as_of, store.clearances(tenant))
    snapshot = market.snapshot(pin)
    refuse_unpriceable(request, snapshot.fx)
    refuse_unexplainable(request, snapshot)
    size = expected_size(request, snapshot)
    submission = Submission(tenant, request, digest(request), pin, idempotency, size, request_id)
    record, replayed = store.accept(submission, cache.get(submission.cache_key))
    if not (replayed or record.status.done):
        ring(queue, Wake(record.id, submission.limit_s, submission.expected_size))
    return record, replayed


def ring(queue: JobQueue, wake: Wake) -> None:
    """Wake a worker; where that fails the dispatcher does it, so nobody has to be told."""
    try:
        queue.wake(wake)
    except QueueUnavailable:
        return
