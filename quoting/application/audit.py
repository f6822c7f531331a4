"""Verify the record: every chain from its beginning, and that what is answered from still is what was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from quoting.domain.record import Entry, Fault, Head, first_fault


class Record(Protocol):
    def heads(self) -> Sequence[Head]:
        """The head of every chain."""

    def entries(self, tenant: str) -> Iterator[Entry]:
        """A tenant's chain by sequence."""

    def content_fault(self, entry: Entry) -> Fault | None:
        """Whether the tables that answers come from differ from an entry."""


@dataclass(frozen=True, slots=True)
class Verification:
    """`entries`: how many were read; `faults`: the first of each chain that does not hold, and every other answer."""

    tenants: int
    entries: int
    faults: Sequence[Fault]


def verify(record: Record, kept: Mapping[str, Head]) -> Verification:
    """Args:
    kept: heads that were kept outside the database, by tenant.
    """
    faults: list[Fault] = []
    count = 0

    def looked_at(entries: Iterable[Entry]) -> Iterator[Entry]:
        nonlocal count
        for entry in entries:
            count += 1
            if (fault := record.content_fault(entry)) is not None:
                faults.append(fault)
            yield entry

    heads = {head.tenant: head for head in record.heads()}
    for tenant in sorted({*heads, *kept}):
        fault = first_fault(tenant, looked_at(record.entries(tenant)), heads.get(tenant), kept.get(tenant))
        if fault is not None:
            faults.append(fault)
    return Verification(len(heads), count, sorted(faults, key=lambda f: (f.tenant, f.seq)))
