"""What a use case may answer instead of what was asked: the parts it needs are away, or a limit is reached."""

from __future__ import annotations

from quoting.domain.errors import DomainError


class StoreUnavailable(DomainError):
    """The database does not answer, or stayed locked too long; trying again later may help."""

    code = "unavailable"


class ClearancesChanged(StoreUnavailable):
    """The tenant's clearances are no longer what the quote was pinned to; nothing was stored."""


class TooManyWaiting(DomainError):
    """The tenant has as many quotes waiting as it may; nothing was stored."""

    code = "too_many_waiting"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the limit of {limit} waiting quotes a tenant (CHIPQUOTE_WAITING_QUOTES) is reached")
        self.limit = limit


class QueueUnavailable(DomainError):
    """A wake-up could not be sent; the dispatcher sends it later."""

    code = "queue_unavailable"
