"""Licences in the caller's hand: which of them cover a transaction, how far their units go together, and what is left.

Several licences may cover one pair, and their units add up there; one licence may cover many pairs. Units can be spread
over the licences exactly where no group of pairs takes more than all the licences hold that any of them may draw on
(Hall's condition), so a plan needs one cap for each such group and no variable of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from quoting.domain.allocation.problem import Pair, UnitCap
from quoting.domain.chips import Chip
from quoting.domain.controls.determination import Determination, Outcome
from quoting.domain.request import Licence, QuoteRequest, Site

_MOST_GROUPS = 256  # of licences that pairs share; beyond, a pair counts under its first licence alone

Covering = Mapping[Pair, tuple[Licence, ...]]


def covering(
    request: QuoteRequest, chip: Chip, site: Site, day: date, determination: Determination
) -> tuple[Licence, ...]:
    """The declared licences that cover a transaction which needs one on the delivery day; never a prohibited one."""
    if not (determination.outcome is Outcome.LICENCE or determination.needs_answer):
        return ()
    who = {request.buyer, site.owner, site.operator, site.end_user}
    return tuple(
        licence
        for licence in request.licences
        if (licence.chips is None or chip.id in licence.chips)
        and (licence.sites is None or site.id in licence.sites)
        and (licence.parties is None or not who.isdisjoint(licence.parties))
        and (licence.valid_from is None or licence.valid_from <= day)
        and (licence.valid_until is None or day <= licence.valid_until)
    )


def unit_caps(covered: Covering) -> list[UnitCap]:
    """One cap for each group of licences that pairs draw on together; pairs with a licence without a cap are free."""
    bound = {pair: frozenset(li.id for li in held) for pair, held in covered.items() if all(_capped(li) for li in held)}
    units = {li.id: li.units for held in covered.values() for li in held if li.units is not None}
    groups = new = set(bound.values())
    while new:
        new = {one | other for one in new for other in groups if one & other} - groups
        groups = groups | new
        if len(groups) > _MOST_GROUPS:
            return unit_caps({pair: held[:1] for pair, held in covered.items()})
    return [
        UnitCap("+".join(sorted(group)), sum(units[name] for name in group), pairs)
        for group in sorted(groups, key=sorted)
        if (pairs := frozenset(pair for pair, drawn in bound.items() if drawn <= group))
    ]


def _capped(licence: Licence) -> bool:
    return licence.units is not None


def drawn_units(quantities: Mapping[Pair, int], covered: Covering) -> dict[str, dict[Pair, int]]:
    """Units of each pair by licence: some way to spread them within every licence, which the caps have made sure of."""
    taken: dict[str, dict[Pair, int]] = {li.id: {} for held in covered.values() for li in held}
    room = {li.id: li.units for held in covered.values() for li in held}
    for pair in sorted(quantities, key=lambda p: (len(covered.get(p, ())), p)):
        left = quantities[pair] if pair in covered else 0
        while left:
            chain = _chain(pair, covered, room, taken, frozenset())
            if not chain:
                break
            left -= _shift(chain, left, room, taken)
    return taken


Chain = Sequence[tuple[Pair, str]]  # a pair and the licence it draws more on; each later pair moves off the one before


def _chain(
    pair: Pair,
    covered: Covering,
    room: Mapping[str, int | None],
    taken: Mapping[str, dict[Pair, int]],
    seen: frozenset[str],
) -> Chain:
    """Where more units of a pair can go: a licence with room, or one whose other pairs can move to another."""
    for licence in covered[pair]:
        if room[licence.id] is None or room[licence.id]:
            return [(pair, licence.id)]
    for licence in covered[pair]:
        if licence.id in seen:
            continue
        for other, units in taken[licence.id].items():
            further = _chain(other, covered, room, taken, seen | {licence.id}) if units and other != pair else ()
            if further:
                return [(pair, licence.id), *further]
    return ()


def _shift(chain: Chain, wanted: int, room: dict[str, int | None], taken: Mapping[str, dict[Pair, int]]) -> int:
    """Move as many units along a chain as fit; how many."""
    last = room[chain[-1][1]]
    fits = [wanted, *([] if last is None else [last])]
    fits += [taken[licence][other] for (_, licence), (other, _) in pairwise(chain)]
    units = min(fits)
    for number, (pair, licence) in enumerate(chain):
        taken[licence][pair] = taken[licence].get(pair, 0) + units
        if number:
            taken[chain[number - 1][1]][pair] -= units
    if last is not None:
        room[chain[-1][1]] = last - units
    return units


def said_of(licence: Licence, units: Iterable[int]) -> str:
    """What a plan says of a licence that it draws on."""
    name, used = licence.number or licence.id, sum(units)
    rest = "without a limit" if licence.units is None else f"{licence.units - used} of its {licence.units} are left"
    return (
        f"licence {name} was declared by the caller and is not verified by this service; "
        f"{used} units draw on it, {rest}"
    )
