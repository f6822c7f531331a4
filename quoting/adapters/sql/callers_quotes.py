"""What callers do to quotes: ask for, read, list, cancel. Every statement names the tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from quoting.adapters.clock import sortable_id
from quoting.adapters.remembered import Remembered
from quoting.adapters.sql import archive, rows
from quoting.adapters.sql.clearances import standing
from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.fairness import used_up
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.tables import idempotency, quotes, results
from quoting.adapters.sql.units import Units
from quoting.application.errors import TooManyWaiting
from quoting.application.quotes import Answer, CacheUse, Idempotency, Page, Position, QuoteRecord, Status, Submission
from quoting.domain.controls.rulebook import Clearance
from quoting.domain.errors import (
    IdempotencyMismatch,
    QuoteAlreadyEnded,
    QuoteHasNoResult,
    QuoteNotDone,
    QuoteNotFound,
)
from quoting.domain.snapshot import Pin, SourcePart
from quoting.wire import json_text
from quoting.wire.request import dump_request

REMEMBERED_S, REMEMBERED = 5.0, 1000

# Statements of every request are built once: to build one costs as much as to run it.
_NOW = select(now_ms())
_INSERT = insert(quotes).returning(quotes)
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
        self._units, self._recorder, self._packed, self._waiting_limit = units, recorder, packed, waiting_limit
        self._dispatch_after_ms, self._max_attempts = int(dispatch_after_s * 1000), max_attempts
        # What has ended never changes: it is followed without asking again.
        self._ended: Remembered[tuple[str, str], QuoteRecord] = Remembered(REMEMBERED_S, REMEMBERED)
        # Tenants that were at their limit lately: they are refused without keeping another from writing.
        self._full: Remembered[str, bool] = Remembered(REMEMBERED_S, REMEMBERED)

    def replayed(self, tenant: str, idempotency: Idempotency) -> QuoteRecord | None:
        return self._units.read(lambda c: _replayed(c, tenant, idempotency), tenant)

    def accept(self, submission: Submission, known: Answer | None) -> tuple[QuoteRecord, bool]:
        if self._full.get(submission.tenant):
            self._units.read(lambda c: self._refuse(c, submission, known), submission.tenant)
        values = self._values(submission, known)  # printed before the transaction begins
        try:
            accepted = self._units.write(lambda c: self._accept(c, submission, values, known), submission.tenant)
        except IntegrityError:  # another process used the key, or stored the files, first: now it can be seen
            accepted = self._units.write(lambda c: self._accept(c, submission, values, known), submission.tenant)
        if not accepted[1]:
            self._packed.pop(submission.pin.reference, None)  # stored for good: nobody has to look any more
        return accepted

    def _refuse(self, c: Connection, submission: Submission, known: Answer | None) -> None:
        used = submission.idempotency
        if known is not None or (used is not None and _replayed(c, submission.tenant, used) is not None):
            return
        if used_up(c, submission.tenant, self._waiting_limit):
            self._full.put(submission.tenant, True)
            raise TooManyWaiting(self._waiting_limit)

    def _accept(
        self, c: Connection, submission: Submission, values: dict[str, Any], known: Answer | None
    ) -> tuple[QuoteRecord, bool]:
        used = submission.idempotency
        if used is not None and (record := _replayed(c, submission.tenant, used)) is not None:
            return record, True
        self._refuse(c, submission, known)
        self._keep_files(c, submission.pin)
        row = c.execute(_INSERT, values | _times(c, known, self._dispatch_after_ms)).one()
        if used is not None:
            c.execute(
                insert(idempotency).values(
                    tenant=submission.tenant, key=used.key, fingerprint=used.fingerprint, quote_id=row.id
                )
            )
        if known is not None:
            c.execute(insert(results).values(quote_id=row.id, body=known.text, sha256=known.digest))
        self._recorder.accepted(c, row)
        if known is not None:
            self._recorder.ended(c, [row], known)
        return rows.record(row), False

    def clearances(self, tenant: str) -> tuple[Clearance, ...]:
        return self._units.read(lambda c: standing(c, tenant), tenant)

    def record_checks(
        self, tenant: str, checks: Sequence[tuple[str, str]], pin: Pin, parts: Mapping[str, SourcePart]
    ) -> None:
        def unit(c: Connection) -> None:
            self._keep_files(c, pin)
            self._recorder.checked(c, tenant, checks, pin, parts)

        try:
            self._units.write(unit, tenant)
        except IntegrityError:  # another process stored the files first: now they can be seen
            self._units.write(unit, tenant)

    def _keep_files(self, c: Connection, pin: Pin) -> None:
        blob = self._packed.get(pin.reference)
        if blob is not None:
            archive.keep(c, pin.reference, blob)

    def _values(self, submission: Submission, known: Answer | None) -> dict[str, Any]:
        pin, request = submission.pin, submission.request
        values: dict[str, Any] = {
            "id": sortable_id(),
            "tenant": submission.tenant,
            "status": Status.QUEUED,
            "client_ref": request.client_ref,
            "request_id": submission.request_id,
            "request_json": json_text.canonical(dump_request(request)).decode(),
            "request_digest": submission.request_digest,
            "as_of": pin.as_of.isoformat(),
            "reference_digest": pin.reference,
            "rates_json": pin.rates,
            "snapshot_digest": pin.digest,
            "clearances_json": pin.clearances or None,
            "limit_ms": int(submission.limit_s * 1000),
            "expected_size": submission.expected_size,
            "fence": 0,
            "attempt": 0,
            "max_attempts": self._max_attempts,
            "dispatch_count": 0,
            "cancel_requested": False,
            "row_version": 1,
        }
        if known is not None:
            values |= {
                "status": known.status,
                "cache": CacheUse.HIT,
                "valid_until": known.valid_until and known.valid_until.isoformat(),
            }
        return values

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


def _times(c: Connection, known: Answer | None, dispatch_after_ms: int) -> dict[str, int | None]:
    """When it was accepted and, where its answer is known, ended; else when it is due to be woken again."""
    now = c.scalar(_NOW) or 0
    ended = None if known is None else now
    due = now + dispatch_after_ms if known is None else None
    return {"created_at": now, "started_at": ended, "finished_at": ended, "next_dispatch_at": due}


def _replayed(c: Connection, tenant: str, used: Idempotency) -> QuoteRecord | None:
    query = (
        select(quotes, idempotency.c.fingerprint)
        .join(idempotency, idempotency.c.quote_id == quotes.c.id)
        .where(idempotency.c.tenant == tenant, idempotency.c.key == used.key)
    )
    row = c.execute(query).first()
    if row is None:
        return None
    if row.fingerprint != used.fingerprint:
        raise IdempotencyMismatch("the key was used for another request")
    return rows.record(row)


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
