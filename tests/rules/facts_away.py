"""Facts that a transaction can lose, and what may not happen when it loses one."""

from __future__ import annotations

from dataclasses import replace

from quoting.domain.controls.determination import Determination, Outcome, Review, Standing
from quoting.domain.transaction import Transaction
from tests.rules.builders_law import with_item

FIGURES = (
    "tpp",
    "performance_density",
    "die_area_mm2",
    "memory_bandwidth_gb_s",
    "interconnect_gb_s",
    "hbm_density_gb_s_mm2",
    "marketed_for_datacenter",
    "designer",
    "designer_hq_country",
    "country_of_origin",
)
PLACES = ("country", "hq_country", "ultimate_parent_hq_country", "ownership_by_listed_percent")
FACTS = (*FIGURES, "from_country", "to_country", *PLACES)
DENIED = {Review.DENIAL, Review.POLICY_OF_DENIAL}


def without(transaction: Transaction, fact: str, number: int) -> Transaction:
    """The transaction with one fact of the item, of a movement or of a party taken out."""
    if fact in FIGURES:
        return with_item(transaction, **{fact: None})
    if fact in ("from_country", "to_country"):
        return replace(transaction, movement=replace(transaction.movement, **{fact: None}))
    changed = number % len(transaction.parties)
    parties = tuple(replace(p, **{fact: None}) if n == changed else p for n, p in enumerate(transaction.parties))
    return replace(transaction, parties=parties)


def opens_the_safe_plan(before: Determination, after: Determination) -> bool:
    """Whether an answer moved into what the safe plan may use."""
    return before.standing is not Standing.SAFE and after.standing is Standing.SAFE


def lifts_a_bar(before: Determination, after: Determination) -> bool:
    """Whether a prohibition or a denial became anything but itself or undetermined."""
    if before.outcome is not Outcome.PROHIBITED and before.review_policy not in DENIED:
        return False
    same = (after.outcome, after.review_policy) == (before.outcome, before.review_policy)
    return not same and after.outcome is not Outcome.CANNOT_DETERMINE


def keeps_closed(before: Determination, after: Determination) -> bool:
    """A missing fact opens nothing: not to the safe plan, and not what is prohibited or denied."""
    return not opens_the_safe_plan(before, after) and not lifts_a_bar(before, after)
