"""What workers do to quotes: claim with a fence, keep the claim alive, end it. A stale fence changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from quoting.adapters.sql import rows
from quoting.adapters.sql.dialect import alone, now_ms
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.tables import quotes, results
from quoting.adapters.sql.units import Units
from quoting.application.quotes import Answer, CacheUse, Claim, Progress, Status
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
        row = c.execute(_FREE, {"quote": quote_id}).first()
        if row is None:
            return None
        alone(c, f"{row.tenant}/{row.request_digest}/{row.snapshot_digest}")  # of equal requests one is claimed
        busy_until = c.scalar(_EQUAL_RUNS_UNTIL, {**_equal_to(row), "quote": quote_id})
        if busy_until is not None and row.status == Status.QUEUED:
            # An equal request is being computed: its end ends this one too, or makes it due at once.
            c.execute(update(quotes).where(quotes.c.id == quote_id).values(next_dispatch_at=busy_until))
            return None
        return c.execute(_CLAIM, {"quote": quote_id, "owner": owner, "lease_ms": self._lease_ms}).one()

    def heartbeat(self, claim: Claim, progress: Progress | None) -> bool:
        changes: dict[str, Any] = {"lease_until": now_ms() + self._lease_ms}
        if progress is not None:
            changes |= {"progress_json": rows.progress_text(progress), "row_version": quotes.c.row_version + 1}
        statement = update(quotes).where(_HELD).values(changes).returning(quotes.c.cancel_requested)
        cancel_requested = self._units.write(lambda c: c.scalar(statement, _held_by(claim)))
        return cancel_requested is False

    def wanted(self, claim: Claim) -> bool:
        return self._units.read(lambda c: c.scalar(_WANTED, _held_by(claim))) is False

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
        day = answer.valid_until

        def unit(c: Connection) -> bool:
            done = {"as": answer.status, "until": day and day.isoformat()}
            row = c.execute(_ANSWER, {**done, **_held_by(claim), "use": use}).first()
            if row is None:
                return False
            followers = c.execute(_ANSWER_EQUALS, {**done, **_equal_to(row), "use": CacheUse.COALESCED}).all()
            answered = [row, *followers]
            bodies = [{"quote_id": each.id, "body": answer.text, "sha256": answer.digest} for each in answered]
            c.execute(_KEEP, bodies)
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
            statement = update(quotes).where(_HELD, *conditions).values(**ended(), **changes).returning(quotes)
            row = c.execute(statement, _held_by(claim)).first()
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
    c.execute(_RELEASE, _equal_to(row))


def _held_by(claim: Claim) -> dict[str, Any]:
    return {"quote": claim.quote_id, "held": claim.fence}


def _equal_to(row: Any) -> dict[str, Any]:
    return {"of": row.tenant, "asks": row.request_digest, "from": row.snapshot_digest}


# Statements of every quote are built once: to build one costs as much as to run it. Their parameters, of a claim:
# quote, held; of a row: of, asks, from.
_HELD = and_(quotes.c.id == bindparam("quote"), quotes.c.fence == bindparam("held"), quotes.c.status == Status.RUNNING)
_EQUAL = and_(
    quotes.c.tenant == bindparam("of"),
    quotes.c.request_digest == bindparam("asks"),
    quotes.c.snapshot_digest == bindparam("from"),
)
_EQUAL_WAITS = and_(_EQUAL, quotes.c.status == Status.QUEUED)
_GONE = and_(quotes.c.status == Status.RUNNING, quotes.c.lease_until < now_ms(), ~quotes.c.cancel_requested)
_FREE = (
    select(quotes)
    .where(
        quotes.c.id == bindparam("quote"),
        or_(quotes.c.status == Status.QUEUED, _GONE),
        quotes.c.attempt < quotes.c.max_attempts,
    )
    .with_for_update()
)
_EQUAL_RUNS_UNTIL = select(func.max(quotes.c.lease_until)).where(
    _EQUAL,
    quotes.c.id != bindparam("quote"),
    quotes.c.status == Status.RUNNING,
    quotes.c.lease_until > now_ms(),
)
_STARTED = func.coalesce(quotes.c.started_at, now_ms())
_CLAIM = (
    update(quotes)
    .where(quotes.c.id == bindparam("quote"))
    .values(
        status=Status.RUNNING,
        fence=quotes.c.fence + 1,
        attempt=quotes.c.attempt + 1,
        lease_owner=bindparam("owner"),
        lease_until=now_ms() + bindparam("lease_ms", type_=BigInteger),
        next_dispatch_at=None,
        started_at=_STARTED,
        progress_json=None,
        row_version=quotes.c.row_version + 1,
    )
    .returning(quotes)
)
_WANTED = select(quotes.c.cancel_requested).where(_HELD)
_ANSWERED = {
    **ended(),
    "status": bindparam("as"),
    "valid_until": bindparam("until"),
    "cache": bindparam("use"),
    "started_at": _STARTED,
}
_ANSWER = update(quotes).where(_HELD).values(_ANSWERED).returning(quotes)
_ANSWER_EQUALS = update(quotes).where(_EQUAL_WAITS).values(_ANSWERED).returning(quotes)
_KEEP = insert(results)
_RELEASE = update(quotes).where(_EQUAL_WAITS).values(next_dispatch_at=now_ms())
