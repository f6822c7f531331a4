"""Read the result of a quote: from the cache, else from SQL. It is the same bytes either way."""

from __future__ import annotations

from quoting.application.ports import QuoteStore, ResultCache
from quoting.application.quotes import Answer, CacheKey

_OF_QUOTE = "result"  # in the place of a snapshot: this entry is one quote's own, with its own timings


def read_result(tenant: str, quote_id: str, *, store: QuoteStore, cache: ResultCache) -> Answer:
    """The result as it was stored.

    Raises:
        QuoteNotFound, QuoteNotDone, QuoteHasNoResult: as they say.
        StoreUnavailable: the cache does not have it and the database does not answer.
    """
    key = CacheKey(tenant, quote_id, _OF_QUOTE)
    known = cache.get(key)
    if known is not None:
        return known
    answer = store.result(tenant, quote_id)
    cache.put(key, answer)
    return answer
