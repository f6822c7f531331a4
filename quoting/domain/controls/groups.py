"""Country groups on a day: who stands in D:5, A:6 and the others, as far as that was public."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from quoting.domain.controls.rulebook import Membership
from quoting.domain.parameters import Clock

# Source: contract, head of the page; the separate status of Hong Kong was removed by 85 FR 83765.
READ_AS = {"HK": "CN"}
HOME = "US"  # the country from which the EAR counts exports


def place(country: str | None) -> str | None:
    """The country as the control rules read it: Hong Kong is China, Macau is a place of its own."""
    return None if country is None else READ_AS.get(country, country)


def members(memberships: Iterable[Membership], group: str, clock: Clock) -> frozenset[str]:
    """The countries that stand in a group on `clock.day`, by what was public on `clock.known_on`."""
    return frozenset(READ_AS.get(m.country, m.country) for m in memberships if m.group == group and _stands(m, clock))


def _stands(membership: Membership, clock: Clock) -> bool:
    start, end = membership.start, membership.end
    if start is not None and (start > clock.day or _public(start, membership.published) > clock.known_on):
        return False
    if end is None or clock.day <= end:
        return True
    left = end + timedelta(days=1)
    return _public(left, membership.end_published) > clock.known_on  # nobody knew yet that it would leave


def _public(effective: date, published: date | None) -> date:
    return effective if published is None else min(effective, published)
