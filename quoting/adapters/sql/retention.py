"""What is old is deleted: quotes with all that hangs on them, clearances taken back, and their texts on record.

What the law has kept, five years or under a legal hold, is not touched. The chain of the record stays whole: an entry
loses its texts and keeps its hash, and a new entry says which ones did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, select
from sqlalchemy.engine import Connection

from quoting.adapters.sql.clearance_tables import clearances
from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.record_tables import record
from quoting.adapters.sql.tables import idempotency, quotes, results
from quoting.adapters.sql.units import Units
from quoting.domain.record import Kind

BATCH = 200
DAY_MS = 86_400_000


class SqlRetention:
    """Args:
    days: how long an ended quote, a check or a clearance that was taken back is kept at least. Its record may keep it
        longer: five years, or a hold.
    """

    def __init__(self, units: Units, recorder: Recorder, days: int) -> None:
        self._units, self._recorder, self._days = units, recorder, days

    def __call__(self) -> int:
        """Delete one batch of what need not be kept; how many subjects. Raises StoreUnavailable."""
        found = [self._units.read(old) for old in (self._old_quotes, self._old_checks, self._old_clearances)]
        return self._units.write(lambda c: self._forget(c, *found)) if any(found) else 0

    def _old_quotes(self, c: Connection) -> Sequence[str]:
        old = quotes.c.finished_at < self._before()  # null as long as it has not ended
        query = select(quotes.c.id).where(old, _free(quotes.c.id, quotes.c.tenant))
        return c.scalars(query.order_by(quotes.c.finished_at).limit(BATCH)).all()

    def _old_checks(self, c: Connection) -> Sequence[str]:
        old = and_(record.c.kind == Kind.CHECKED, record.c.facts != "", record.c.recorded_at < self._before())
        query = select(record.c.subject).where(old, _free(record.c.subject, record.c.tenant))
        return c.scalars(query.order_by(record.c.recorded_at).limit(BATCH)).all()

    def _old_clearances(self, c: Connection) -> Sequence[str]:
        """Only what was taken back; quotes and checks that were answered with it hold it themselves."""
        old = clearances.c.revoked_at < self._before()  # null as long as it stands
        query = select(clearances.c.id).where(old, _free(clearances.c.id, clearances.c.tenant))
        return c.scalars(query.order_by(clearances.c.revoked_at).limit(BATCH)).all()

    def _before(self) -> ColumnElement[int]:
        return now_ms() - self._days * DAY_MS

    def _forget(self, c: Connection, ids: Sequence[str], checks: Sequence[str], withdrawn: Sequence[str]) -> int:
        emptied: dict[str, list[int]] = defaultdict(list)
        subjects = [*ids, *checks, *withdrawn]
        texts = select(record.c.tenant, record.c.seq).where(record.c.subject.in_(subjects), record.c.facts != "")
        for tenant, seq in c.execute(texts):
            emptied[tenant].append(seq)
        for tenant, entries in sorted(emptied.items()):
            self._recorder.empty(c, tenant, entries)
        for column, gone in (
            (results.c.quote_id, ids),
            (idempotency.c.quote_id, ids),
            (quotes.c.id, ids),
            (clearances.c.id, withdrawn),
        ):
            c.execute(delete(column.table).where(column.in_(gone)))
        return len(subjects)


def _free(subject: ColumnElement[str], tenant: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether nothing on record keeps a subject: no entry whose years go on, and no hold."""
    entry = record.alias()
    mine = and_(entry.c.subject == subject, entry.c.tenant == tenant)
    kept = exists().where(mine, entry.c.retain_until >= datetime.now(UTC).date().isoformat())
    hold = (
        select(entry.c.kind)
        .where(mine, entry.c.kind.in_((Kind.HELD, Kind.RELEASED)))
        .order_by(entry.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(~kept, func.coalesce(hold, "") != Kind.HELD)
