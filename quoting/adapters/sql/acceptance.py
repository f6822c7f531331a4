"""Taking in quotes, as many at once as wait to be taken in: each statement serves all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, insert, literal_column, select, union_all
from sqlalchemy.engine import Connection

from quoting.adapters.clock import sortable_id
from quoting.adapters.sql import archive, rows
from quoting.adapters.sql.clearance_tables import clearances
from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.prepared import Prepared
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.tables import idempotency, quotes, results
from quoting.application.errors import ClearancesChanged, TooManyWaiting
from quoting.application.quotes import Answer, CacheUse, Idempotency, QuoteRecord, Status, Submission
from quoting.domain.errors import IdempotencyMismatch

Accepted = tuple[QuoteRecord, bool]

# The time, how many quotes of the tenant are in the queue (it is bounded, so that counting is cheap), and which of its
# clearances stand: all that acceptance depends on, in one trip.
_OF: BindParameter[Any] = bindparam("of")
_NOTHING: ColumnElement[Any] = literal_column("''")
_NONE: ColumnElement[Any] = literal_column("0")
_AS_IT_STANDS = Prepared(
    union_all(
        select(literal_column("'now'"), _NOTHING, now_ms()),
        select(literal_column("'queued'"), _NOTHING, func.count()).where(
            quotes.c.tenant == _OF, quotes.c.status == Status.QUEUED.value
        ),
        select(literal_column("'stands'"), clearances.c.id, _NONE).where(
            clearances.c.tenant == _OF, clearances.c.revoked_at.is_(None)
        ),
    )
)
_LATER = ("lease_owner", "lease_until")
_QUOTES = Prepared(insert(quotes), [column.name for column in quotes.columns if column.name not in _LATER])
_KEY, _RESULT = ("tenant", "key", "fingerprint", "quote_id"), ("quote_id", "body", "sha256")
_KEYS, _RESULTS = Prepared(insert(idempotency), _KEY), Prepared(insert(results), _RESULT)
# Built once, as all statements of every request: to build one costs as much as to run it.
_OF_KEY = (
    select(quotes, idempotency.c.fingerprint)
    .join(idempotency, idempotency.c.quote_id == quotes.c.id)
    .where(idempotency.c.tenant == bindparam("of"), idempotency.c.key == bindparam("used"))
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A quote about to be stored, with its answer where that is known; `row`: its columns, but for the times."""

    submission: Submission
    known: Answer | None
    row: dict[str, Any]

    @property
    def key(self) -> tuple[str, str] | None:
        used = self.submission.idempotency
        return None if used is None else (self.submission.tenant, used.key)


