"""Turn a queued request into an answer. Safe to run twice, and at the same time: the fence lets one end it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quoting.application.errors import StoreUnavailable
from quoting.application.ports import Log, MakeQuote, Market, Meter, Pulse, PulsingWatch, QuoteStore, ResultCache
from quoting.application.quotes import Answer, Claim
from quoting.domain.errors import Cancelled, DomainError, RequestInvalid
from quoting.domain.quote import make_quote

OUT_OF_MEMORY = {
    "code": "out_of_memory",
    "detail": "it needs more memory than a worker may hold (CHIPQUOTE_WORKER_MEMORY_MB): ask for less at once",
}


def compute_quote(
    quote_id: str,
    owner: str,
    *,
    store: QuoteStore,
    market: Market,
    cache: ResultCache,
    pulse: Pulse,
    meter: Meter,
    log: Log,
    make: MakeQuote = make_quote,
) -> bool:
    """Claim a quote, answer it from its pinned snapshot, and store the answer under the claim's fence.

    Returns:
        Whether there was something to do: another worker may have taken it, or it has ended.

    Raises:
        StoreUnavailable: the claim runs out and the quote is taken up again.
    """
    claim = store.claim(quote_id, owner)
    if claim is None:
        return False
    log = log.bind(request_id=claim.request_id)
    known = cache.get(claim.cache_key)
    if known is not None:
        store.finish_known(claim, known)
        log.info("quote_known", quote_id=quote_id, fence=claim.fence, status=known.status.value)
    else:
        _compute(claim, store, market, cache, pulse, meter, log, make)
    return True


def _compute(
    claim: Claim,
    store: QuoteStore,
    market: Market,
    cache: ResultCache,
    pulse: Pulse,
    meter: Meter,
    log: Log,
    make: MakeQuote,
) -> None:
    quote_id = claim.quote_id
    with pulse(claim) as watch:
        try:
            answer = _answer(claim, store, market, cache, watch, meter, make)
        except (Cancelled, MemoryError) as end:
            if isinstance(end, MemoryError) or watch.exhausted:
                log.info("quote_failed", quote_id=quote_id, code=OUT_OF_MEMORY["code"])
                store.fail(claim, OUT_OF_MEMORY)
            else:
                store.stop(claim)
            return
        except StoreUnavailable:
            raise
        except DomainError as error:
            log.info("quote_failed", quote_id=quote_id, code=error.code)
            store.fail(claim, problem_of(error))
            return
        except Exception:
            log.exception("quote_failed", quote_id=quote_id, code="internal_error")
            store.fail(claim, {"code": "internal_error", "detail": "the quote could not be computed"})
            return
    if answer is None:
        log.info("stale_fence", quote_id=quote_id, fence=claim.fence)
        return
    log.info("quote_computed", quote_id=quote_id, fence=claim.fence, status=answer.status.value)


def _answer(
    claim: Claim,
    store: QuoteStore,
    market: Market,
    cache: ResultCache,
    watch: PulsingWatch,
    meter: Meter,
    make: MakeQuote,
) -> Answer | None:
    watch.stage("reading reference data", 0)
    snapshot = market.snapshot(claim.pin)
    quote = make(claim.request, snapshot, watch)
    if watch.stopped():
        raise Cancelled
    plan = quote.plans[0] if quote.plans else None
    gap = None if plan is None or not plan.objectives else float(plan.objectives[0].gap)
    meter.computed(watch.timings, gap, plan is None or plan.stopped is None)
    # The answer is in the cache before the quote has ended: an equal one, accepted in between, is not solved again.
    return store.finish(claim, quote, watch.timings, lambda answer: cache.put(claim.cache_key, answer))


def problem_of(error: DomainError) -> Mapping[str, Any]:
    """An error as a quote keeps it: stable code, words, and the bad fields."""
    problem: dict[str, Any] = {"code": error.code, "detail": str(error)}
    if isinstance(error, RequestInvalid):
        problem["errors"] = [{"pointer": f.pointer, "code": f.code, "detail": f.detail} for f in error.faults]
    return problem
