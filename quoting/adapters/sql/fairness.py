"""Whose turn it is."""

from __future__ import annotations

import random

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select
from sqlalchemy.engine import Connection

from quoting.adapters.sql.tables import quotes
from quoting.adapters.sql.units import Units
from quoting.application.quotes import Size, Status


def of_size(size: Size, large_from: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Quotes of one size; `large_from`: expected size from which a quote is large."""
    return quotes.c.expected_size >= large_from if size is Size.LARGE else quotes.c.expected_size < large_from


class Turns:
    """A ring says that there is work; which, is decided when it is heard.

    So a tenant that has sent a thousand quotes does not keep another waiting for all of them: of the tenants that wait,
    one with the fewest running is next, and its oldest quote. Equals are drawn by lot. A ring for a small quote is
    answered by a small one, so that it never wakes a worker for a large one.
    """

    def __init__(self, units: Units, large_from: int) -> None:
        self._units, self._large_from = units, large_from

    def turn(self, quote_id: str) -> str:
        return self._units.read(lambda c: _turn(c, quote_id, self._large_from))


_other = quotes.alias()
_EQUAL_RUNS = exists().where(
    _other.c.tenant == quotes.c.tenant,
    _other.c.request_digest == quotes.c.request_digest,
    _other.c.snapshot_digest == quotes.c.snapshot_digest,
    _other.c.status == Status.RUNNING,
)
_RUNG = select(quotes.c.limit_ms, quotes.c.expected_size).where(quotes.c.id == bindparam("quote"))
# The ring carries the time its own quote may take: a longer one would be cut off.
_WAITS = and_(quotes.c.status == Status.QUEUED, quotes.c.limit_ms <= bindparam("most_ms"), ~_EQUAL_RUNS)
_OLDEST = {
    size: select(quotes.c.tenant, func.min(quotes.c.id))
    .where(_WAITS, of_size(size, bindparam("large_from")))
    .group_by(quotes.c.tenant)
    for size in Size
}
_RUNNING = select(quotes.c.tenant, func.count()).where(quotes.c.status == Status.RUNNING).group_by(quotes.c.tenant)


def _turn(c: Connection, quote_id: str, large_from: int) -> str:
    rung = c.execute(_RUNG, {"quote": quote_id}).first()
    if rung is None:
        return quote_id
    size = Size.LARGE if rung.expected_size >= large_from else Size.SMALL
    waiting = c.execute(_OLDEST[size], {"most_ms": rung.limit_ms, "large_from": large_from})
    oldest: dict[str, str] = {row[0]: row[1] for row in waiting}
    if len(oldest) < 2:
        return next(iter(oldest.values()), quote_id)
    busy: dict[str, int] = {row[0]: row[1] for row in c.execute(_RUNNING)}
    fewest = min(busy.get(tenant, 0) for tenant in oldest)
    return oldest[random.choice(sorted(t for t in oldest if busy.get(t, 0) == fewest))]  # noqa: S311  (no secret)
