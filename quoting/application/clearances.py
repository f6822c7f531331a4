"""What is kept of clearances beyond the judgement itself, and who keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from quoting.domain.controls.rulebook import Clearance
from quoting.domain.errors import DomainError


class ClearanceNotFound(DomainError):
    code = "clearance_not_found"


class TooManyClearances(DomainError):
    """The tenant keeps as many as it may; nothing was stored."""

    code = "too_many_clearances"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Who takes a clearance back, and why."""

    by: str
    why: str


@dataclass(frozen=True, slots=True)
class ClearanceRecord:
    """A clearance, when it was kept, and when, by whom and why it was taken back. Times are UTC."""

    clearance: Clearance
    created_at: datetime
    revoked_at: datetime | None
    withdrawal: Withdrawal | None


class Clearances(Protocol):
    """Every method is one transaction and names the tenant. All raise StoreUnavailable."""

    def add(self, tenant: str, clearance: Clearance) -> ClearanceRecord:
        """Keep a judgement, under an id of its own. Raises TooManyClearances."""

    def records(self, tenant: str) -> Sequence[ClearanceRecord]:
        """All of a tenant's, those taken back too, oldest first."""

    def revoke(self, tenant: str, clearance_id: str, withdrawal: Withdrawal) -> ClearanceRecord:
        """Take a clearance back; taking it back twice changes nothing. Raises ClearanceNotFound."""
