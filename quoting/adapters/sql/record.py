"""Writes the record, in the transaction of the change it tells of."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from quoting.adapters.clock import sortable_id
from quoting.adapters.sql.dialect import alone, now_ms
from quoting.adapters.sql.prepared import Prepared
from quoting.adapters.sql.record_tables import record, record_heads
from quoting.application.quotes import Answer
from quoting.domain.parameters import Rule
from quoting.domain.record import FIRST, Entry, Fact, Head, Kind, chained
from quoting.domain.snapshot import Pin, SourcePart
from quoting.wire import json_text

# Strings of a result have their quotation marks escaped, so this finds the field and no text that looks like it.
_DELIVERY = re.compile(r'"latest_delivery":"(\d{4}-\d\d-\d\d)"')

_COLUMNS = tuple(field.name for field in fields(Entry))
_ADD = Prepared(insert(record), _COLUMNS)
_MOVE = Prepared(update(record_heads).where(record_heads.c.tenant == bindparam("of")), ("seq", "hash"))

_PROVENANCE = '"provenance":'


class Recorder:
    """Every method takes the connection of the unit that makes the change.

    Args:
        rule: how long records are kept.
        engine: name and version of the program.
    """

    def __init__(self, rule: Rule, engine: str) -> None:
        self._rule, self._engine = rule, engine

    def accepted(self, c: Connection, rows: Iterable[Any]) -> None:
        """Quotes were accepted: their requests, and the reference data they are pinned to; of any tenants."""
        self._append_all(c, [(row.tenant, self._start(row)) for row in rows])

    def _start(self, row: Any) -> Fact:
        facts = {
            "engine": self._engine,
            "as_of": row.as_of,
            "request": row.request_digest,
            "snapshot": row.snapshot_digest,
            "reference": row.reference_digest,
            "rates": _sha256(row.rates_json),
            **_cleared(row.clearances_json),
        }
        return Fact(Kind.ACCEPTED, row.id, _text(facts), row.request_json, _day(row.created_at))

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
        deliveries = _DELIVERY.findall(answer.text) if answer is not None else []
        common: dict[str, Any] = {"answer": None if answer is None else answer.digest, "engine": self._engine}
        if parts:
            common["versions"] = {name: {"version": p.version, "digest": p.digest} for name, p in parts.items()}
        elif answer is not None:
            common["versions"] = _versions(answer)
        self._append_all(c, [(row.tenant, _end(row, common, deliveries)) for row in rows])

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

    def _append(self, c: Connection, tenant: str, facts: Iterable[Fact]) -> None:
        self._append_all(c, [(tenant, fact) for fact in facts])

    def _append_all(self, c: Connection, facts: Sequence[tuple[str, Fact]]) -> None:
        """Add entries, each to its tenant's chain, under the locks of the heads: two writers never fork a chain."""
        if not facts:
            return
        of: dict[str, list[Fact]] = {}
        for tenant, fact in facts:
            of.setdefault(tenant, []).append(fact)
        heads = _heads(c, of)
        entries = {t: list(chained(heads[t][0], facts, heads[t][1], self._rule)) for t, facts in of.items()}
        _ADD.run(c, [{name: getattr(e, name) for name in _COLUMNS} for added in entries.values() for e in added])
        _MOVE.run(c, [{"of": t, "seq": added[-1].seq, "hash": added[-1].hash} for t, added in entries.items()])


def _heads(c: Connection, tenants: Iterable[str]) -> dict[str, tuple[Head, int]]:
    """The locked heads of the tenants, and the time; who has none yet gets one."""
    wanted = sorted(tenants)
    found = _read_heads(c, wanted)
    for tenant in wanted:
        if tenant not in found:
            alone(c, f"record/{tenant}")  # there is no row to lock yet
            if not _read_heads(c, [tenant]):
                c.execute(insert(record_heads).values(tenant=tenant, seq=0, hash=FIRST))
            found |= _read_heads(c, [tenant])
    return found


def _read_heads(c: Connection, tenants: Sequence[str]) -> dict[str, tuple[Head, int]]:
    rows = _heads_of(len(tenants)).rows(c, {f"of{number}": tenant for number, tenant in enumerate(tenants)})
    return {tenant: (Head(tenant, seq, last), now) for tenant, seq, last, now in rows}


@lru_cache(maxsize=100)
def _heads_of(number: int) -> Prepared:
    """Locked in the order of the tenants, so that no two writers wait for each other."""
    tenants = [bindparam(f"of{each}", type_=record_heads.c.tenant.type) for each in range(number)]
    mine = record_heads.c.tenant.in_(tenants)
    return Prepared(select(record_heads, now_ms()).where(mine).order_by(record_heads.c.tenant).with_for_update())


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
