"""Duties, import taxes, fees, freight and transit days, as dated and cited values, indexed for look-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from quoting.domain.parameters import Clock, Dated, Parameter

UNKNOWN = "unknown"  # a value that stands for "due, and the figure is not known in any grade"
ELSEWHERE = "elsewhere"  # both ends of the lane that fits where no other does


@dataclass(frozen=True, slots=True)
class ImportTax:
    """VAT, GST, consumption or sales tax at import. `rate` holds fractions, or UNKNOWN.

    `adds_carriage`: freight and insurance of the buyer enter the base where the customs value leaves them out.
    """

    name: str
    recoverable: bool
    adds_carriage: bool
    rate: Parameter


@dataclass(frozen=True, slots=True)
class Band:
    """A window of performance, open at both ends: equal to a limit is outside.

    Units: TPP in TOPS x bit length, memory bandwidth in GB/s.
    """

    tpp_above: Decimal
    tpp_below: Decimal
    bandwidth_above: Decimal
    bandwidth_below: Decimal

    def holds(self, tpp: Decimal | None, bandwidth: Decimal | None) -> bool | None:
        """Whether a chip lies in the band; None where an unknown figure leaves that open."""
        in_tpp = None if tpp is None else self.tpp_above < tpp < self.tpp_below
        in_bandwidth = None if bandwidth is None else self.bandwidth_above < bandwidth < self.bandwidth_below
        if in_tpp is False or in_bandwidth is False:
            return False
        return True if in_tpp and in_bandwidth else None


@dataclass(frozen=True, slots=True)
class Measure:
    """An additional duty of one importing country. None in `origins` or `headings` is any; no `bands`: any chip.

    `displaces`: goods that pay it pay no later measure of the list. `rate` holds fractions, or UNKNOWN.
    """

    id: str
    title: str
    importer: str
    origins: tuple[str, ...] | None
    headings: tuple[str, ...] | None
    bands: tuple[Band, ...]
    displaces: bool
    rate: Parameter

    def in_band(self, tpp: Decimal | None, bandwidth: Decimal | None) -> bool | None:
        """Whether a chip lies in any band; None where an unknown figure leaves that open."""
        answers = [band.holds(tpp, bandwidth) for band in self.bands]
        return True if not answers or True in answers else (None if None in answers else False)


@dataclass(frozen=True, slots=True)
class Fee:
    """A charge of customs that is no duty. `counted` False: shown only, since it is no cost of one unit.

    `on_duties`: the base is customs value and duties, else the customs value.
    """

    id: str
    importer: str
    counted: bool
    on_duties: bool
    rate: Parameter


@dataclass(frozen=True, slots=True)
class FormFactor:
    """How a form travels and what customs takes it for. `token` is found in the form factor's text, lower case.

    Units: `chargeable_kg` in kg for one chip, packed.
    """

    token: str
    heading: str
    chargeable_kg: Parameter


@dataclass(frozen=True, slots=True)
class UnionMember:
    """A country in a customs union, both days inclusive."""

    union: str
    start: date | None
    end: date | None
    citation: str

    def on(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TariffBook:
    """Everything that landed cost reads, besides rates of exchange. What is not in it is not known.

    Units: `duties` fractions by (importing country or union, HS6 heading); `lanes` USD per chargeable kg and `transit`
        days by (from, to), each end a country, a region or ELSEWHERE; `regions` by country, the narrowest first.
    """

    duties: Mapping[Key, Parameter]
    import_taxes: Mapping[str, ImportTax]
    rental_taxes: Mapping[str, ImportTax]
    measures: Mapping[str, tuple[Measure, ...]]
    fees: Mapping[str, tuple[Fee, ...]]
    unions: Mapping[str, tuple[UnionMember, ...]]
    regions: Mapping[str, tuple[str, ...]]
    lanes: Mapping[Key, Parameter]
    transit: Mapping[Key, Parameter]
    forms: tuple[FormFactor, ...]
    fob_importers: Parameter
    insurance_rate: Parameter
    insured_share: Parameter
    freight_within_country: Parameter
    fx_stale_after_days: Parameter
    data_as_of: date

    def duty(self, importer: str, heading: str, clock: Clock) -> Dated | None:
        """The ordinary (MFN) duty of a heading; None where it is not known."""
        union = self.union_of(importer, clock.day)
        parameter = self.duties.get((union or importer, heading))
        return None if parameter is None else parameter.at(clock)

    def union_of(self, country: str, day: date) -> str | None:
        """The customs union that a country is in on a day."""
        return next((member.union for member in self.unions.get(country, ()) if member.on(day)), None)

    def same_union(self, one: str | None, other: str, day: date) -> bool:
        """Whether goods move between two countries without a customs border."""
        union = self.union_of(other, day)
        return one is not None and union is not None and union == self.union_of(one, day)

    def form(self, form_factor: str) -> FormFactor:
        """The first form whose token is in the text; the last of the table has an empty token and fits all."""
        text = form_factor.lower()
        return next(form for form in self.forms if form.token in text)

    def lane(self, values: Mapping[Key, Parameter], start: str | None, end: str, clock: Clock) -> Dated | None:
        """The value of the narrowest lane that has one on the day; a known country goes before its regions."""
        for here in self._places(start):
            for there in self._places(end):
                parameter = values.get((here, there))
                row = None if parameter is None else parameter.at(clock)
                if row is not None:
                    return row
        elsewhere = values.get((ELSEWHERE, ELSEWHERE))
        return None if elsewhere is None else elsewhere.at(clock)

    def stale_after_days(self, day: date) -> int:
        """Age in days beyond which a reference rate of exchange is stale.

        Raises:
            LookupError: there is no such parameter on the day.
        """
        row = self.fx_stale_after_days.at(Clock(day, day))
        if row is None or not isinstance(row.value, int):
            raise LookupError(f"no age of stale rates on {day}")
        return row.value

    def parameters(self) -> Iterator[Parameter]:
        """Every dated value, for the list of rules and parameters in force on a day."""
        yield from self.duties.values()
        yield from (tax.rate for taxes in (self.import_taxes, self.rental_taxes) for tax in taxes.values())
        yield from (measure.rate for measures in self.measures.values() for measure in measures)
        yield from (fee.rate for fees in self.fees.values() for fee in fees)
        yield from (*self.lanes.values(), *self.transit.values())
        yield from (form.chargeable_kg for form in self.forms)
        yield from (self.fob_importers, self.insurance_rate, self.insured_share)
        yield from (self.freight_within_country, self.fx_stale_after_days)

    def _places(self, country: str | None) -> tuple[str, ...]:
        return () if country is None else (country, *self.regions.get(country, ()))
