"""What the dispatcher does to quotes: find what nobody took, rescue what a dead worker held, expire the rest."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.engine import Connection

from quoting.adapters.sql import rows
from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.fairness import of_size
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.tables import quotes
from quoting.adapters.sql.units import Units
from quoting.adapters.sql.workers_quotes import ended, release_equals
from quoting.application.quotes import Size, Status, Wake

BATCH = 200
NOT_WOKEN_AGAIN_MS = 1000
POISONED = {"code": "poisoned", "detail": "the worker died in this quote as often as is allowed"}


class DispatchersQuotes:
    """Args:
    dispatch_after_s, redispatch_max_s: distance between two wake-ups of one quote, first and longest; it doubles.
    expire_after_s: how long a quote waits for its first worker.
    large_from: expected size from which a quote is large.
    """

    def __init__(
        self,
        units: Units,
        recorder: Recorder,
        dispatch_after_s: float,
        redispatch_max_s: float,
        expire_after_s: float,
        large_from: int,
    ) -> None:
        self._units, self._recorder, self._large_from = units, recorder, large_from
        self._first_ms, self._longest_ms = int(dispatch_after_s * 1000), int(redispatch_max_s * 1000)
        self._expire_ms = int(expire_after_s * 1000)

    def due(self, room: Mapping[Size, int]) -> Sequence[Wake]:
        wanted = {size: min(limit, BATCH) for size, limit in room.items() if limit > 0}
        if not wanted:
            return ()
        return self._units.write(
            lambda c: [wake for size, limit in wanted.items() for wake in self._due(c, size, limit)]
        )

    def _due(self, c: Connection, size: Size, limit: int) -> Sequence[Wake]:
        query = (
            select(quotes.c.id, quotes.c.limit_ms, quotes.c.expected_size, quotes.c.dispatch_count)
            .where(
                quotes.c.status == Status.QUEUED, quotes.c.next_dispatch_at <= now_ms(), of_size(size, self._large_from)
            )
            .order_by(quotes.c.next_dispatch_at, quotes.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        found = c.execute(query).all()
        for row in found:
            distance = min(self._first_ms * 2 ** min(row.dispatch_count, 20), self._longest_ms)
            distance = int(distance * random.uniform(1.0, 1.2))  # noqa: S311  (jitter, no secret)
            c.execute(
                update(quotes)
                .where(quotes.c.id == row.id)
                .values(next_dispatch_at=now_ms() + distance, dispatch_count=quotes.c.dispatch_count + 1)
            )
        return [Wake(row.id, row.limit_ms / 1000, row.expected_size) for row in found]

    def not_woken(self, quote_ids: Sequence[str]) -> None:
        statement = (
            update(quotes)
            .where(quotes.c.id.in_(quote_ids), quotes.c.status == Status.QUEUED)
            .values(next_dispatch_at=now_ms() + NOT_WOKEN_AGAIN_MS, dispatch_count=quotes.c.dispatch_count - 1)
        )
        self._units.write(lambda c: c.execute(statement))

    def requeue_stale(self) -> int:
        stale = and_(quotes.c.status == Status.RUNNING, quotes.c.lease_until < now_ms())
        if self._units.read(lambda c: c.scalar(select(func.count()).where(stale))) == 0:
            return 0  # the usual case takes no write lock

        def unit(c: Connection) -> int:
            wanted = select(quotes).where(stale).order_by(quotes.c.id).limit(BATCH).with_for_update(skip_locked=True)
            found = c.execute(wanted).all()
            self._recorder.ended(c, [row for old in found if (row := _rescue(c, old)) is not None])
            return len(found)

        return self._units.write(unit)

    def expire(self) -> int:
        late = and_(
            quotes.c.status == Status.QUEUED,
            quotes.c.started_at.is_(None),
            quotes.c.created_at < now_ms() - self._expire_ms,
        )
        if self._units.read(lambda c: c.scalar(select(func.count()).where(late))) == 0:
            return 0
        statement = update(quotes).where(late).values(status=Status.EXPIRED, **ended()).returning(quotes)

        def unit(c: Connection) -> int:
            expired = c.execute(statement).all()
            self._recorder.ended(c, expired)
            return len(expired)

        return self._units.write(unit)


def _rescue(c: Connection, row: Any) -> Any:
    """Queue a quote again, or end it; its row where it has ended."""
    mine = update(quotes).where(quotes.c.id == row.id)
    if row.cancel_requested:
        ending = mine.values(status=Status.CANCELLED, **ended())
    elif row.attempt >= row.max_attempts:
        ending = mine.values(status=Status.FAILED, error_json=rows.error_text(POISONED), **ended())
    else:
        again = {"lease_owner": None, "lease_until": None, "next_dispatch_at": now_ms(), "dispatch_count": 0}
        c.execute(mine.values(status=Status.QUEUED, row_version=quotes.c.row_version + 1, **again))
        return None
    release_equals(c, row)
    return c.execute(ending.returning(quotes)).one()
