"""What the catalogue says on a day, for those who read it without asking for a quote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from quoting.domain.catalogue import Catalogue, Observation
from quoting.domain.chips import Chip
from quoting.domain.offers import Mode


@dataclass(frozen=True, slots=True)
class CatalogueSite:
    """A market or data-centre region in which prices were seen; `country` None is not named by the source."""

    id: str
    country: str | None
    delivers_to: tuple[str, ...] | None
    modes: tuple[Mode, ...]
    vendors: tuple[str, ...]
    chips: tuple[str, ...]
    first_seen: date
    last_seen: date


def chips_on(catalogue: Catalogue, day: date | None) -> tuple[Chip, ...]:
    """The chips that had been launched by a day, or whose launch is not dated; without a day all of them."""
    chips = sorted(catalogue.chips.values(), key=lambda chip: chip.id)
    return tuple(chip for chip in chips if day is None or chip.launched is None or chip.launched <= day)


def sites_on(catalogue: Catalogue, day: date) -> tuple[CatalogueSite, ...]:
    """The places where a price had been seen by a day."""
    seen_in: dict[str, list[Observation]] = {}
    for seen in catalogue.observations:
        if seen.day <= day:
            seen_in.setdefault(seen.region, []).append(seen)
    return tuple(_site(region, seen_in[region]) for region in sorted(seen_in))


def _site(region: str, seen: list[Observation]) -> CatalogueSite:
    days = [observation.day for observation in seen]
    return CatalogueSite(
        id=region,
        country=seen[0].country,
        delivers_to=seen[0].delivers_to,
        modes=tuple(sorted({observation.mode for observation in seen})),
        vendors=tuple(sorted({observation.vendor for observation in seen})),
        chips=tuple(sorted({observation.chip for observation in seen})),
        first_seen=min(days),
        last_seen=max(days),
    )
