"""A demand: a chip and a quantity, an amount of a capability, or as much of it as can be had. Contract section 2."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import ValidationError, post_load

from quoting.domain.chips import Metric
from quoting.domain.offers import Mode
from quoting.domain.request import Demand, Substitute
from quoting.wire.faults import Refusal, refused
from quoting.wire.fields import Choice, Day, Flag, Id, Number, Strict, Whole, exact_number, in_range
from quoting.wire.json_text import number
from quoting.wire.shapes import ListOf, Record, Shape, present

MOST_PIECES = 10**9
MOST_MONTHS = 600
MOST_AMOUNT = Decimal(10**15)
MEASURABLE = tuple(metric for metric in Metric if metric is not Metric.INTERCONNECT)


class Floors(Strict):
    """`{metric: least}`: what a chip has to have to serve a demand."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {metric.value: {"type": "number", "minimum": 0} for metric in Metric},
        "additionalProperties": False,
    }

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[Metric, Decimal]:
        if not isinstance(value, Mapping):
            raise self.make_error("type")
        floors: dict[Metric, Decimal] = {}
        messages: dict[str, Any] = {}
        for name, least in value.items():
            if name not in set(Metric):
                messages[name] = [Refusal("unknown_field", f"is no metric; metrics are {', '.join(Metric)}")]
            elif least is not None:
                try:
                    floors[Metric(name)] = in_range(exact_number(least), Decimal(0), MOST_AMOUNT)
                except ValidationError as error:
                    messages[name] = error.messages
        if messages:
            raise ValidationError(messages)
        return floors


class SubstituteShape(Shape):
    chip = Id(required=True)
    rate = Number(0, 10**6, above=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Substitute:
        return Substitute(**data)


class CapabilityShape(Shape):
    metric = Choice(*MEASURABLE, required=True)
    amount = Number(0, str(MOST_AMOUNT), above=True)


class DemandShape(Shape):
    id = Id(required=True)
    site = Id(required=True)
    chip = Id()
    qty = Whole(1, MOST_PIECES)
    substitutes = ListOf(Record(SubstituteShape))
    capability = Record(CapabilityShape)
    maximise = Flag()
    requires = Floors()
    acquisition = ListOf(Choice(*Mode), least=1, once=True)
    needed_by = Day()
    term_months = Whole(1, MOST_MONTHS)
    residual_percent = Number(0, 100)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Demand:
        _check_form(data)
        if Mode.LEASE in data.get("acquisition", ()) and "term_months" not in data:
            raise refused("required", "is required where a lease may serve", "term_months")
        capability = data.pop("capability", {})
        return Demand(**data, **capability)


def _check_form(data: Mapping[str, Any]) -> None:
    """One of the three forms, and nothing of another."""
    if "chip" in data:
        for other in ("capability", "maximise"):
            if data.get(other):
                raise refused("conflicting", "a demand names a chip or a capability, not both", other)
        if "qty" not in data:
            raise refused("required", "is required beside chip", "qty")
        seen = {data["chip"]}
        for index, substitute in enumerate(data.get("substitutes", ())):
            if substitute.chip in seen:
                raise refused("duplicate", "the chip is named before", "substitutes", index, "chip")
            seen.add(substitute.chip)
        return
    if "capability" not in data:
        raise refused("required", "a demand names a chip with its qty, or a capability", "chip")
    for other in ("qty", "substitutes"):
        if data.get(other):
            raise refused("conflicting", "belongs to a demand for a chip", other)
    if data.get("maximise") and "amount" in data["capability"]:
        raise refused("conflicting", "a demand asks for an amount or for as much as can be had", "maximise")
    if not data.get("maximise") and "amount" not in data["capability"]:
        raise refused("required", "is required, or maximise beside capability", "capability", "amount")


def print_demand(demand: Demand) -> dict[str, Any]:
    capability = None
    if demand.metric is not None:
        amount = None if demand.amount is None else number(demand.amount)
        capability = present(metric=demand.metric.value, amount=amount)
    return present(
        id=demand.id,
        site=demand.site,
        chip=demand.chip,
        qty=demand.qty,
        substitutes=[{"chip": s.chip, "rate": number(s.rate)} for s in demand.substitutes] if demand.chip else None,
        capability=capability,
        maximise=demand.maximise or None,
        requires={metric.value: number(least) for metric, least in demand.requires.items()},
        acquisition=[mode.value for mode in demand.acquisition],
        needed_by=None if demand.needed_by is None else demand.needed_by.isoformat(),
        term_months=demand.term_months,
        residual_percent=number(demand.residual_percent),
    )
