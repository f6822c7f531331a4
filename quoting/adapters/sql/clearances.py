"""What tenants have cleared, in SQL: added and taken back, each with an entry of the record, never changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection

from quoting.adapters.clock import sortable_id
from quoting.adapters.sql.clearance_tables import clearances
from quoting.adapters.sql.dialect import alone, now_ms
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.units import Units
from quoting.application.clearances import ClearanceNotFound, ClearanceRecord, TooManyClearances, Withdrawal
from quoting.domain.controls.rulebook import Clearance
from quoting.domain.record import Kind
from quoting.wire.clearance import print_clearance, read_clearance
from quoting.wire.json_text import canonical

MOST_STANDING = 1_000  # a tenant; each quote is pinned to all of them


class SqlClearances:
    """The port `Clearances`."""

    def __init__(self, units: Units, recorder: Recorder) -> None:
        self._units, self._recorder = units, recorder

    def add(self, tenant: str, clearance: Clearance) -> ClearanceRecord:
        kept = replace(clearance, id=sortable_id())
        text = canonical(print_clearance(kept)).decode()

        def unit(c: Connection) -> ClearanceRecord:
            alone(c, f"clearances/{tenant}")
            count = select(func.count()).where(clearances.c.tenant == tenant, clearances.c.revoked_at.is_(None))
            if (c.scalar(count) or 0) >= MOST_STANDING:
                raise TooManyClearances(f"a tenant keeps at most {MOST_STANDING:,} clearances: take back what is old")
            row = {"id": kept.id, "tenant": tenant, "judgement": text, "created_at": now_ms()}
            made = c.execute(insert(clearances).values(row).returning(clearances)).one()
            self._recorder.judged(c, tenant, Kind.CLEARED, kept.id, {"clearance": print_clearance(kept)}, text)
            return _record(made)

        return self._units.write(unit, tenant)

    def records(self, tenant: str) -> Sequence[ClearanceRecord]:
        query = select(clearances).where(clearances.c.tenant == tenant).order_by(clearances.c.id)
        return [_record(row) for row in self._units.read(lambda c: c.execute(query).all(), tenant)]

    def revoke(self, tenant: str, clearance_id: str, withdrawal: Withdrawal) -> ClearanceRecord:
        def unit(c: Connection) -> ClearanceRecord:
            mine = (clearances.c.tenant == tenant, clearances.c.id == clearance_id)
            changes = {"revoked_at": now_ms(), "revoked_by": withdrawal.by, "revoked_why": withdrawal.why}
            standing = update(clearances).where(*mine, clearances.c.revoked_at.is_(None)).values(changes)
            row = c.execute(standing.returning(clearances)).first()
            if row is not None:
                facts = {"by": withdrawal.by, "why": withdrawal.why}
                self._recorder.judged(c, tenant, Kind.REVOKED, clearance_id, facts, "")
                return _record(row)
            row = c.execute(select(clearances).where(*mine)).first()
            if row is None:
                raise ClearanceNotFound("there is no such clearance")
            return _record(row)

        if "\x00" in clearance_id:  # PostgreSQL takes no NUL in a text
            raise ClearanceNotFound("there is no such clearance")
        return self._units.write(unit, tenant)


_STANDING = select(clearances.c.judgement).where(
    clearances.c.tenant == bindparam("of"), clearances.c.revoked_at.is_(None)
)


def standing(c: Connection, tenant: str) -> tuple[Clearance, ...]:
    """What a tenant has judged and not taken back."""
    return tuple(read_clearance(json.loads(text)) for text in c.scalars(_STANDING, {"of": tenant}))


def _record(row: Any) -> ClearanceRecord:
    return ClearanceRecord(
        clearance=read_clearance(json.loads(row.judgement)),
        created_at=_moment(row.created_at),
        revoked_at=None if row.revoked_at is None else _moment(row.revoked_at),
        withdrawal=None if row.revoked_at is None else Withdrawal(row.revoked_by, row.revoked_why),
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
