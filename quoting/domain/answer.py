"""The answer to a procurement request, as values. `wire/result.py` prints it; contract section 4 names the fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from quoting.domain.chips import Metric
from quoting.domain.controls.determination import Determination
from quoting.domain.money import Money
from quoting.domain.offers import Grade, Mode, Offer
from quoting.domain.pricing.charges import Charge, FxRate
from quoting.domain.snapshot import SourcePart

Limit = Money | Decimal | Mapping[str, int | None] | str | None


class Verdict(StrEnum):
    FEASIBLE_SAFE = "feasible_safe"
    FEASIBLE_IF_CLEARED = "feasible_if_cleared"
    INFEASIBLE = "infeasible"


class PlanKind(StrEnum):
    SAFE = "safe"
    IF_CLEARED = "if_cleared"
    SCENARIO = "scenario"
    PARTIAL = "partial"


class Code(StrEnum):
    """Why an offer is not used. The order is the strength of the reason, strongest first."""

    BLOCKED_LAW = "BLOCKED_LAW"
    EXCLUDED = "EXCLUDED"
    EXPIRED = "EXPIRED"
    STALE_PRICE = "STALE_PRICE"
    NOT_DELIVERED_THERE = "NOT_DELIVERED_THERE"
    NO_FIGURE = "NO_FIGURE"
    BELOW_SPEC = "BELOW_SPEC"
    NO_PRICE = "NO_PRICE"
    TOO_LATE = "TOO_LATE"
    UNKNOWN_FACT = "UNKNOWN_FACT"
    RULE = "RULE"
    NO_STOCK = "NO_STOCK"
    BELOW_MOQ = "BELOW_MOQ"
    BUDGET = "BUDGET"
    POWER = "POWER"
    DOMINATED = "DOMINATED"


@dataclass(frozen=True, slots=True)
class ObjectiveReport:
    """Units: money in major units of the report currency, capability units, days.

    gap = |value - bound| / max(1, |value|)
    """

    name: str
    value: Fraction
    bound: Fraction
    gap: Fraction


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One offer used for one demand. `unit_price` in the offer's currency, the rest in the report currency."""

    demand: str
    site: str
    offer: str
    vendor: str
    chip: str
    mode: Mode
    qty: int
    break_min_qty: int
    unit_price: Money
    unit_landed: Money
    total: Money
    lower_bound: bool
    cost_tree: tuple[Charge, ...]
    delivery_date: date | None
    determination: str
    grade: Grade
    licence: str | None = None
    supply: str | None = None
    to_clear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteTotal:
    """`total` without order charges, in the report currency; `own`: in the site's budget currency, where it differs."""

    site: str
    total: Money
    own: Money | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to be done or kept for a line to hold. `lines`: (offer, demand) pairs it speaks of."""

    text: str
    determinations: tuple[str, ...]
    citation: str | None
    days: int | None
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NotPriced:
    """A charge that is due and not known: the unit costs at least what is counted."""

    offer: str
    demand: str
    kind: str
    because: str


@dataclass(frozen=True, slots=True)
class Unserved:
    demand: str
    because: str


@dataclass(frozen=True, slots=True)
class Plan:
    kind: PlanKind
    name: str | None
    basis: str
    objectives: tuple[ObjectiveReport, ...]
    proven_optimal: bool
    stopped: str | None
    total: Money
    totals_by_site: tuple[SiteTotal, ...]
    spend_by_grade: Mapping[Grade, Money]
    spend_by_vendor: Mapping[str, Money]
    capability: Mapping[Metric, Fraction]
    latest_delivery: date | None
    lines: tuple[PlanLine, ...]
    order_charges: tuple[tuple[str, Money], ...]
    conditions: tuple[Condition, ...]
    given_up_rules: tuple[str, ...]
    unserved: tuple[Unserved, ...]
    not_priced: tuple[NotPriced, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NearestChange:
    """What would have to change of the offer or of the buyer's own limits before the offer could be used.

    `kind`: price, supply, terms (of the offer), demand, budget, power, rule, catalogue, fact. `proof` of a price:
    "exact" by re-solve, or "bound" where it is only known that no higher one will do. `price_breaks`: (least quantity,
    price) at that price, all lowered in proportion. Units: `below_percent` of the offered price.
    """

    kind: str
    id: str
    field: str | None
    before: Limit
    after: Limit
    because: str
    proof: str | None = None
    below_percent: Decimal | None = None
    price_breaks: tuple[tuple[int, Money], ...] = ()


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why an offer is not used for a demand. `offer` None: a catalogue chip that has no price on the day."""

    offer: str | None
    demand: str
    chip: str
    code: Code
    because: str
    citations: tuple[str, ...]
    determination: str | None = None
    nearest_change: NearestChange | None = None


