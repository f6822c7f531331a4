"""The tariff book from its tables and files, and the check that names file and line of what is broken in them."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml

from quoting.adapters.reference import tariff_rows as rows
from quoting.adapters.reference.cells import Cells, RowError
from quoting.adapters.reference.reading import Fault, Files, Row
from quoting.adapters.reference.tariff_gathering import Gathering, Rows
from quoting.domain.errors import ReferenceDataBroken
from quoting.domain.parameters import Parameter
from quoting.domain.pricing.tariffs import ELSEWHERE, Band, Fee, FormFactor, ImportTax, Measure, TariffBook, UnionMember

DUTIES, TAXES, FEES = "data/duties.csv", "data/import_taxes.csv", "data/fees.csv"
LANES, TRANSIT, FORMS = "data/freight_lanes.csv", "data/transit_days.csv", "data/form_factors.csv"
PLACES, UNIONS, HEADINGS = "data/places.csv", "data/customs_unions.csv", "data/hs_headings.csv"
MEASURES = "parameters/tariffs/additional_duties.yaml"
CUSTOMS_VALUE = "parameters/tariffs/customs_value.yaml"
PLANNING = "parameters/tariffs/planning.yaml"
SOURCES = (DUTIES, TAXES, FEES, LANES, TRANSIT, FORMS, PLACES, UNIONS, HEADINGS, MEASURES, CUSTOMS_VALUE, PLANNING)

_OF_VALUE = "fraction of the customs value"


def parse_tariffs(files: Files) -> TariffBook:
    """The tariff book of a set of reference files.

    Raises:
        ReferenceDataBroken: a table fails its check; the message names file and line of each fault.
    """
    book, faults = _read(files)
    if book is None or faults:
        raise ReferenceDataBroken("\n".join(str(fault) for fault in faults))
    return book


def check_tariffs(files: Files) -> list[Fault]:
    """Every fault of the tariff tables, in the order of file and line; none where they are sound.

    Looked for: missing files, citations, grades and units, rates out of range, dates out of order or overlapping,
    unknown countries, regions and headings, empty bands.
    """
    return _read(files)[1]


def _read(files: Files) -> tuple[TariffBook | None, list[Fault]]:
    """The book of the rows that can be read, and the faults of the others."""
    faults = [Fault(path, 1, "the file is missing") for path in SOURCES if path not in files]
    if faults:
        return None, sorted(faults)
    reader = _Reader(files)
    try:
        book = reader.book()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return None, [Fault(reader.path, mark.line + 1 if mark else 1, f"no YAML: {error.problem}")]
    return book, sorted(reader.faults)


class _Reader(Gathering):
    """Reads all files once; broken rows are left out of the book."""

    def __init__(self, files: Files) -> None:
        super().__init__(files)
        regions = {row.get("country") or "": (row.get("regions") or "").split("|") for row in self.table(PLACES)}
        self._regions = {country: tuple(names) for country, names in regions.items()}
        self._known = rows.Known(
            countries=set(regions),
            regions={name for names in regions.values() for name in names},
            unions={row.get("union") or "" for row in self.table(UNIONS)},
            headings={row.get("heading") or "" for row in self.table(HEADINGS)},
        )

    def book(self) -> TariffBook | None:
        """The tariff book; None where a parameter that every price needs is missing."""
        planning = self.yaml(PLANNING)
        fob_importers = self.named(
            CUSTOMS_VALUE, self.yaml(CUSTOMS_VALUE), "fob_importers", rows.countries(self._known)
        )
        insurance_rate = self.named(PLANNING, planning, "insurance_rate", rows.fraction)
        insured_share = self.named(PLANNING, planning, "insured_share", rows.amount("value"))
        within_country = self.named(PLANNING, planning, "freight_within_country", rows.amount("value"))
        stale_after = self.named(PLANNING, planning, "fx_stale_after_days", rows.whole("value"))
        seen = self.named(PLANNING, planning, "data_as_of", rows.day)
        lanes, transit = self._lanes(LANES, rows.amount("usd_per_kg")), self._lanes(TRANSIT, rows.whole("days"))
        for path, values in ((LANES, lanes), (TRANSIT, transit)):
            if (ELSEWHERE, ELSEWHERE) not in values:
                self.faults.append(Fault(path, 1, "the lane from elsewhere to elsewhere is missing"))
        duties, taxes, rents, fees = self._duties(), self._taxes("goods"), self._taxes("rent"), self._fees()
        measures, unions, forms = self._measures(), self._unions(), self._forms()
        if not (fob_importers and insurance_rate and insured_share and within_country and stale_after and seen):
            return None
        return TariffBook(
            duties=duties,
            import_taxes=taxes,
            rental_taxes=rents,
            measures=measures,
            fees=fees,
            unions=unions,
            regions=self._regions,
            lanes=lanes,
            transit=transit,
            forms=forms,
            fob_importers=fob_importers,
            insurance_rate=insurance_rate,
            insured_share=insured_share,
            freight_within_country=within_country,
            fx_stale_after_days=stale_after,
            data_as_of=date.fromisoformat(str(seen.values[0].value)),
        )

    def _duties(self) -> dict[tuple[str, str], Parameter]:
        found: dict[tuple[str, str], Rows] = {}

        def read(row: Row) -> None:
            cells = Cells(row)
            importer = cells.one_of("importer", {*self._known.countries, *self._known.unions}, "country or union")
            headings = rows.listed(cells, "headings", self._known.headings, "heading")
            cells.needed("headings")
            cells.settle()
            value = rows.dated(row, rows.percent)
            for heading in headings or ():
                found.setdefault((importer, heading), []).append((row, value))

        self.each(self.table(DUTIES), read)
        return {
            (importer, heading): self.history(
                f"duty.{importer}.{heading}", f"customs duty of {heading} in {importer}", _OF_VALUE, values
            )
            for (importer, heading), values in found.items()
        }

    def _taxes(self, on: str) -> dict[str, ImportTax]:
        found: dict[str, Rows] = {}
        heads: dict[str, tuple[str, bool, bool]] = {}

        def read(row: Row) -> None:
            cells = Cells(row)
            country = cells.one_of("country", self._known.countries, "country")
            base = cells.one_of("base", ("customs_value", "delivered"), "base")
            head = (cells.needed("name"), rows.yes(cells, "recoverable"), base == "delivered")
            if heads.setdefault(country, head) != head:
                cells.refuse(f"name, recoverable or base differ from the row before of {country}")
            cells.settle()
            found.setdefault(country, []).append((row, rows.dated(row, rows.percent)))

        table = self.table(TAXES)
        if on == "goods":
            self.faults += [
                row.fault(f"on: {row.get('on')!r} is neither goods nor rent")
                for row in table
                if row.get("on") not in ("goods", "rent")
            ]
        self.each((row for row in table if row.get("on") == on), read)
        unit = "fraction of customs value and duties" if on == "goods" else "fraction of the rent"
        return {
            country: ImportTax(
                *heads[country],
                self.history(f"tax.{on}.{country}", f"{heads[country][0]} of {country} on {on}", unit, values),
            )
            for country, values in found.items()
        }

    def _fees(self) -> dict[str, tuple[Fee, ...]]:
        found: dict[str, Rows] = {}
        heads: dict[str, tuple[str, str, bool, bool]] = {}

        def read(row: Row) -> None:
            cells = Cells(row)
            key, importer = cells.needed("id"), cells.one_of("importer", self._known.countries, "country")
            base = cells.one_of("base", ("customs_value", "customs_value_and_duties"), "base")
            heads[key] = (importer, cells.needed("name"), rows.yes(cells, "counted"), base != "customs_value")
            cells.settle()
            found.setdefault(key, []).append((row, rows.dated(row, rows.percent)))

        self.each(self.table(FEES), read)
        fees: dict[str, tuple[Fee, ...]] = {}
        for key, values in found.items():
            importer, name, counted, on_duties = heads[key]
            fee = Fee(key, importer, counted, on_duties, self.history(f"fee.{key}", name, _OF_VALUE, values))
            fees[importer] = (*fees.get(importer, ()), fee)
        return fees

    def _measures(self) -> dict[str, tuple[Measure, ...]]:
        measures: dict[str, tuple[Measure, ...]] = {}
        for document in self.yaml(MEASURES, kind=list):
            if not isinstance(document, dict):
                self.faults.append(Fault(MEASURES, 1, f"{document!r} is no measure"))
                continue
            try:
                measure = self._measure(document)
            except RowError as error:
                self.refused(rows.yaml_row(MEASURES, document), error)
                continue
            if measure is not None:
                measures[measure.importer] = (*measures.get(measure.importer, ()), measure)
        return measures

    def _measure(self, document: dict[str, Any]) -> Measure | None:
        cells = Cells(rows.yaml_row(MEASURES, {k: v for k, v in document.items() if k not in ("values", "bands")}))
        key, title, unit = cells.needed("id"), cells.needed("title"), cells.needed("unit")
        importer = cells.one_of("importer", self._known.countries, "country")
        origins = rows.listed(cells, "origins", self._known.countries, "country")
        headings = rows.listed(cells, "headings", self._known.headings, "heading")
        displaces = rows.yes(cells, "displaces")
        cells.settle()
        bands: list[Band] = []
        table = [rows.yaml_row(MEASURES, band) for band in document.get("bands") or ()]
        self.each(table, lambda row: bands.append(rows.band(row)))
        rate = self.parameter(MEASURES, document, f"additional_duty.{key}", title, unit, rows.fraction)
        return None if rate is None else Measure(key, title, importer, origins, headings, tuple(bands), displaces, rate)

    def _lanes(self, path: str, read_value: rows.ValueReader) -> dict[tuple[str, str], Parameter]:
        found: dict[tuple[str, str], Rows] = {}

        def read(row: Row) -> None:
            cells = Cells(row)
            lane = (
                rows.place(cells, "start", self._known, ELSEWHERE),
                rows.place(cells, "end", self._known, ELSEWHERE),
            )
            cells.settle()
            found.setdefault(lane, []).append((row, rows.dated(row, read_value)))

        self.each(self.table(path), read)
        what, unit = ("freight", "USD per chargeable kg") if path == LANES else ("transit", "days")
        return {
            (start, end): self.history(f"{what}.{start}.{end}", f"{what} from {start} to {end}", unit, values)
            for (start, end), values in found.items()
        }

    def _forms(self) -> tuple[FormFactor, ...]:
        forms: list[FormFactor] = []

        def read(row: Row) -> None:
            cells = Cells(row)
            token, heading = cells.text("token"), cells.one_of("heading", self._known.headings, "heading")
            cells.settle()
            value = rows.dated(row, rows.amount("chargeable_kg"))
            name = f"chargeable weight of {token or 'any other form'}"
            forms.append(FormFactor(token, heading, Parameter(f"weight.{token or 'other'}", name, "kg", (value,))))

        table = self.table(FORMS)
        self.each(table, read)
        if not table or table[-1].get("token") is not None:
            self.faults.append(
                Fault(FORMS, table[-1].line if table else 1, "the last row fits any form: its token is empty")
            )
        return tuple(forms)

    def _unions(self) -> dict[str, tuple[UnionMember, ...]]:
        unions: dict[str, tuple[UnionMember, ...]] = {}

        def read(row: Row) -> None:
            country, member = rows.union_member(row, self._known)
            unions[country] = (*unions.get(country, ()), member)

        self.each(self.table(UNIONS), read)
        return unions
