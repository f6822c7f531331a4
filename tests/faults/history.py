"""What callers did and heard, and the judgement on it: nothing lost, nothing ended twice, nothing changed.

The classes are those of a total-queue checker: lost, unexpected, duplicated, recovered.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.rules import parse_rule
from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.record import Recorder
from quoting.adapters.sql.record_reading import SqlRecord
from quoting.adapters.sql.units import Units
from quoting.application.audit import verify
from quoting.domain.record import KEEPING_RULE
from quoting.wire import json_text

ENDED = {"succeeded", "infeasible", "failed", "cancelled", "expired"}


class History:
    """Lines of what was invoked and heard, in the order of time; safe from many threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._file, self._lock = file, threading.Lock()
        self.lines: list[dict[str, Any]] = []

    def note(self, **line: Any) -> None:
        line["at"] = round(time.time(), 3)
        with self._lock:
            self.lines.append(line)
            if self._file is not None:
                with self._file.open("a") as out:
                    out.write(json.dumps(line) + "\n")


@dataclass
class Judgement:
    """How many of each kind; `faults` names them. All but `accepted`, `attempts` and `recovered` have to be 0."""

    accepted: int = 0
    recovered: int = 0
    attempts: int = 0
    lost: int = 0
    unexpected: int = 0
    ended_twice: int = 0
    changed_results: int = 0
    keys_with_two_quotes: int = 0
    went_back: int = 0
    too_many_attempts: int = 0
    record_faults: int = 0
    other_ends: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.faults

    def line(self) -> str:
        return (
            f"accepted {self.accepted}, lost {self.lost}, ended twice {self.ended_twice}, "
            f"changed results {self.changed_results}, keys with two quotes {self.keys_with_two_quotes}, "
            f"unexpected {self.unexpected}, recovered {self.recovered}, went back {self.went_back}, "
            f"attempts {self.attempts} (too many: {self.too_many_attempts}), record faults {self.record_faults}"
            + (f", ends other than succeeded {self.other_ends}" if self.other_ends else "")
        )


def judge(
    history: History, database_url: str, expected: dict[str, str], poison: frozenset[str] = frozenset()
) -> Judgement:
    """Read the record after the drain and hold it against what callers heard.

    Args:
        expected: result digest of the fault-free run, by idempotency key.
        poison: keys whose quotes may fail.
    """
    j = Judgement()
    invoked = {line["key"] for line in history.lines if line["what"] == "invoke"}
    heard: dict[str, set[str]] = {}
    for line in history.lines:
        if line["what"] == "ok":
            heard.setdefault(line["key"], set()).add(line["id"])
    j.accepted = len(heard)
    engine = connect(database_url)
    units = Units(engine)
    record = SqlRecord(units, Recorder(parse_rule(read_bundle(), KEEPING_RULE), "checker"))
    keys = units.read(lambda c: c.execute(text("SELECT key, quote_id FROM idempotency")).all())
    quotes = units.read(lambda c: {r.id: r for r in c.execute(text("SELECT * FROM quotes")).all()})
    results = units.read(lambda c: dict(tuple(r) for r in c.execute(text("SELECT quote_id, body FROM results")).all()))
    ends = Counter(e.subject for head in record.heads() for e in record.entries(head.tenant) if e.kind == "ended")
    by_key: dict[str, set[str]] = {}
    for key, quote_id in keys:
        by_key.setdefault(key, set()).add(quote_id)
    for key, ids in heard.items():
        stored = by_key.get(key, set())
        if len(ids | stored) != 1:
            j.keys_with_two_quotes += 1
            j.faults.append(f"{key}: quotes {sorted(ids | stored)}")
            continue
        quote = quotes.get(next(iter(ids)))
        if quote is None or quote.status not in ENDED:
            j.lost += 1
            j.faults.append(f"{key}: {'gone' if quote is None else quote.status} after the drain")
    for key, ids in by_key.items():
        if key not in invoked:
            j.unexpected += 1
            j.faults.append(f"{key}: never asked for")
        elif key not in heard:
            j.recovered += 1
        for quote_id in ids:
            quote = quotes[quote_id]
            j.attempts += quote.attempt
            if quote.attempt > quote.max_attempts:
                j.too_many_attempts += 1
                j.faults.append(f"{key}: {quote.attempt} attempts")
            if quote.status in ENDED and ends[quote_id] != 1:
                j.ended_twice += 1
                j.faults.append(f"{key}: {ends[quote_id]} ends on record")
            if quote.status != "succeeded" and quote.status in ENDED:
                j.other_ends[quote.status] = j.other_ends.get(quote.status, 0) + 1
                if key not in poison:
                    j.faults.append(f"{key}: {quote.status} {quote.error_json}")
            if quote_id in results and key in expected:
                digest = json_text.parse(results[quote_id])["reproducibility"]["result"]
                if digest != expected[key]:
                    j.changed_results += 1
                    j.faults.append(f"{key}: the result is not that of the fault-free run")
    _reads(history, j)
    for fault in verify(record, {}).faults:
        j.record_faults += 1
        j.faults.append(f"record {fault}")
    engine.dispose()
    return j


def _reads(history: History, j: Judgement) -> None:
    """A quote that was seen done is never seen otherwise, and every two reads of a result are equal."""
    done: dict[str, str] = {}
    bodies: dict[str, str] = {}
    for line in history.lines:
        if line["what"] == "read":
            before = done.get(line["id"])
            if before is not None and line["status"] != before:
                j.went_back += 1
                j.faults.append(f"{line['id']}: {before}, then {line['status']}")
            if line["status"] in ENDED:
                done[line["id"]] = line["status"]
        if line["what"] == "result" and bodies.setdefault(line["id"], line["sha256"]) != line["sha256"]:
            j.changed_results += 1
            j.faults.append(f"{line['id']}: two reads of the result differ")
