"""Writes the record, in the transaction of the change it tells of."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from quoting.adapters.clock import sortable_id
from quoting.adapters.sql.dialect import alone, now_ms
from quoting.adapters.sql.record_tables import record, record_heads
from quoting.application.quotes import Answer
from quoting.domain.parameters import Rule
from quoting.domain.record import FIRST, Fact, Head, Kind, chained
from quoting.domain.snapshot import Pin, SourcePart
from quoting.wire import json_text

# Strings of a result have their quotation marks escaped, so this finds the field and no text that looks like it.
_DELIVERY = re.compile(r'"latest_delivery":"(\d{4}-\d\d-\d\d)"')

_OF_TENANT = record_heads.c.tenant == bindparam("of")
_HEAD = select(record_heads.c.seq, record_heads.c.hash, now_ms().label("now")).where(_OF_TENANT).with_for_update()
_ADD = insert(record)
_MOVE = update(record_heads).where(_OF_TENANT)

_PROVENANCE = '"provenance":'


class Recorder:
    """Every method takes the connection of the unit that makes the change.

    Args:
        rule: how long records are kept.
        engine: name and version of the program.
    """

    def __init__(self, rule: Rule, engine: str) -> None:
        self._rule, self._engine = rule, engine

    def accepted(self, c: Connection, row: Any) -> None:
        """A quote was accepted: its request, and the reference data it is pinned to."""
        facts = {
            "engine": self._engine,
            "as_of": row.as_of,
            "request": row.request_digest,
            "snapshot": row.snapshot_digest,
            "reference": row.reference_digest,
            "rates": _sha256(row.rates_json),
            **_cleared(row.clearances_json),
        }
        self._append(c, row.tenant, [Fact(Kind.ACCEPTED, row.id, _text(facts), row.request_json, _day(row.created_at))])

    def ended(
        self,
        c: Connection,
        rows: Iterable[Any],
        answer: Answer | None = None,
        parts: Mapping[str, SourcePart] = MappingProxyType({}),
    ) -> None:
        """Quotes have ended, all with the same answer or all without one.

        Args:
            rows: rows of `quotes` as they are now; of any tenants.
            parts: versions of the reference data that the answer was computed from; without them it says so itself.
        """
        found = sorted(rows, key=attrgetter("tenant"))
        deliveries = _DELIVERY.findall(answer.text) if answer is not None else []
        common: dict[str, Any] = {"answer": None if answer is None else answer.digest, "engine": self._engine}
        if parts:
            common["versions"] = {name: {"version": p.version, "digest": p.digest} for name, p in parts.items()}
        elif answer is not None:
            common["versions"] = _versions(answer)
        for tenant, group in groupby(found, key=attrgetter("tenant")):
            self._append(c, tenant, [_end(row, common, deliveries) for row in group])

    def checked(
        self, c: Connection, tenant: str, checks: Sequence[tuple[str, str]], pin: Pin, parts: Mapping[str, SourcePart]
    ) -> None:
        """Export checks were answered: each its request and its answer, as canonical JSON."""
        known = {
            "engine": self._engine,
            "as_of": pin.as_of.isoformat(),
            "snapshot": pin.digest,
            "reference": pin.reference,
            **_cleared(pin.clearances),
            "versions": {name: {"version": p.version, "digest": p.digest} for name, p in parts.items()},
        }
        today = _day(c.execute(select(now_ms())).scalar_one())
        self._append(
            c,
            tenant,
            [
                Fact(Kind.CHECKED, sortable_id(), _text({**known, "answer": _sha256(a), "text": a}), asked, today)
                for asked, a in checks
            ],
        )

    def judged(
        self, c: Connection, tenant: str, kind: Kind, clearance_id: str, facts: Mapping[str, Any], judgement: str
    ) -> None:
        """A clearance was kept, its judgement as it is stored, or was taken back."""
        today = _day(c.execute(select(now_ms())).scalar_one())
        self._append(c, tenant, [Fact(kind, clearance_id, _text(facts), judgement, today)])

    def note(self, c: Connection, tenant: str, kind: Kind, subject: str, facts: Mapping[str, Any], on: date) -> None:
        """Something happened to a subject later: an export, a legal hold, its release."""
        self._append(c, tenant, [Fact(kind, subject, _text(facts), "", on)])

    def empty(self, c: Connection, tenant: str, entries: Sequence[int]) -> None:
        """Delete the texts of entries whose years are over; the chain goes on over their hashes, and says which."""
        mine = update(record).where(record.c.tenant == tenant, record.c.seq.in_(entries))
        c.execute(mine.values(facts="", request=""))
        today = _day(c.execute(select(now_ms())).scalar_one())
        facts = {"entries": sorted(entries)}
        self._append(c, tenant, [Fact(Kind.EMPTIED, sortable_id(), _text(facts), "", today)])

    def _append(self, c: Connection, tenant: str, facts: Sequence[Fact]) -> None:
        """Add entries under the lock of the head: two writers of a tenant never fork its chain."""
        mine = {"of": tenant}
        row = c.execute(_HEAD, mine).first()
        if row is None:
            alone(c, f"record/{tenant}")  # there is no row to lock yet
            if c.execute(_HEAD, mine).first() is None:
                c.execute(insert(record_heads).values(tenant=tenant, seq=0, hash=FIRST))
            row = c.execute(_HEAD, mine).one()
        entries = list(chained(Head(tenant, row.seq, row.hash), facts, row.now, self._rule))
        if not entries:
            return
        c.execute(_ADD, [asdict(entry) for entry in entries])
        c.execute(_MOVE, mine | {"seq": entries[-1].seq, "hash": entries[-1].hash})


def _end(row: Any, common: Mapping[str, Any], deliveries: Sequence[str]) -> Fact:
    facts = {
        **common,
        "status": row.status,
        "cache": row.cache,
        "error": None if row.error_json is None else json_text.parse(row.error_json),
        "attempt": row.attempt,
    }
    day = _day(row.finished_at)
    latest = max([day, *(date.fromisoformat(text) for text in deliveries)])
    return Fact(Kind.ENDED, row.id, _text(facts), "", latest)


def _cleared(text: str | None) -> dict[str, Any]:
    """The clearances that a quote or check was answered with, whole; nothing where there were none."""
    return {"clearances": json_text.parse(text)} if text else {}


def _versions(answer: Answer) -> dict[str, Any]:
    """What an answer from the cache says of the reference data it was computed from."""
    at = answer.text.rfind(_PROVENANCE)  # a field of the document: within a string its quotation marks are escaped
    if at < 0:
        return {}
    found, _ = json.JSONDecoder().raw_decode(answer.text, at + len(_PROVENANCE))
    parts = {name: part for name, part in found.items() if isinstance(part, dict)}
    return {name: {"version": part["version"], "digest": part["digest"]} for name, part in parts.items()}


def _text(facts: Mapping[str, Any]) -> str:
    return json_text.canonical(dict(facts)).decode()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _day(milliseconds: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + milliseconds // 86_400_000)