class Acceptance:
    """A unit of work over arrivals: stores each with its idempotency key, its pinned files and its entry in the record.

    Args:
        packed: reference files of this process, by digest; stored with the first quote that is pinned to them.
        dispatch_after_ms: how long the first wake-up has before the dispatcher sends another.
        waiting_limit: how many quotes of a tenant may wait.
    """

    def __init__(
        self, recorder: Recorder, packed: dict[str, bytes], dispatch_after_ms: int, waiting_limit: int
    ) -> None:
        self._recorder, self._packed = recorder, packed
        self._dispatch_after_ms, self._limit = dispatch_after_ms, waiting_limit

    def __call__(self, c: Connection, arrivals: Sequence[Arrival]) -> list[Accepted | Exception]:
        """For each the quote and whether its key had been used for it, or why it is refused."""
        outcomes: list[Accepted | Exception] = []
        admitted: list[Arrival] = []
        stands = {tenant: _as_it_stands(c, tenant) for tenant in {each.submission.tenant for each in arrivals}}
        for arrival in arrivals:
            if arrival.key is not None and any(arrival.key == earlier.key for earlier in admitted):
                self._store(c, admitted)  # the earlier one answers this one
                admitted = []
            try:
                replayed = self.replayed(c, arrival)
                if replayed is None:
                    self._admit(arrival, stands[arrival.submission.tenant])
                    admitted.append(arrival)
            except (IdempotencyMismatch, TooManyWaiting, ClearancesChanged) as refusal:
                outcomes.append(refusal)
            else:
                record = rows.record(SimpleNamespace(**arrival.row)) if replayed is None else replayed
                outcomes.append((record, replayed is not None))
        self._store(c, admitted)
        return outcomes

    def refuse(self, c: Connection, arrival: Arrival) -> None:
        """Raises TooManyWaiting where it would be refused for that."""
        if arrival.known is None and self.replayed(c, arrival) is None:
            self._check_room(_as_it_stands(c, arrival.submission.tenant))

    def replayed(self, c: Connection, arrival: Arrival) -> QuoteRecord | None:
        used = arrival.submission.idempotency
        return None if used is None else replayed(c, arrival.submission.tenant, used)

    def _check_room(self, stands: _AsItStands) -> None:
        if stands.queued >= self._limit:
            raise TooManyWaiting(self._limit)

    def _admit(self, arrival: Arrival, stands: _AsItStands) -> None:
        """Count it in, and note when it was accepted and, where its answer is known, ended; else when it is due."""
        if arrival.submission.clearances != stands.clearances:
            raise ClearancesChanged("the clearances change just now")
        now = stands.now
        times = {"created_at": now, "started_at": now, "finished_at": now, "next_dispatch_at": None}
        if arrival.known is None:
            self._check_room(stands)
            stands.queued += 1
            due = now + self._dispatch_after_ms
            times |= {"started_at": None, "finished_at": None, "next_dispatch_at": due}
        arrival.row.update(times)

    def _store(self, c: Connection, admitted: Sequence[Arrival]) -> None:
        if not admitted:
            return
        for reference in {each.submission.pin.reference for each in admitted}:
            self.keep_files(c, reference)
        _QUOTES.run(c, [each.row for each in admitted])
        keys = [
            {"tenant": each.submission.tenant, "key": used.key, "fingerprint": used.fingerprint,
             "quote_id": each.row["id"]}
            for each in admitted if (used := each.submission.idempotency) is not None
        ]  # fmt: skip
        if keys:
            _KEYS.run(c, keys)
        stored = [SimpleNamespace(**each.row) for each in admitted]
        self._recorder.accepted(c, stored)
        for each, row in zip(admitted, stored, strict=True):
            if each.known is not None:
                _RESULTS.run(c, [{"quote_id": row.id, "body": each.known.text, "sha256": each.known.digest}])
                self._recorder.ended(c, [row], each.known)

    def keep_files(self, c: Connection, reference: str) -> None:
        blob = self._packed.get(reference)
        if blob is not None:
            archive.keep(c, reference, blob)


@dataclass(slots=True)
class _AsItStands:
    """The time by the database, how many quotes of a tenant wait, and the ids of its clearances that stand."""

    now: int
    queued: int
    clearances: set[str]


def _as_it_stands(c: Connection, tenant: str) -> _AsItStands:
    found = _AsItStands(0, 0, set())
    for what, subject, number in _AS_IT_STANDS.rows(c, {"of": tenant}):
        if what == "now":
            found.now = number
        elif what == "queued":
            found.queued = number
        else:
            found.clearances.add(subject)
    return found


def replayed(c: Connection, tenant: str, used: Idempotency) -> QuoteRecord | None:
    """The quote that a key was used for. Raises IdempotencyMismatch: for another request."""
    row = c.execute(_OF_KEY, {"of": tenant, "used": used.key}).first()
    if row is None:
        return None
    if row.fingerprint != used.fingerprint:
        raise IdempotencyMismatch("the key was used for another request")
    return rows.record(row)


def new_row(submission: Submission, known: Answer | None, max_attempts: int) -> dict[str, Any]:
    """The columns of a quote about to be stored, but for its times."""
    pin, request = submission.pin, submission.request
    day = None if known is None else known.valid_until
    return {
        "id": sortable_id(),
        "tenant": submission.tenant,
        "status": (Status.QUEUED if known is None else known.status).value,
        "client_ref": request.client_ref,
        "request_id": submission.request_id,
        "request_json": submission.request_text,
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
        "max_attempts": max_attempts,
        "dispatch_count": 0,
        "cancel_requested": False,
        "progress_json": None,
        "error_json": None,
        "cache": None if known is None else CacheUse.HIT.value,
        "valid_until": None if day is None else day.isoformat(),
        "row_version": 1,
    }
