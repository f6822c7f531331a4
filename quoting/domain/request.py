"""A procurement request, defaults filled in. Contract section 2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from quoting.domain.chips import Metric
from quoting.domain.money import Money
from quoting.domain.offers import Grade, Mode, Offer
from quoting.domain.transaction import EndUse, Evidence, PartyType


class Objective(StrEnum):
    MIN_COST = "min_cost"
    MAX_CAPABILITY = "max_capability"
    MIN_TIME = "min_time"


class UnknownPolicy(StrEnum):
    BLOCK = "block"
    BOTH = "both"


class Explain(StrEnum):
    NONE = "none"
    SUMMARY = "summary"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Owner:
    """A share of a party. Units: percent, 0 to 100."""

    party: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Party:
    """A company or body. None is unknown; a party without a parent above it is its own `ultimate_parent`."""

    id: str
    name: str
    country: str
    hq_country: str | None
    ultimate_parent: str | None
    aliases: tuple[str, ...] = ()
    owners: tuple[Owner, ...] = ()
    type: PartyType = PartyType.COMPANY


@dataclass(frozen=True, slots=True)
class Verification:
    status: str  # verified, pending, none
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place of delivery. Owner, operator and end user are party ids.

    Units: `power_kw` in kW, None no limit; `electricity_price` money per kWh.
    """

    id: str
    country: str
    owner: str
    operator: str
    end_user: str
    power_kw: Decimal | None = None
    power_usage_effectiveness: Decimal = Decimal("1.3")
    electricity_price: Money | None = None
    recovers_tax: bool = True
    verification: Verification | None = None
    end_use: EndUse = field(default_factory=EndUse)
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Substitute:
    """One unit of `chip` counts as `rate` units of the demanded chip."""

    chip: str
    rate: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Demand:
    """What a site needs: a chip and a quantity, an amount of a capability, or as much capability as can be had."""

    id: str
    site: str
    chip: str | None = None
    qty: int | None = None
    substitutes: tuple[Substitute, ...] = ()
    metric: Metric | None = None
    amount: Decimal | None = None
    maximise: bool = False
    requires: Mapping[Metric, Decimal] = field(default_factory=dict)
    acquisition: tuple[Mode, ...] = (Mode.BUY,)
    needed_by: date | None = None
    term_months: int | None = None
    residual_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Budget:
    """A hard limit of cash. Empty `sites` or `modes` (None) means all."""

    id: str
    max: Money
    sites: tuple[str, ...] | None = None
    modes: tuple[Mode, ...] | None = None


@dataclass(frozen=True, slots=True)
class Selector:
    """A list means any of them, keys are joined by and, None means all."""

    vendors: tuple[str, ...] | None = None
    chips: tuple[str, ...] | None = None
    designer_countries: tuple[str, ...] | None = None
    modes: tuple[Mode, ...] | None = None
    sites: tuple[str, ...] | None = None
    demands: tuple[str, ...] | None = None
    offers: tuple[str, ...] | None = None


class RuleKind(StrEnum):
    SHARE = "share"
    CAP = "cap"
    COUNT = "count"
    EXCLUDE = "exclude"
    PREFER = "prefer"
    MIN_ORDER = "min_order"
    CONCENTRATION = "concentration"


@dataclass(frozen=True, slots=True)
class BuyerRule:
    """A business rule of the buyer. Contract section 2.1.

    `measure` is "spend", "units" or a metric's name. `priority` 0 is mandatory; 1 to 4 may be given up, 4 first.
    `value` is a number, or money for spend caps and least orders.
    """

    id: str
    kind: RuleKind
    select: Selector = field(default_factory=Selector)
    within: Selector = field(default_factory=Selector)
    of: str | None = None
    measure: str | None = None
    op: str | None = None
    value: Decimal | Money | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Discount:
    """The caller's contract with a vendor, percent off the catalogue price; exact, before rounding."""

    vendor: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class CatalogueUse:
    """Which catalogue offers may be used. `use` is "all" or "private_only"."""

    use: str = "all"
    vendors: tuple[str, ...] | None = None
    exclude_vendors: tuple[str, ...] = ()
    max_price_age_days: int | None = None
    min_grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """An authorisation in the caller's hand: declared, not verified. None in a list field means any."""

    id: str
    authority: str | None = None
    number: str | None = None
    chips: tuple[str, ...] | None = None
    parties: tuple[str, ...] | None = None
    sites: tuple[str, ...] | None = None
    units: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A what-if: its own objectives, rules and budgets in place of the request's; None keeps the request's."""

    name: str
    objectives: tuple[Objective, ...] | None = None
    rules: tuple[BuyerRule, ...] | None = None
    budgets: tuple[Budget, ...] | None = None


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """Units: `gap` a fraction; `time_limit_s` wall seconds of all solves of the request together."""

    gap: Decimal = Decimal("0.0001")
    time_limit_s: Decimal = Decimal(30)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """A valid request. `as_of` and `known_on` None: the day on which it is accepted."""

    buyer: str
    parties: tuple[Party, ...]
    sites: tuple[Site, ...]
    demand: tuple[Demand, ...]
    client_ref: str | None = None
    as_of: date | None = None
    known_on: date | None = None
    report_currency: str = "USD"
    budgets: tuple[Budget, ...] = ()
    rules: tuple[BuyerRule, ...] = ()
    offers: tuple[Offer, ...] = ()
    discounts: tuple[Discount, ...] = ()
    catalogue: CatalogueUse = field(default_factory=CatalogueUse)
    licences: tuple[Licence, ...] = ()
    objectives: tuple[Objective, ...] = (Objective.MIN_COST,)
    discount_rate: Decimal = Decimal(0)
    unknown_policy: UnknownPolicy = UnknownPolicy.BOTH
    scenarios: tuple[Scenario, ...] = ()
    solve: SolveOptions = field(default_factory=SolveOptions)
    explain: Explain = Explain.SUMMARY


def dated(request: QuoteRequest, today: date) -> QuoteRequest:
    """The request with `as_of` (today) and `known_on` (`as_of`) filled in."""
    as_of = request.as_of or today
    return replace(request, as_of=as_of, known_on=request.known_on or as_of)
