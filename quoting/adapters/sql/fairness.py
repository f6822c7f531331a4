"""How much one tenant may ask for, and whose turn it is."""

from __future__ import annotations

import random

from sqlalchemy import and_, exists, func, select
from sqlalchemy.engine import Connection

from quoting.adapters.sql.tables import quotes
from quoting.adapters.sql.units import Units
from quoting.application.ports import Status


def used_up(c: Connection, tenant: str, limit: int) -> bool:
    """Whether a tenant has as many quotes in the queue as it may."""
    waiting = select(quotes.c.id).where(quotes.c.status == Status.QUEUED, quotes.c.tenant == tenant).limit(limit)
    return int(c.scalar(select(func.count()).select_from(waiting.subquery())) or 0) >= limit


class Turns:
    """A ring says that there is work; which, is decided when it is heard.

    So a tenant that has sent a thousand quotes does not keep another waiting for all of them: of the tenants that wait,
    one with the fewest running is next, and its oldest quote. Equals are drawn by lot.
    """

    def __init__(self, units: Units) -> None:
        self._units = units

    def turn(self, quote_id: str) -> str:
        return self._units.read(lambda c: _turn(c, quote_id))


def _turn(c: Connection, quote_id: str) -> str:
    limit_ms = c.scalar(select(quotes.c.limit_ms).where(quotes.c.id == quote_id))
    if limit_ms is None:
        return quote_id
    other = quotes.alias()
    equal_runs = exists().where(
        other.c.tenant == quotes.c.tenant,
        other.c.request_digest == quotes.c.request_digest,
        other.c.snapshot_digest == quotes.c.snapshot_digest,
        other.c.status == Status.RUNNING,
    )
    # The ring carries the time its own quote may take: a longer one would be cut off.
    waits = and_(quotes.c.status == Status.QUEUED, quotes.c.limit_ms <= limit_ms, ~equal_runs)
    first = select(quotes.c.tenant, func.min(quotes.c.id)).where(waits).group_by(quotes.c.tenant)
    oldest: dict[str, str] = {row[0]: row[1] for row in c.execute(first)}
    if not oldest:
        return quote_id
    running = select(quotes.c.tenant, func.count()).where(quotes.c.status == Status.RUNNING).group_by(quotes.c.tenant)
    busy: dict[str, int] = {row[0]: row[1] for row in c.execute(running)}
    fewest = min(busy.get(tenant, 0) for tenant in oldest)
    return oldest[random.choice(sorted(t for t in oldest if busy.get(t, 0) == fewest))]  # noqa: S311  (no secret)
