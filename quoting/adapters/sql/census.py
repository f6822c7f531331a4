"""Counts of quotes, for those who run the service: the truth, also after a restart."""

from __future__ import annotations

from sqlalchemy import func, select

from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.tables import quotes
from quoting.adapters.sql.units import Units
from quoting.application.ports import CacheUse, Census, Status


class SqlCensus:
    def __init__(self, units: Units) -> None:
        self._units = units

    def __call__(self) -> Census:
        """Count all quotes. Raises StoreUnavailable."""
        by_kind = select(quotes.c.status, quotes.c.cache, func.count()).group_by(quotes.c.status, quotes.c.cache)
        oldest = select(now_ms() - func.min(quotes.c.created_at)).where(quotes.c.status == Status.QUEUED)
        rows, age_ms = self._units.read(lambda c: (c.execute(by_kind).all(), c.scalar(oldest)))
        statuses, caches = dict.fromkeys(Status, 0), dict.fromkeys(CacheUse, 0)
        for status, cache, count in rows:
            statuses[Status(status)] += count
            if cache is not None:
                caches[CacheUse(cache)] += count
        return Census(statuses, caches, None if age_ms is None else max(0.0, age_ms / 1000))