@dataclass(frozen=True, slots=True)
class Gain:
    """How much better one plan is than another in an objective. `unit`: a currency, a metric, or days."""

    objective: str
    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class RuleReport:
    """How a rule or budget fares in a plan. Units: money in major units, shares as fractions, else plain numbers.

    `cost`: what the plan would gain without it, by an exact re-solve; None where that was not asked for or not proven.
    """

    plan: str
    basis: str
    kind: str  # rule or budget
    id: str
    met: bool
    value: Fraction | None
    limit: Fraction | None
    slack: Fraction | None
    binding: bool
    cost: Gain | None = None


@dataclass(frozen=True, slots=True)
class ConflictItem:
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class RepairChange:
    """One change of the request. `before` and `after`: money of a budget or spend cap, kW, the demand's own unit, a
    share, or for supply the terms {moq, multiple, available_qty}; `after` None drops the item."""

    kind: str
    id: str
    before: Limit
    after: Limit


@dataclass(frozen=True, slots=True)
class Repair:
    """A change after which a plan meets every demand. `cost`: contract section 4. `proven`: no smaller one would do."""

    change: RepairChange
    cost: Money
    plan_total: Money
    because: str
    proven: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """A minimal set that cannot hold together, and the determinations that bear on it (never repaired).

    `notes`: which items no change of them alone repairs, and which time did not allow to try.
    """

    items: tuple[ConflictItem, ...]
    fixed: tuple[str, ...]
    proven_minimal: bool
    repairs: tuple[Repair, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """An open question of the law, gathered over the transactions it stands in."""

    fact: str
    question: str
    who: str
    citation: str
    unlocks: str
    determinations: tuple[str, ...]
    worth: Gain | str | None = None


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """A plan's cost beside its days to the latest delivery or its capability (`unit`).

    `part`: of the most that can be had, or of what is asked for; None on the frontier of delivery.
    """

    total: Money
    days: int | None
    capability: Decimal | None
    unit: str | None
    part: Decimal | None


@dataclass(frozen=True, slots=True)
class Frontier:
    """Cost against `against`: delivery or capability, on the basis of the leading plan. `note`: what cut it short."""

    against: str
    basis: str
    points: tuple[FrontierPoint, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class ClearingGain:
    """What the if-cleared plan has on the safe one. `days`: how much sooner, None where a delivery is not known.

    `cheaper`: safe total less if-cleared total, negative where that costs more (and reaches more).
    """

    cheaper: Money
    days: int | None
    gain: Gain | None


@dataclass(frozen=True, slots=True)
class Quote:
    """The whole answer. No quote id and no clock times: equal request and snapshot give an equal quote."""

    answer: str
    verdict: Verdict
    as_of: date
    known_on: date
    report_currency: str
    plans: tuple[Plan, ...]
    offers: tuple[Offer, ...]
    determinations: tuple[Determination, ...]
    why_not: tuple[WhyNot, ...]
    rules_report: tuple[RuleReport, ...]
    conflict: Conflict | None
    open_questions: tuple[AskedQuestion, ...]
    flips: tuple[Mapping[str, str], ...]
    provenance: Mapping[str, SourcePart]
    data_as_of: date
    solver: str
    seed: int
    snapshot: str
    model: tuple[int, int, int]  # columns, rows, integers of the largest solve
    fx: tuple[FxRate, ...] = ()  # every rate that a price, limit or total was converted at
    clearing: ClearingGain | None = None
    frontiers: tuple[Frontier, ...] = ()
    explain_notes: tuple[str, ...] = ()  # what no effort was left for
    disclaimer: str = field(default="This informs; it is not legal advice.")
