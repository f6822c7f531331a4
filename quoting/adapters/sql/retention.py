"""Old quotes are deleted with their results and keys of idempotency; what the law has kept is not touched."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import and_, delete, exists, func, select
from sqlalchemy.engine import Connection

from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.record_tables import record
from quoting.adapters.sql.tables import idempotency, quotes, results
from quoting.adapters.sql.units import Units

BATCH = 200
DAY_MS = 86_400_000


class SqlRetention:
    """Args:
    days: how long an ended quote is kept at least. Its record may keep it longer: five years, or under a legal hold.
    """

    def __init__(self, units: Units, days: int) -> None:
        self._units, self._days = units, days

    def __call__(self) -> int:
        """Delete one batch of what need not be kept; how many quotes. Raises StoreUnavailable."""
        return self._units.write(self._forget)

    def _forget(self, c: Connection) -> int:
        mine = and_(record.c.subject == quotes.c.id, record.c.tenant == quotes.c.tenant)
        kept = exists().where(mine, record.c.retain_until >= datetime.now(UTC).date().isoformat())
        hold = (
            select(record.c.kind)
            .where(mine, record.c.kind.in_(("held", "released")))
            .order_by(record.c.seq.desc())
            .limit(1)
            .scalar_subquery()
        )
        old = quotes.c.finished_at < now_ms() - self._days * DAY_MS  # null as long as it has not ended
        query = select(quotes.c.id).where(old, ~kept, func.coalesce(hold, "") != "held")
        query = query.order_by(quotes.c.finished_at).limit(BATCH)
        ids = c.scalars(query).all()
        if ids:
            for table, column in (
                (results, results.c.quote_id),
                (idempotency, idempotency.c.quote_id),
                (quotes, quotes.c.id),
            ):
                c.execute(delete(table).where(column.in_(ids)))
        return len(ids)
