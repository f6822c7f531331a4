"""All that a quote reads besides the request: one value, pinned when the quote is accepted, hashed part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from quoting.domain.catalogue import Catalogue
from quoting.domain.controls.rulebook import RuleBook
from quoting.domain.pricing.fx import FxTable
from quoting.domain.pricing.tariffs import TariffBook


@dataclass(frozen=True, slots=True)
class SourcePart:
    """One part of the reference data, for `provenance`. `as_of`: the last day its facts were seen."""

    name: str
    version: str
    as_of: date
    digest: str
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Reference data as of one instant. `digest` covers all of it and `as_of`: equal digests, equal answers."""

    as_of: date
    catalogue: Catalogue
    rules: RuleBook
    tariffs: TariffBook
    fx: FxTable
    parts: Mapping[str, SourcePart]
    digest: str


@dataclass(frozen=True, slots=True)
class Pin:
    """What a stored quote keeps of its snapshot, so that a second attempt and a replay read the same one.

    `reference`: digest of the reference files; `rates`: canonical JSON of the exchange rates of the day;
    `digest`: that of the snapshot they make together with `as_of`. `clearances`: canonical JSON of what the tenant had
    cleared, empty where that is nothing.
    """

    as_of: date
    reference: str
    rates: str
    digest: str
    clearances: str = ""
