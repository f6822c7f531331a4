"""Why the lawful offers of a demand that a partial plan leaves out are not used: what it cannot hold together with."""

from __future__ import annotations

from collections.abc import Collection

from quoting.domain.answer import Code, Conflict
from quoting.domain.explain.insight import Reason

_CODES = {"budget": Code.BUDGET, "power": Code.POWER, "rule": Code.RULE}


def blockers(conflict: Conflict | None, unmet: Collection[str]) -> dict[str, Reason]:
    """By demand that is not met, the limit of the conflict that stands in the way, else the demands beside it."""
    if conflict is None:
        return {}
    found = {}
    for demand in unmet:
        limits = [item for item in conflict.items if item.kind in _CODES]
        others = [item.id for item in conflict.items if item.kind == "demand" and item.id != demand]
        beside = f" together with {', '.join(others)}" if others else ""
        if limits:
            names = ", ".join(f"{item.kind} {item.id}" for item in limits)
            found[demand] = Reason(_CODES[limits[0].kind], f"{demand} cannot be met within {names}{beside}")
        else:
            found[demand] = Reason(Code.DOMINATED, f"{demand} cannot be met by what is on offer{beside}")
    return found
