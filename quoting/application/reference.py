"""The reference data of the day, for what is answered at once."""

from __future__ import annotations

from quoting.application.ports import Clock, Market
from quoting.domain.snapshot import Snapshot


def reference_of_today(market: Market, clock: Clock) -> Snapshot:
    """The reference data as of today: requests are checked against its chips."""
    return market.snapshot(market.pin(clock.today()))
