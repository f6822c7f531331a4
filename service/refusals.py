"""Who was told a moment ago to come again later is told so again at once: a refusal has to be cheaper than an answer.

Each process remembers for itself, and only for as long as `Retry-After` named: then the database is asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from quoting.adapters.remembered import Remembered
from quoting.application.errors import TooManyWaiting

RETRY_AFTER_S = 1
MOST_TENANTS = 1000


class Refusals:
    def __init__(self) -> None:
        self._limits: Remembered[str, int] = Remembered(RETRY_AFTER_S, MOST_TENANTS)

    def repeat(self, tenant: str) -> None:
        """Raises TooManyWaiting where the tenant was refused within the last second."""
        limit = self._limits.get(tenant)
        if limit is not None:
            raise TooManyWaiting(limit)

    @contextmanager
    def heard(self, tenant: str) -> Iterator[None]:
        """Remember it where the block refuses the tenant."""
        try:
            yield
        except TooManyWaiting as refusal:
            self._limits.put(tenant, refusal.limit)
            raise
