"""What a plan is judged by, as terms of the model. `min_time` has none: it is found by search (see `allocate`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from quoting.domain.allocation.linear import Number, added, scaled
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.sources import weights


@dataclass(frozen=True, slots=True)
class Objective:
    """`terms` builds the weight of each column; `maximise` its sense."""

    maximise: bool
    terms: Callable[[PlanModel], dict[int, Number]]

    def no_worse(self, value: Fraction, than: Fraction) -> bool:
        return value >= than if self.maximise else value <= than


def _cost(model: PlanModel) -> dict[int, Number]:
    """Weighed cost and order charges. Units: minor units."""
    pieces: dict[int, Number] = {}
    charges = []
    for s, source in enumerate(model.sources):
        for b, block in enumerate(source.blocks):
            each = weights(block.use)
            for q in model.quantities((s, b)):
                pieces[q.column] = q.step * each[q.at]
        if source.lot.charge_minor:
            charges.append(scaled(model.used(s), source.lot.charge_minor))
    return added(pieces, *charges)


def _capability(model: PlanModel) -> dict[int, Number]:
    """What the maximise demands get. Units: those of their metric."""
    most = {need.demand for need in model.problem.needs if need.amount is None}
    terms: dict[int, Number] = {}
    for s, source in enumerate(model.sources):
        for b, block in enumerate(source.blocks):
            if block.use.demand in most:
                for q in model.quantities((s, b)):
                    terms[q.column] = q.step * block.use.counts
    return terms


OBJECTIVES: Mapping[str, Objective] = {
    "min_cost": Objective(maximise=False, terms=_cost),
    "max_capability": Objective(maximise=True, terms=_capability),
}
