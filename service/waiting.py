"""`Prefer: wait=N` (RFC 7240): hold an answer back until its quote is done, for a few callers at a time."""

from __future__ import annotations

import re
import threading
import time

from quoting.application.quotes import QuoteRecord
from service.asked import asked
from service.deps import deps

LONGEST_S = 20
# Where it can be heard that a quote has ended, a look is for what was not heard, and may be late. Else a small quote is
# seen soon, and a long one asked for seldom.
FIRST_LOOK_S, FIRST_LOOK_OF_A_HEARER_S, LONGEST_LOOK_S, GROWTH = 0.002, 0.02, 0.1, 1.05
PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": f"`wait=N`: hold the answer back until the quote is done, at most N (up to {LONGEST_S}) seconds.",
    "schema": {"type": "string"},
    "example": "wait=10",
}
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,6})\"?(?=$|[,;\s])", re.IGNORECASE)


class Waiters:
    """At most a quarter of the threads may wait; who comes beyond is answered at once."""

    def __init__(self, threads: int) -> None:
        self._places = threading.BoundedSemaphore(max(1, threads // 4))

    def until_done(self, record: QuoteRecord, wait_s: int) -> QuoteRecord:
        """The quote as it is when it is done, at the latest after `wait_s` seconds."""
        if record.status.done or not self._places.acquire(blocking=False):
            return record
        try:
            ends = time.monotonic() + wait_s
            pause = FIRST_LOOK_S
            time.sleep(min(pause, wait_s))  # nothing is done sooner, and the ring gets out
            while not record.status.done and time.monotonic() < ends:
                if not deps().notices.hear_end(record.id, max(pause, FIRST_LOOK_OF_A_HEARER_S)):
                    time.sleep(pause)
                pause = min(pause * GROWTH, LONGEST_LOOK_S)
                record = deps().store.get(record.tenant, record.id)
            return record
        finally:
            self._places.release()


def preferred_wait_s() -> int | None:
    """Seconds the caller would wait; None where no wish was sent."""
    match = _WAIT.search(asked().environ.get("HTTP_PREFER", ""))  # the server has put several into one, with commas
    return None if match is None else min(int(match.group(1)), LONGEST_S)
