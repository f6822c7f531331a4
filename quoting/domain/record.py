"""The record: one chain of entries a tenant. Each entry is bound to the one before it, so that a change shows.

Tamper-evident, not tamper-proof: who may write the whole database can write a whole new chain. A head that is kept
elsewhere (`chipquote audit export`) shows that too, and a tail that was cut off.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from quoting.domain.parameters import Clock, Rule

KEEPING_RULE = "record-keeping-762-6"
FIRST = "0" * 64  # what the first entry of a chain is bound to


class Kind(StrEnum):
    ACCEPTED = "accepted"
    ENDED = "ended"
    CHECKED = "checked"
    EVENT = "event"
    HELD = "held"
    RELEASED = "released"
    CLEARED = "cleared"
    REVOKED = "revoked"
    EMPTIED = "emptied"


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a tenant's chain."""

    tenant: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to be kept of a subject (a quote or an export check). Both texts are canonical JSON.

    `latest`: the day of the latest trigger known so far, from which the years of keeping are counted.
    """

    kind: Kind
    subject: str
    facts: str
    request: str
    latest: date


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact in its place in the chain, exactly as it is stored. `recorded_at` in milliseconds since 1970."""

    tenant: str
    seq: int
    kind: str
    subject: str
    recorded_at: int
    retain_until: str
    facts: str
    request: str
    previous: str
    hash: str

    @property
    def emptied(self) -> bool:
        """Whether its texts were deleted when their years were over; its hash holds its place in the chain."""
        return not self.facts

    def expected_hash(self) -> str:
        """SHA-256 over every field, each with its length before it, so that no text can move between fields."""
        hashed = hashlib.sha256()
        for field in (
            self.tenant, str(self.seq), self.kind, self.subject, str(self.recorded_at),
            self.retain_until, self.facts, self.request, self.previous,
        ):  # fmt: skip
            text = field.encode()
            hashed.update(f"{len(text)}:".encode())
            hashed.update(text)
        return hashed.hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where a chain does not hold."""

    tenant: str
    seq: int
    problem: str


def chained(head: Head, facts: Iterable[Fact], recorded_at: int, rule: Rule) -> Iterator[Entry]:
    """Facts as the next entries of a chain."""
    for fact in facts:
        entry = Entry(
            tenant=head.tenant,
            seq=head.seq + 1,
            kind=fact.kind.value,
            subject=fact.subject,
            recorded_at=recorded_at,
            retain_until=keep_until(rule, fact.latest).isoformat(),
            facts=fact.facts,
            request=fact.request,
            previous=head.hash,
            hash="",
        )
        head = Head(head.tenant, entry.seq, entry.expected_hash())
        yield replace(entry, hash=head.hash)


def first_fault(tenant: str, entries: Iterable[Entry], head: Head | None, kept: Head | None = None) -> Fault | None:
    """Follow a chain from its beginning; None where it holds.

    Args:
        entries: all of the tenant's, by sequence.
        head: the head as the database has it.
        kept: a head of this chain that was kept outside the database.
    """
    last, unexplained = Head(tenant, 0, FIRST), set[int]()
    for entry in entries:
        if entry.seq != last.seq + 1:
            return Fault(tenant, last.seq + 1, "the entry is missing")
        if entry.emptied:
            unexplained.add(entry.seq)
        elif entry.hash != entry.expected_hash():
            return Fault(tenant, entry.seq, "the entry was changed after it was written")
        elif entry.kind == Kind.EMPTIED:
            unexplained -= set(json.loads(entry.facts)["entries"])
        if entry.previous != last.hash:
            return Fault(tenant, entry.seq, "the entry is not bound to the one before it")
        last = Head(tenant, entry.seq, entry.hash)
        if kept is not None and kept.seq == entry.seq and kept.hash != entry.hash:
            return Fault(tenant, entry.seq, "the chain is another one than was exported")
    if kept is not None and kept.seq > last.seq:
        return Fault(tenant, last.seq + 1, f"the tail is cut: an export has seen entry {kept.seq}")
    if unexplained:
        return Fault(tenant, min(unexplained), "the entry was emptied, and no entry after it says so")
    if (head.seq, head.hash) != (last.seq, last.hash) if head is not None else last.seq > 0:
        return Fault(tenant, last.seq + 1, "the head names another last entry")
    return None


def keep_until(rule: Rule, latest: date) -> date:
    """The day until which a record is kept whose latest trigger was on a day.

    Raises:
        LookupError: the rule has no number of years in force on that day.

    Source: 15 CFR 762.6, five years from the latest of export, known re-export and end of the transaction.
    """
    row = rule.read("years", Clock(latest, latest))
    if row is None:
        raise LookupError(f"{rule.id} has no years in force on {latest}")
    year = latest.year + int(str(row.value))
    if year > date.max.year:
        return date.max
    leap_day = (latest.month, latest.day) == (2, 29)
    return date(year, 3, 1) if leap_day else latest.replace(year=year)
