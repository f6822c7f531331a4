"""The reference data of the installed package: pinned by digest, parsed once, read again as it was pinned."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import rfc8785

from quoting.adapters.fx_ecb import EcbRates
from quoting.adapters.reference.bundle import digest
from quoting.adapters.reference.catalogue import TABLES, parse_catalogue
from quoting.adapters.reference.reading import Files
from quoting.adapters.reference.rules import parse_rules
from quoting.adapters.reference.tariffs import parse_tariffs
from quoting.domain.catalogue import Catalogue
from quoting.domain.controls.rulebook import Clearance, RuleBook
from quoting.domain.errors import SnapshotGone
from quoting.domain.pricing.fx import EuroRate, FxTable
from quoting.domain.pricing.tariffs import TariffBook
from quoting.domain.snapshot import Pin, Snapshot, SourcePart
from quoting.wire.clearance import clearances_text, read_clearances

RULES = ("parameters/controls/", "data/country_groups.csv")
LISTS = ("data/entities.csv", "data/lists/")

Archive = Callable[[str], Files | None]  # reference digest to the files that were stored under it


@dataclass(frozen=True, slots=True)
class _Reference:
    """One set of reference files, parsed, with its parts for `provenance`."""

    catalogue: Catalogue
    rules: RuleBook
    tariffs: TariffBook
    parts: tuple[SourcePart, ...]


class PackagedMarket:
    """The `Market` port over the package's own files, and over older ones that an archive has kept.

    `files` and `reference` are the loaded files and their digest: who accepts a quote stores the one under the other.
    """

    def __init__(self, files: Files, rates: EcbRates, archive: Archive) -> None:
        self.files = files
        self.reference = digest(files)
        self._rates = rates
        self._archive = archive
        self._parsing, self._parsed_once = threading.Lock(), lru_cache(maxsize=4)(self._parse)
        self._pinned = lru_cache(maxsize=64)(self._name)
        self._read = lru_cache(maxsize=64)(self._compose)

    def pin(self, as_of: date, clearances: tuple[Clearance, ...] = ()) -> Pin:
        """Name what is in force now for a day, and what the asking tenant has cleared.

        Raises:
            ReferenceDataBroken: the loaded files fail their own check.
        """
        return self._pinned(as_of, clearances_text(clearances))

    def snapshot(self, pin: Pin) -> Snapshot:
        """Read what was pinned; rates of exchange come from the pin and are never read anew.

        Raises:
            SnapshotGone: the files or the rates that were pinned are no longer to be had.
        """
        return self._read(pin)

    def law(self, reference: str, clearances: str) -> tuple[Catalogue, RuleBook]:
        """What an export check reads: chips and rules, with what the asking tenant had cleared. Raises SnapshotGone."""
        found = self._parsed(reference)
        return found.catalogue, replace(found.rules, clearances=read_clearances(clearances))

    def _name(self, as_of: date, cleared: str) -> Pin:
        stale_after_days = self._parsed(self.reference).tariffs.stale_after_days(as_of)
        rates = rates_text(self._rates.table(as_of, stale_after_days), self._rates.version)
        return Pin(as_of, self.reference, rates, _snapshot_digest(as_of, self.reference, rates, cleared), cleared)

    def _compose(self, pin: Pin) -> Snapshot:
        if _snapshot_digest(pin.as_of, pin.reference, pin.rates, pin.clearances) != pin.digest:
            raise SnapshotGone(f"snapshot {pin.digest}")
        reference = self._parsed(pin.reference)
        fx, version = read_rates(pin.rates)
        cleared = read_clearances(pin.clearances)
        newest = max(rate.date for rate in fx.rates.values())
        rates = SourcePart(
            name="rates",
            version=version,
            as_of=newest,
            digest=hashlib.sha256(pin.rates.encode()).hexdigest(),
            stale=(pin.as_of - newest).days > fx.stale_after_days,
        )
        return Snapshot(
            as_of=pin.as_of,
            catalogue=reference.catalogue,
            rules=replace(reference.rules, clearances=cleared) if cleared else reference.rules,
            tariffs=reference.tariffs,
            fx=fx,
            parts={part.name: part for part in (*reference.parts, rates, *_clearances_part(pin, cleared))},
            digest=pin.digest,
        )

    def _parsed(self, reference: str) -> _Reference:
        """Threads that all begin with the same files read them once."""
        with self._parsing:
            return self._parsed_once(reference)

    def _parse(self, reference: str) -> _Reference:
        files = self.files if reference == self.reference else self._archive(reference)
        if files is None or digest(files) != reference:
            raise SnapshotGone(f"reference {reference}")
        catalogue, rules, tariffs = parse_catalogue(files), parse_rules(files), parse_tariffs(files)
        parts = (
            _part("catalogue", catalogue.data_as_of, files, TABLES),
            _part("rules", rules.data_as_of, files, RULES),
            _part("lists", rules.data_as_of, files, LISTS),
            _part("tariffs", tariffs.data_as_of, files, _rest(files)),
        )
        return _Reference(catalogue, rules, tariffs, parts)


def rates_text(table: FxTable, version: str) -> str:
    """A table of rates as canonical JSON (RFC 8785), with the version of what carried it."""
    document: dict[str, Any] = {
        "as_of": table.as_of.isoformat(),
        "rates": {name: [f"{rate.per_euro:f}", rate.date.isoformat()] for name, rate in table.rates.items()},
        "source": table.source,
        "stale_after_days": table.stale_after_days,
        "version": version,
    }
    return rfc8785.dumps(document).decode()


def read_rates(text: str) -> tuple[FxTable, str]:
    """The table that `rates_text` wrote, and the version with it."""
    document = json.loads(text)
    rates = {
        name: EuroRate(Decimal(per_euro), date.fromisoformat(day))
        for name, (per_euro, day) in document["rates"].items()
    }
    table = FxTable(date.fromisoformat(document["as_of"]), rates, document["source"], document["stale_after_days"])
    return table, document["version"]


def _snapshot_digest(as_of: date, reference: str, rates: str, clearances: str) -> str:
    document = {"as_of": as_of.isoformat(), "reference": reference, "rates": rates}
    if clearances:
        document["clearances"] = clearances
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _clearances_part(pin: Pin, cleared: tuple[Clearance, ...]) -> tuple[SourcePart, ...]:
    """What the tenant has cleared, by the day of the newest judgement; no part where that is nothing."""
    if not cleared:
        return ()
    newest, digested = max(each.on for each in cleared), hashlib.sha256(pin.clearances.encode()).hexdigest()
    return (SourcePart("clearances", f"{len(cleared)} of {newest}", newest, digested),)


def _part(name: str, as_of: date, files: Files, prefixes: Iterable[str]) -> SourcePart:
    """A part is named by the day its facts were last seen: its files have no other version."""
    return SourcePart(name=name, version=as_of.isoformat(), as_of=as_of, digest=digest(files, prefixes))


def _rest(files: Files) -> list[str]:
    """The files that belong to no other part: duties, taxes, freight."""
    return [path for path in files if not path.startswith((*TABLES, *RULES, *LISTS))]
