"""Reads the record: chains to verify and to export, and what a quote was computed from, to compute it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from quoting.adapters.sql import rows
from quoting.adapters.sql.clearance_tables import clearances
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.record_tables import record, record_heads
from quoting.adapters.sql.tables import quotes, results
from quoting.adapters.sql.units import Units
from quoting.application.quotes import Stored, StoredCheck
from quoting.domain.errors import QuoteHasNoResult, QuoteNotFound
from quoting.domain.record import Entry, Fault, Head, Kind
from quoting.wire import json_text
from quoting.wire.request import load_request

_FIELDS = (
    record.c.tenant, record.c.seq, record.c.kind, record.c.subject, record.c.recorded_at,
    record.c.retain_until, record.c.facts, record.c.request, record.c.previous, record.c.hash,
)  # fmt: skip
AT_ONCE = 200


class SqlRecord:
    """The record of all tenants, for those who run the service."""

    def __init__(self, units: Units, recorder: Recorder) -> None:
        self._units, self._recorder = units, recorder

    def heads(self) -> Sequence[Head]:
        """The head of every chain, and a head of zero entries where the head is gone but entries are there."""

        def unit(c: Any) -> Sequence[Head]:
            known = {row.tenant: Head(row.tenant, row.seq, row.hash) for row in c.execute(select(record_heads))}
            tenants = c.scalars(select(record.c.tenant).distinct()).all()
            return [known.get(name, Head(name, 0, "")) for name in sorted({*known, *tenants})]

        return self._units.read(unit)

    def entries(self, tenant: str) -> Iterator[Entry]:
        """A tenant's chain from its beginning, a few at a time."""
        after = 0
        while True:
            query = select(*_FIELDS).where(record.c.tenant == tenant, record.c.seq > after)
            found = self._read(query.order_by(record.c.seq).limit(AT_ONCE))
            yield from (Entry(*row) for row in found)
            if len(found) < AT_ONCE:
                return
            after = found[-1].seq

    def _read(self, query: Any) -> Sequence[Any]:
        return self._units.read(lambda c: c.execute(query).all())

    def content_fault(self, entry: Entry) -> Fault | None:
        """Whether what the service answers from still is what an entry says it was."""
        if entry.emptied:
            return None
        if entry.kind == Kind.ACCEPTED:
            stored = self._read(select(quotes.c.request_json).where(quotes.c.id == entry.subject))
            if not stored or stored[0][0] != entry.request:
                return Fault(entry.tenant, entry.seq, f"the request of quote {entry.subject} is not the recorded one")
        if entry.kind == Kind.CLEARED:
            stored = self._read(select(clearances.c.judgement).where(clearances.c.id == entry.subject))
            if not stored or stored[0][0] != entry.request:
                return Fault(entry.tenant, entry.seq, f"the clearance {entry.subject} is not the recorded one")
        if entry.kind == Kind.ENDED:
            wanted = json_text.parse(entry.facts)["answer"]
            stored = self._read(select(results.c.body).where(results.c.quote_id == entry.subject))
            found = hashlib.sha256(stored[0][0].encode()).hexdigest() if stored else None
            if found is not None and found != wanted:
                return Fault(entry.tenant, entry.seq, f"the result of quote {entry.subject} is not the recorded one")
        return None

    def note(self, kind: Kind, subject: str, facts: Mapping[str, Any], on: date) -> str:
        """Add an entry about a quote or export check; the tenant it belongs to.

        Raises:
            QuoteNotFound: the record knows no such subject.
        """

        def unit(c: Any) -> str:
            tenant = c.scalar(select(record.c.tenant).where(record.c.subject == subject).limit(1))
            if tenant is None:
                raise QuoteNotFound(f"the record knows nothing of {subject}")
            self._recorder.note(c, tenant, kind, subject, facts, on)
            return str(tenant)

        return self._units.write(unit)

    def stored_check(self, check_id: str) -> StoredCheck:
        """An export check on record, whoever asked for it. Raises QuoteNotFound: there is no such check."""
        query = select(record.c.request, record.c.facts)
        found = self._read(query.where(record.c.subject == check_id, record.c.kind == Kind.CHECKED))
        if not found:
            raise QuoteNotFound(f"there is no quote and no export check {check_id}")
        if not found[0].facts:
            raise QuoteNotFound(f"the export check {check_id} was deleted when its years were over")
        facts = json_text.parse(found[0].facts)
        return StoredCheck(
            document=json_text.parse(found[0].request),
            on=date.fromisoformat(facts["as_of"]),
            reference=facts["reference"],
            clearances=json_text.canonical(facts["clearances"]).decode() if "clearances" in facts else "",
            digest=facts["answer"],
        )

    def stored(self, quote_id: str) -> Stored:
        """A quote with a result, whoever it belongs to.

        Raises:
            QuoteNotFound: there is no such quote.
            QuoteHasNoResult: it has ended without one, or not yet.
        """
        query = select(quotes, results.c.body).join(results, isouter=True).where(quotes.c.id == quote_id)
        found = self._read(query)
        if not found:
            raise QuoteNotFound(f"there is no quote {quote_id}")
        row = found[0]
        if row.body is None:
            raise QuoteHasNoResult(f"the quote has no result: {row.status}")
        return Stored(
            request=load_request(json_text.parse(row.request_json), None),
            pin=rows.pin(row),
            result=json_text.parse(row.body),
        )
