"""The allocation problem in whole numbers: what law, prices and dates have left to choose from.

The problem knows nothing of law or of the catalogue: a pair of offer and demand that may not be used is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

Pair = tuple[str, str]  # offer id, demand id


@dataclass(frozen=True, slots=True)
class Lot:
    """An offer as the allocation sees it.

    `thresholds`: the least total quantity of each price break, ascending. `pool`: offers of one pool share
    `pool_stock` pieces together. `charge_minor`: once if anything is taken, minor units.
    """

    offer: str
    vendor: str
    chip: str
    mode: str
    thresholds: tuple[int, ...]
    moq: int = 1
    multiple: int = 1
    stock: int | None = None
    group: str | None = None
    pool: str | None = None
    charge_minor: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """An offer used for a demand.

    Units: `counts` of the demand's own unit for one piece; `unit_minor` cash for one piece at each break, minor units;
        `weight_minor` what one piece weighs in min_cost at each break, minor units (None: as `unit_minor`);
        `days` from as_of to delivery, None unknown; `watts` for one piece at the site, usage effectiveness included.
        `figures`: capability of one piece by metric; an unknown figure is absent and adds nothing.
    """

    offer: str
    demand: str
    site: str
    counts: Fraction
    unit_minor: tuple[int, ...]
    weight_minor: tuple[Fraction, ...] | None = None
    days: int | None = None
    watts: Fraction = Fraction(0)
    figures: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def pair(self) -> Pair:
        return self.offer, self.demand


@dataclass(frozen=True, slots=True)
class Need:
    """A demand. `amount` None: as much as can be had, met by at least one piece."""

    demand: str
    site: str
    amount: Fraction | None


@dataclass(frozen=True, slots=True)
class MoneyLimit:
    """A budget over the pairs it counts. Units: minor units of the report currency, rounded down."""

    id: str
    limit_minor: int
    pairs: frozenset[Pair]


@dataclass(frozen=True, slots=True)
class PowerLimit:
    """Power at a site. Units: watts."""

    site: str
    watts: Fraction


@dataclass(frozen=True, slots=True)
class PlanRule:
    """A business rule over pairs. `within` holds all pairs it speaks of, `select` those of them it selects.

    `kind`, `measure`, `op`, `of` as in contract 2.1; `value` a number, minor units for spend caps and least orders.
    `priority` 0 mandatory. `exclude` rules are here too, so that a conflict can name them. `prefer` is not: it is in
    the weights.
    """

    id: str
    kind: str
    select: frozenset[Pair]
    within: frozenset[Pair]
    measure: str | None = None
    op: str | None = None
    of: str | None = None
    value: Fraction = Fraction(0)
    priority: int = 0


@dataclass(frozen=True, slots=True)
class UnitCap:
    """A declared licence: at most `units` pieces over its pairs. No priority, no repair touches it."""

    id: str
    units: int
    pairs: frozenset[Pair]


@dataclass(frozen=True, slots=True)
class AllocationProblem:
    """Everything the optimiser is told. `objectives`: names of contract section 2, in order (lexicographic)."""

    lots: tuple[Lot, ...]
    uses: tuple[Use, ...]
    needs: tuple[Need, ...]
    objectives: tuple[str, ...] = ("min_cost",)
    budgets: tuple[MoneyLimit, ...] = ()
    powers: tuple[PowerLimit, ...] = ()
    rules: tuple[PlanRule, ...] = ()
    unit_caps: tuple[UnitCap, ...] = ()
    pool_stock: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ObjectiveValue:
    """Value and bound of one objective; the gap is formed by the reader in the units that are shown.

    Units: minor units, capability units, days.
    """

    name: str
    value: Fraction
    bound: Fraction


@dataclass(frozen=True, slots=True)
class ModelSize:
    columns: int
    rows: int
    integers: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """A recounted plan. `quantities` of the pairs used; `breaks`: index of the price break of each offer used.

    `stopped` is "time_limit" when a solve ended before its gap was closed. `unserved` only in a partial plan.
    `first_of_equals`: whether it is the first of all plans as good (`ties`); None where that was not asked for.
    """

    quantities: Mapping[Pair, int]
    breaks: Mapping[str, int]
    objectives: tuple[ObjectiveValue, ...]
    total_minor: int
    given_up: tuple[str, ...]
    unserved: tuple[str, ...]
    stopped: str | None
    size: ModelSize
    first_of_equals: bool | None = None


@dataclass(frozen=True, slots=True)
class NoPlan:
    """No plan meets every demand. `proven` False: time ran out before that was shown."""

    proven: bool
    size: ModelSize


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a conflict names. `kind`: demand, budget, rule, power (site) or supply (offer)."""

    kind: str
    id: str


@dataclass(slots=True)
class Effort:
    """How hard to try, over all solves of one request. Units: seconds of solver time; gap a fraction.

    `spent_s` grows with each solve by what the solver reports: the domain has no clock of its own. `most_nodes`: of the
    search tree of one solve; unlike time it cuts at the same place on every machine.
    """

    gap: float
    limit_s: float
    seed: int
    spent_s: float = 0.0
    most_nodes: int | None = None

    @property
    def left_s(self) -> float:
        return max(0.0, self.limit_s - self.spent_s)
