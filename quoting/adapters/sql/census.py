"""Counts of quotes, for those who run the service: the truth, also after a restart."""

from __future__ import annotations

from sqlalchemy import column, func, select, table

from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.units import Units
from quoting.application.quotes import CacheUse, Census, Status

# A view: a role that sees one tenant's quotes only may count those of all.
COUNTS = table("quote_census", *(column(name) for name in ("status", "cache", "quotes", "oldest")))


class SqlCensus:
    def __init__(self, units: Units) -> None:
        self._units = units

    def __call__(self) -> Census:
        """Count all quotes. Raises StoreUnavailable."""
        oldest = select(now_ms() - func.min(COUNTS.c.oldest)).where(COUNTS.c.status == Status.QUEUED)
        counted = select(COUNTS.c.status, COUNTS.c.cache, COUNTS.c.quotes)
        rows, age_ms = self._units.read(lambda c: (c.execute(counted).all(), c.scalar(oldest)))
        statuses, caches = dict.fromkeys(Status, 0), dict.fromkeys(CacheUse, 0)
        for status, cache, count in rows:
            statuses[Status(status)] += count
            if cache is not None:
                caches[CacheUse(cache)] += count
        return Census(statuses, caches, None if age_ms is None else max(0.0, age_ms / 1000))
