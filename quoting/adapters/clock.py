"""Time from this machine: the day of a request, durations, and ids that sort by birth."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, date, datetime


class SystemClock:
    """The clock of the operating system. Leases are not its business: they go by the clock of the database."""

    def today(self) -> date:
        return datetime.now(UTC).date()

    def elapsed_ms(self) -> float:
        return time.perf_counter() * 1000


def sortable_id() -> str:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, the rest random."""
    bits = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    text = f"{bits:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
