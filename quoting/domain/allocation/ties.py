"""Of plans that are equally good the one with the fewest offers, then with the lowest offer ids in order.

Contract 2.2 no. 11. Among sets of as many offers the sorted list of ids is lowest where, going through all offers in
order of their ids, the first that only one of two sets has is in the lower one: the set whose 0-1 digits, read in that
order, are the greatest number. The digits are settled a few at a time, so that every weight is exact for the solver.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from quoting.domain.allocation.linear import Terms, added, scaled
from quoting.domain.allocation.model import PlanModel

_DIGITS = 16  # offers settled by one solve: weights up to 2 ** 15

Solve = Callable[[Terms, bool], Collection[str] | None]


def break_ties(model: PlanModel, used: Collection[str], solve: Solve) -> bool:
    """Narrow the model to the plans that come first; what was reached before has to be in its rows.

    Args:
        used: the offers of the plan in hand.
        solve: optimises terms (True: as much as can be), and returns the offers of the plan found; None where that was
            not proven.

    Returns:
        Whether all ties were broken.
    """
    marks = {source.lot.offer: model.used(s) for s, source in enumerate(model.sources)}
    everything = added(*marks.values())
    fewest = used if len(used) <= 1 else solve(everything, False)
    if fewest is None:
        return False
    used = fewest
    model.linear.row(everything, upper=len(used))
    offers = sorted(marks)
    for start in range(0, len(offers), _DIGITS):
        digits = offers[start : start + _DIGITS]
        if not set(offers[start:]) & set(used):
            break
        number = added(*(scaled(marks[offer], 2 ** (_DIGITS - 1 - n)) for n, offer in enumerate(digits)))
        found = solve(number, True)
        if found is None:
            return False
        used = found
        for offer in digits:
            reached = 1 if offer in used else 0
            model.linear.row(marks[offer], lower=reached, upper=reached)
    return True
