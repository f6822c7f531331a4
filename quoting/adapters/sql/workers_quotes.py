"""What workers do to quotes: claim with a fence, keep the claim alive, end it. A stale fence changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from quoting.adapters.sql import rows
from quoting.adapters.sql.dialect import alone, now_ms
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.tables import quotes, results
from quoting.adapters.sql.units import Units
from quoting.application.ports import Answer, CacheUse, Claim, Progress, Status
from quoting.application.validity import valid_until
from quoting.domain.answer import Quote, Verdict
from quoting.domain.errors import DomainError
from quoting.domain.snapshot import SourcePart
from quoting.wire import json_text
from quoting.wire.result import result_document

UNREADABLE = {"code": "request_unreadable", "detail": "this version of the program cannot read the stored request"}


class WorkersQuotes:
    """Args:
    engine: name and version of the program, printed in every result.
    lease_s: how long a worker may be silent before its quote is taken up again.
    """

    def __init__(self, units: Units, recorder: Recorder, engine: str, lease_s: float) -> None:
        self._units, self._recorder = units, recorder
        self._engine, self._lease_ms = engine, int(lease_s * 1000)

    def claim(self, quote_id: str, owner: str) -> Claim | None:
        row = self._units.write(lambda c: self._claim(c, quote_id, owner))
        if row is None:
            return None
        try:
            return rows.claim(row)
        except (DomainError, ValueError, KeyError, TypeError):  # stored by another version, or damaged
            self._units.write(lambda c: self._end_unreadable(c, row))
            return None

    def _end_unreadable(self, c: Connection, row: Any) -> None:
        """End a quote that no attempt will ever read: the next worker must not die of it."""
        mine = and_(quotes.c.id == row.id, quotes.c.fence == row.fence, quotes.c.status == Status.RUNNING)
        changes = {**ended(), "status": Status.FAILED, "error_json": rows.error_text(UNREADABLE)}
        failed = c.execute(update(quotes).where(mine).values(changes).returning(quotes)).first()
        if failed is not None:
            release_equals(c, failed)
            self._recorder.ended(c, [failed])

    def _claim(self, c: Connection, quote_id: str, owner: str) -> Any:
        free = or_(
            quotes.c.status == Status.QUEUED,
            and_(quotes.c.status == Status.RUNNING, quotes.c.lease_until < now_ms(), ~quotes.c.cancel_requested),
        )
        mine = and_(quotes.c.id == quote_id, free, quotes.c.attempt < quotes.c.max_attempts)
        row = c.execute(select(quotes).where(mine).with_for_update()).first()
        if row is None:
            return None
        alone(c, f"{row.tenant}/{row.request_digest}/{row.snapshot_digest}")  # of equal requests one is claimed
        others = and_(_equal_to(row), quotes.c.id != quote_id, quotes.c.status == Status.RUNNING)
        busy_until = c.scalar(select(func.max(quotes.c.lease_until)).where(others, quotes.c.lease_until > now_ms()))
        if busy_until is not None and row.status == Status.QUEUED:
            # An equal request is being computed: its end ends this one too, or makes it due at once.
            c.execute(update(quotes).where(quotes.c.id == quote_id).values(next_dispatch_at=busy_until))
            return None
        return c.execute(
            update(quotes)
            .where(quotes.c.id == quote_id)
            .values(
                status=Status.RUNNING,
                fence=quotes.c.fence + 1,
                attempt=quotes.c.attempt + 1,
                lease_owner=owner,
                lease_until=now_ms() + self._lease_ms,
                next_dispatch_at=None,
                started_at=func.coalesce(quotes.c.started_at, now_ms()),
                progress_json=None,
                row_version=quotes.c.row_version + 1,
            )
            .returning(quotes)
        ).one()

    def heartbeat(self, claim: Claim, progress: Progress | None) -> bool:
        changes: dict[str, Any] = {"lease_until": now_ms() + self._lease_ms}
        if progress is not None:
            changes |= {"progress_json": rows.progress_text(progress), "row_version": quotes.c.row_version + 1}
        statement = update(quotes).where(_held(claim)).values(changes).returning(quotes.c.cancel_requested)
        cancel_requested = self._units.write(lambda c: c.scalar(statement))
        return cancel_requested is False

    def wanted(self, claim: Claim) -> bool:
        query = select(quotes.c.cancel_requested).where(_held(claim))
        return self._units.read(lambda c: c.scalar(query)) is False

    def finish(
        self,
        claim: Claim,
        quote: Quote,
        timings: Mapping[str, float],
        announce: Callable[[Answer], None] = lambda _: None,
    ) -> Answer | None:
        text = json_text.canonical(result_document(quote, claim.request, self._engine, timings)).decode()
        answer = Answer(
            status=Status.INFEASIBLE if quote.verdict is Verdict.INFEASIBLE else Status.SUCCEEDED,
            text=text,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            valid_until=valid_until(claim.request, quote),
        )
        announce(answer)
        return answer if self._finish(claim, answer, CacheUse.MISS, quote.provenance) else None

    def finish_known(self, claim: Claim, answer: Answer) -> bool:
        return self._finish(claim, answer, CacheUse.HIT)

    def _finish(
        self, claim: Claim, answer: Answer, use: CacheUse, parts: Mapping[str, SourcePart] = MappingProxyType({})
    ) -> bool:
        def unit(c: Connection) -> bool:
            done = _answered(answer)
            row = c.execute(update(quotes).where(_held(claim)).values(cache=use, **done).returning(quotes)).first()
            if row is None:
                return False
            waiting = and_(_equal_to(row), quotes.c.status == Status.QUEUED)
            started = func.coalesce(quotes.c.started_at, now_ms())
            followers = c.execute(
                update(quotes)
                .where(waiting)
                .values(cache=CacheUse.COALESCED, started_at=started, **done)
                .returning(quotes)
            ).all()
            answered = [row, *followers]
            bodies = [{"quote_id": each.id, "body": answer.text, "sha256": answer.digest} for each in answered]
            c.execute(insert(results), bodies)
            self._recorder.ended(c, answered, answer, parts)
            return True

        return self._units.write(unit)

    def fail(self, claim: Claim, error: Mapping[str, Any]) -> bool:
        return self._end(claim, status=Status.FAILED, error_json=rows.error_text(error), cache=CacheUse.MISS)

    def stop(self, claim: Claim) -> bool:
        """A quote is cancelled only where its caller asked for it: a lost fence is not the caller's wish."""
        return self._end(claim, quotes.c.cancel_requested, status=Status.CANCELLED)

    def _end(self, claim: Claim, *conditions: ColumnElement[bool], **changes: Any) -> bool:
        def unit(c: Connection) -> bool:
            statement = update(quotes).where(_held(claim), *conditions).values(**ended(), **changes).returning(quotes)
            row = c.execute(statement).first()
            if row is not None:
                release_equals(c, row)
                self._recorder.ended(c, [row])
            return row is not None

        return self._units.write(unit)


def ended() -> dict[str, Any]:
    """What changes in every quote that ends."""
    return {
        "finished_at": now_ms(),
        "lease_owner": None,
        "lease_until": None,
        "next_dispatch_at": None,
        "row_version": quotes.c.row_version + 1,
    }


def release_equals(c: Connection, row: Any) -> None:
    """Make the quotes that waited for this one due at once: it ended without an answer."""
    waiting = and_(_equal_to(row), quotes.c.status == Status.QUEUED)
    c.execute(update(quotes).where(waiting).values(next_dispatch_at=now_ms()))


def _answered(answer: Answer) -> dict[str, Any]:
    day = answer.valid_until
    return {**ended(), "status": answer.status, "valid_until": None if day is None else day.isoformat()}


def _held(claim: Claim) -> ColumnElement[bool]:
    return and_(quotes.c.id == claim.quote_id, quotes.c.fence == claim.fence, quotes.c.status == Status.RUNNING)


def _equal_to(row: Any) -> ColumnElement[bool]:
    return and_(
        quotes.c.tenant == row.tenant,
        quotes.c.request_digest == row.request_digest,
        quotes.c.snapshot_digest == row.snapshot_digest,
    )
