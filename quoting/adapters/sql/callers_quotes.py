"""What callers do to quotes: ask for, read, list, cancel. Every statement names the tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from quoting.adapters.remembered import Remembered
from quoting.adapters.sql import rows
from quoting.adapters.sql.acceptance import Acceptance, Arrival, new_row, replayed
from quoting.adapters.sql.clearances import standing
from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.tables import quotes, results
from quoting.adapters.sql.units import Units
from quoting.application.errors import TooManyWaiting
from quoting.application.quotes import Answer, Idempotency, Page, Position, QuoteRecord, Status, Submission
from quoting.domain.controls.rulebook import Clearance
from quoting.domain.errors import (
    QuoteAlreadyEnded,
    QuoteHasNoResult,
    QuoteNotDone,
    QuoteNotFound,
)
from quoting.domain.snapshot import Pin, SourcePart

REMEMBERED_S, REMEMBERED = 5.0, 1000

# Statements of every request are built once: to build one costs as much as to run it.
_ONE = select(quotes).where(quotes.c.tenant == bindparam("of"), quotes.c.id == bindparam("quote"))


class CallersQuotes:
    """Args:
    packed: reference files of this process, by digest; stored with the first quote that is pinned to them.
    dispatch_after_s: how long the first wake-up has before the dispatcher sends another.
    """

    def __init__(
        self,
        units: Units,
        recorder: Recorder,
        packed: dict[str, bytes],
        dispatch_after_s: float,
        max_attempts: int,
        waiting_limit: int,
    ) -> None:
        self._units, self._recorder, self._packed, self._max_attempts = units, recorder, packed, max_attempts
        self._acceptance = Acceptance(recorder, packed, int(dispatch_after_s * 1000), waiting_limit)
        # What has ended never changes: it is followed without asking again.
        self._ended: Remembered[tuple[str, str], QuoteRecord] = Remembered(REMEMBERED_S, REMEMBERED)
        self._clearances: Remembered[str, tuple[Clearance, ...]] = Remembered(REMEMBERED_S, REMEMBERED)
        # Tenants that were at their limit lately: they are refused without keeping another from writing.
        self._full: Remembered[str, bool] = Remembered(REMEMBERED_S, REMEMBERED)

    def replayed(self, tenant: str, idempotency: Idempotency) -> QuoteRecord | None:
        return self._units.read(lambda c: replayed(c, tenant, idempotency), tenant)

    def accept(self, submission: Submission, known: Answer | None) -> tuple[QuoteRecord, bool]:
        tenant, arrival = submission.tenant, Arrival(submission, known, new_row(submission, known, self._max_attempts))
        try:
            if self._full.get(tenant):
                self._units.read(lambda c: self._acceptance.refuse(c, arrival), tenant)
            try:
                accepted = self._units.write_each(self._acceptance, arrival, tenant)
            except IntegrityError:  # another process used the key, or stored the files, first: now it can be seen
                accepted = self._units.write_each(self._acceptance, arrival, tenant)
        except TooManyWaiting:
            self._full.put(tenant, True)
            raise
        if not accepted[1]:
            self._packed.pop(submission.pin.reference, None)  # stored for good: nobody has to look any more
        return accepted

    def clearances(self, tenant: str, remembered: bool = False) -> tuple[Clearance, ...]:
        known = self._clearances.get(tenant) if remembered else None
        if known is not None:
            return known
        found = self._units.read(lambda c: standing(c, tenant), tenant)
        self._clearances.put(tenant, found)
        return found

    def record_checks(
        self, tenant: str, checks: Sequence[tuple[str, str]], pin: Pin, parts: Mapping[str, SourcePart]
    ) -> None:
        def unit(c: Connection) -> None:
            self._acceptance.keep_files(c, pin.reference)
            self._recorder.checked(c, tenant, checks, pin, parts)

        try:
            self._units.write(unit, tenant)
        except IntegrityError:  # another process stored the files first: now they can be seen
            self._units.write(unit, tenant)

    def get(self, tenant: str, quote_id: str) -> QuoteRecord:
        known = self._ended.get((tenant, quote_id))
        if known is not None:
            return known
        record = self._units.read(lambda c: rows.record(_row(c, tenant, quote_id)), tenant)
        if record.status.done:
            self._ended.put((tenant, quote_id), record)
        return record

    def result(self, tenant: str, quote_id: str) -> Answer:
        return self._units.read(lambda c: _result(c, tenant, quote_id), tenant)

    def page(self, tenant: str, status: Status | None, limit: int, after: Position | None) -> Page:
        query = select(quotes).where(quotes.c.tenant == tenant)
        if status is not None:
            query = query.where(quotes.c.status == status)
        query = _below(query, after).order_by(quotes.c.created_at.desc(), quotes.c.id.desc()).limit(limit + 1)
        found = self._units.read(lambda c: c.execute(query).all(), tenant)
        last = found[limit - 1] if len(found) > limit else None
        return Page(
            quotes=[rows.record(row) for row in found[:limit]],
            next=None if last is None else Position(last.created_at, last.id),
        )

    def cancel(self, tenant: str, quote_id: str) -> QuoteRecord:
        return self._units.write(lambda c: self._cancel(c, tenant, quote_id), tenant)

    def _cancel(self, c: Connection, tenant: str, quote_id: str) -> QuoteRecord:
        """A queued quote ends here; a running one is asked to, and its worker hears of it at the next heartbeat."""
        mine = and_(quotes.c.tenant == tenant, quotes.c.id == quote_id)
        changed = {"cancel_requested": True, "row_version": quotes.c.row_version + 1}
        queued = (
            update(quotes)
            .where(mine, quotes.c.status == Status.QUEUED)
            .values(status=Status.CANCELLED, finished_at=now_ms(), next_dispatch_at=None, **changed)
            .returning(quotes)
        )
        running = update(quotes).where(mine, quotes.c.status == Status.RUNNING).values(**changed).returning(quotes)
        for statement in (queued, running):
            row = c.execute(statement).first()
            if row is not None:
                record = rows.record(row)
                if record.status.done:
                    self._recorder.ended(c, [row])
                return record
        raise QuoteAlreadyEnded(f"the quote has ended: {_row(c, tenant, quote_id).status}")


def _row(c: Connection, tenant: str, quote_id: str) -> Any:
    known = "\x00" not in quote_id  # PostgreSQL takes no NUL in a text
    row = c.execute(_ONE, {"of": tenant, "quote": quote_id}).first() if known else None
    if row is None:
        raise QuoteNotFound("there is no such quote")
    return row


def _result(c: Connection, tenant: str, quote_id: str) -> Answer:
    record = rows.record(_row(c, tenant, quote_id))
    if not record.status.done:
        raise QuoteNotDone(f"the quote is {record.status.value}")
    row = c.execute(select(results).where(results.c.quote_id == quote_id)).first()
    if row is None:
        raise QuoteHasNoResult(f"the quote has ended without a result: {record.status.value}")
    return Answer(record.status, row.body, row.sha256, record.valid_until)


def _below(query: Select[Any], after: Position | None) -> Select[Any]:
    if after is None:
        return query
    same_moment = and_(quotes.c.created_at == after.created_ms, quotes.c.id < after.id)
    return query.where(or_(quotes.c.created_at < after.created_ms, same_moment))
