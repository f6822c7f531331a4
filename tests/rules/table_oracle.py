"""The decision table read a second time, by hand: a plain function that shares no code and no data with the engine.

It reads what is known only. Groups of countries are those of the tests' own short list, as the facts state them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from quoting.domain.transaction import ItemKind, MovementKind, PartyType, Role, Transaction, TransactionParty

ORDER = (
    "allowed",
    "allowed_with_advisory",
    "licence_exception",
    "cannot_determine",
    "licence_required",
    "prohibited",
)
ADVISORY, EXCEPTION, LICENCE = "allowed_with_advisory", "licence_exception", "licence_required"
APPROVAL, CASE_BY_CASE, DENIAL = "presumption_of_approval", "case_by_case", "presumption_of_denial"
REVIEWS = (None, APPROVAL, CASE_BY_CASE, DENIAL, "policy_of_denial")
PARTIES = {Role.PURCHASER, Role.INTERMEDIATE, Role.CONSIGNEE, Role.END_USER, Role.DC_OWNER, Role.DC_OPERATOR}
HOLDERS = {Role.DC_OWNER, Role.DC_OPERATOR}

# The places that the tests draw from, with their groups: facts, section 0.4.
PLACES = tuple("US CN HK MO RU BY IR CU KP SY MM VE KH NI VN SA AE IL TW MY SG TH JP DE IN".split())
ALWAYS_D5 = {"CN", "RU", "BY", "IR", "CU", "KP", "SY", "MM", "VE"}
SCOPE_D1_D4 = {"VN", "SA", "KH"}  # D:1 or D:4 and in neither A:5 nor A:6; the Emirates by date
FRIENDS = {"US", "DE", "JP", "IN", "TW", "SG", "IL"}  # US, A:5, A:6
GP10, DIFFUSION, UAE = date(2025, 5, 13), date(2025, 1, 13), date(2026, 7, 10)


PRINTED_BEFORE = {
    date(2022, 10, 21): date(2022, 10, 13),
    date(2023, 11, 17): date(2023, 10, 25),
    date(2024, 12, 31): date(2024, 12, 2),
    date(2025, 5, 15): DIFFUSION,
    date(2026, 11, 10): date(2025, 11, 10),
}


@dataclass(frozen=True)
class Said:
    """A finding in short."""

    row: str
    outcome: str
    review: str | None = None
    exception: str | None = None


def read_as(country: str | None) -> str:
    assert country is not None
    return "CN" if country == "HK" else country


class Day:
    """A deal of known facts on one day, by what was public on another."""

    def __init__(self, deal: Transaction, on: date, known_on: date) -> None:
        self.deal, self.on, self.known_on = deal, on, known_on
        self.item, self.use = deal.item, deal.end_use
        self.start, self.goal = read_as(deal.movement.from_country), read_as(deal.movement.to_country)
        self.lease = deal.movement.kind is MovementKind.LEASE
        self.kind = self._kind()
        self.iaas = self.kind is MovementKind.IAAS
        roles = HOLDERS if self.iaas else PARTIES | ({Role.TENANT} if self.lease else set())
        self.parties = [p for p in deal.parties if p.role in roles]
        others = [p for p in deal.parties if p.role not in roles and p.role is not Role.SELLER]
        self.tenants = [p for p in others if p.role is Role.TENANT or self.iaas]
        self.bad = self._macau_or_d5()
        self.letter = self._letter()
        self.centre = self.item.marketed_for_datacenter is not False
        self.light = self.letter == "b" or (self.letter == "a" and not self.centre)
        self.chip = self.letter in ("a", "b", "2022")
        self.designer = read_as(self.item.designer_hq_country)

    def known(self, start: date) -> bool:
        """In force on the day; and public: printed before it took effect, or else on the day it did."""
        return self.on >= start and self.known_on >= PRINTED_BEFORE.get(start, start)

    def _kind(self) -> MovementKind:
        kind = self.deal.movement.kind
        if kind in (MovementKind.LEASE, MovementKind.TRANSFER) and self.start == self.goal == "US":
            return MovementKind.DOMESTIC
        if kind is not MovementKind.LEASE:
            return kind
        if self.start == self.goal:
            return MovementKind.TRANSFER
        return MovementKind.EXPORT if self.start == "US" else MovementKind.REEXPORT

    def _macau_or_d5(self) -> set[str]:
        more = {"MO"}
        if self.known(date(2024, 3, 15)):
            more.add("NI")
        if not self.known(date(2026, 2, 3)):
            more.add("KH")
        return ALWAYS_D5 | more

    def scope(self) -> set[str]:
        """D:1, D:4, D:5 or Macau, less A:5 and A:6; the Emirates under a rule of their own since 2026-07-10."""
        return self.bad | SCOPE_D1_D4 | {"AE"}

    def _letter(self) -> str:
        item = self.item
        tpp, density = item.tpp or Decimal(0), item.performance_density or Decimal(0)
        if item.kind is ItemKind.HBM:
            return "c" if self.known(date(2024, 12, 2)) and (item.hbm_density_gb_s_mm2 or 0) > 2 else ""
        if self.known(date(2023, 11, 17)):
            if item.marketed_for_datacenter is False and tpp < 4800:
                return ""
            if tpp >= 4800 or (tpp >= 1600 and density >= Decimal("5.92")):
                return "a"
            dense_enough = (tpp >= 2400 and density >= Decimal("1.6")) or (tpp >= 1600 and density >= Decimal("3.2"))
            return "b" if dense_enough else ""
        if self.known(date(2022, 10, 7)):
            return "2022" if tpp >= 4800 and (item.interconnect_gb_s or 0) >= 600 else ""
        return ""

    @staticmethod
    def homes(party: TransactionParty) -> set[str]:
        return {read_as(party.hq_country), read_as(party.ultimate_parent_hq_country)}

    def hq(self, people: Iterable[TransactionParty]) -> bool:
        return any(self.homes(p) & self.bad for p in people)

    def friendly(self) -> bool:
        """Every end user is headquartered in the US, A:5 or A:6 and has no parent in Macau or D:5."""
        homes = FRIENDS | ({"AE"} if self.known(UAE) else set())
        return all(
            read_as(p.hq_country) in homes and read_as(p.ultimate_parent_hq_country) not in self.bad
            for p in self.end_users()
        )

    def end_users(self) -> list[TransactionParty]:
        for role in (Role.END_USER, Role.CONSIGNEE, Role.PURCHASER):
            named = [p for p in self.parties if p.role is role]
            if named:
                return named
        return self.parties


def findings(day: Day) -> list[Said]:
    """Every finding of the table on one day."""
    return [*_own(day), _classified(day), *_overlays(day)]


def _own(day: Day) -> Iterator[Said]:
    where = {day.goal, *(read_as(p.country) for p in day.parties)}
    licensed_syria = day.known(date(2025, 9, 2))
    if where & ({"CU", "IR", "KP"} | (set() if licensed_syria else {"SY"})):
        yield Said("1", "prohibited")
    if "SY" in where and licensed_syria:
        yield Said("1s", LICENCE, DENIAL if day.letter else CASE_BY_CASE)
    if where & {"RU", "BY"}:
        yield Said("1a", LICENCE, "policy_of_denial")
    if day.use.supercomputer and day.known(date(2022, 10, 21)):
        there = day.bad if day.known(date(2023, 11, 17)) else {"CN"}
        if day.goal in there | ({"MO"} if day.known(date(2023, 1, 17)) else set()):
            yield Said("1b", LICENCE, APPROVAL if day.friendly() else DENIAL)
    places = {day.goal, *(c for p in day.parties for c in {read_as(p.country), *day.homes(p)})}
    if day.use.military:
        yield Said("1e", *((LICENCE, DENIAL) if places & {"CN", "MM", "KH", "NI", "VE"} else (ADVISORY,)))
    if day.use.military_intelligence:
        places |= {c for p in day.tenants for c in {read_as(p.country), *day.homes(p)}}
        named = {"BY", "MM", "KH", "CN", "RU", "VE", "IR", "CU", "KP", "SY"}
        yield Said("1f", *((LICENCE, DENIAL) if places & named else (ADVISORY,)))
    if day.use.wmd:
        yield Said("1g", LICENCE, DENIAL)
    if day.known(GP10) and day.designer in day.bad and day.letter in ("a", "b") and not _authorised(day):
        yield Said("3", "prohibited")


def _authorised(day: Day) -> bool:
    return day.deal.evidence.authorisation_documented is True


def _classified(day: Day) -> Said:
    """Section 5.2, top down."""
    if day.kind is MovementKind.DOMESTIC or (day.iaas and day.goal == "US"):
        return Said("1c", ADVISORY if day.hq((*day.parties, *day.tenants)) else "allowed")
    if day.item.kind is ItemKind.HBM:
        return _memory(day)
    if not day.known(date(2022, 10, 7)):
        tpp, link = day.item.tpp or Decimal(0), day.item.interconnect_gb_s or Decimal(0)
        hit = day.known(date(2022, 8, 26)) and tpp >= 4992 and link >= 600 and day.goal in ("CN", "RU")
        return Said("0a", LICENCE) if hit else Said("0b", "allowed")
    at_home = day.kind is MovementKind.TRANSFER and day.goal in ("CN", "MO") and day.designer in day.bad
    if day.chip and at_home and (not day.known(GP10) or _authorised(day)):
        return Said("3a", ADVISORY)
    return _of_2023(day) if day.known(date(2023, 11, 17)) else _of_2022(day)


def _memory(day: Day) -> Said:
    reached = day.letter == "c" and (day.goal in day.bad or day.hq(day.parties))
    if not reached:
        return Said("14b", "allowed")
    if not day.known(date(2024, 12, 31)):
        return Said("14b", ADVISORY)
    return Said("14", LICENCE, DENIAL) if day.hq(day.parties) else Said("14a", LICENCE, APPROVAL)


def _of_2022(day: Day) -> Said:
    china = {"CN"} | ({"MO"} if day.known(date(2023, 1, 17)) else set())
    if day.letter == "2022" and day.goal in china:
        return Said("4", LICENCE, CASE_BY_CASE if day.friendly() else DENIAL)
    nvidia = day.item.designer == "NVIDIA" and (day.item.tpp or 0) >= 4800 and day.centre
    if day.known(date(2023, 10, 23)) and nvidia and (day.goal in day.scope() or day.hq(day.parties)):
        denied = day.goal in day.bad or day.hq(day.parties)
        return Said("4a", LICENCE, DENIAL if denied else APPROVAL)
    return Said("11a" if day.letter else "15", "allowed")


def _of_2023(day: Day) -> Said:  # one row after the other, as they stand in the table
    transfer = day.kind is MovementKind.TRANSFER
    if not day.chip:
        return Said("15", "allowed")
    certified = day.deal.evidence.case_by_case_certifications is True
    under = (day.item.tpp or 0) < 21000 and (day.item.memory_bandwidth_gb_s or 0) < 6500
    to_china = day.goal in ("CN", "MO") and all(read_as(p.country) in ("CN", "MO") for p in day.end_users())
    from_home = day.kind is MovementKind.EXPORT and day.start == "US"
    if day.known(date(2026, 1, 15)) and not day.light and certified and under and to_china and from_home:
        return Said("5", LICENCE, CASE_BY_CASE)
    if day.light and day.goal in day.bad and transfer:
        return Said("5a", EXCEPTION, None, "ACA" if day.known(date(2024, 4, 4)) else "NAC")
    if day.light and (day.goal in day.bad or day.hq(day.parties)):
        return Said("6a", LICENCE, DENIAL) if transfer else Said("6", EXCEPTION, None, "NAC")
    if day.iaas and day.light and day.hq(day.parties):
        return Said("6", EXCEPTION, None, "NAC")
    if day.goal in day.bad or day.hq(day.parties):
        return Said("7 or 8", LICENCE, DENIAL)
    if day.goal == "AE" and day.known(UAE) and all(map(_approved, _receivers(day))):
        return Said("9", "allowed" if day.letter == "b" else ADVISORY)
    if day.goal in day.scope():
        if day.light:
            return Said("10", EXCEPTION, None, "ACA" if day.known(date(2024, 4, 4)) else "NAC")
        return Said("11", LICENCE, APPROVAL)
    if not day.known(DIFFUSION):
        return Said("11a", "allowed")
    if day.light:
        return Said("13a", "allowed")
    if day.known(GP10) or not day.known(date(2025, 5, 15)):
        return Said("12 or 13", ADVISORY)
    return Said("12a", LICENCE, APPROVAL)


def _receivers(day: Day) -> list[TransactionParty]:
    return [p for p in day.parties if p.role in (Role.CONSIGNEE, Role.END_USER)] or day.parties


def _approved(party: TransactionParty) -> bool:
    return party.type is PartyType.GOVERNMENT and party.country == "AE" and party.hq_country == "AE"


def _overlays(day: Day) -> Iterator[Said]:
    moves = day.kind in (MovementKind.EXPORT, MovementKind.REEXPORT)
    if day.kind is not MovementKind.DOMESTIC and day.goal != "US" * day.iaas and day.hq(day.tenants):
        yield Said("1d", ADVISORY)
    item = day.item
    fast = (item.memory_bandwidth_gb_s or 0) >= 4000 or (item.interconnect_gb_s or 0) >= 900
    addressee = item.designer in ("NVIDIA", "AMD", "Intel") and item.kind is not ItemKind.HBM
    if day.known(date(2025, 4, 9)) and fast and addressee and (day.goal in day.bad or day.hq(day.parties)):
        if moves or (day.lease and day.kind is MovementKind.TRANSFER):
            yield Said("O1", LICENCE)
        elif day.kind is MovementKind.TRANSFER:
            yield Said("O1", ADVISORY)
    suspended = day.known(date(2025, 11, 10)) and day.on < date(2026, 11, 10)
    for party in day.parties:
        share = party.ownership_by_listed_percent or Decimal(0)
        if share >= 50 and day.known(date(2025, 9, 29)) and not suspended:
            yield Said("O2", LICENCE, DENIAL)
        elif share > 0:
            yield Said("O2", ADVISORY)
    if day.deal.evidence.red_flags_closed is False:
        yield Said("O3", "cannot_determine")
    crosses = any(p.role is Role.INTERMEDIATE and p.country == "MY" for p in day.parties)
    american = day.designer == "US" or item.country_of_origin == "US"
    leaves = day.goal != "MY" and (day.start == "MY" or crosses)
    if day.known(date(2025, 7, 14)) and moves and day.letter and american and leaves:
        yield Said("O4", LICENCE)
    use = day.use
    if use.training_for_d5_party and not use.military_intelligence and not use.wmd and day.known(GP10):
        yield Said("O6", ADVISORY)


def answered(deal: Transaction) -> tuple[str, str | None]:
    """Outcome and review: the stricter of the two days."""
    days = {deal.as_of, deal.deliver_on or deal.as_of}
    return max((verdict(findings(Day(deal, on, deal.known_on))) for on in sorted(days)), key=_strictness)


def _strictness(said: tuple[str, str | None]) -> tuple[int, int]:
    return ORDER.index(said[0]), REVIEWS.index(said[1])


def verdict(found: Iterable[Said]) -> tuple[str, str | None]:
    """The strictest outcome, and among its findings the strictest review."""
    found = list(found)
    outcome = max((f.outcome for f in found), key=ORDER.index)
    return outcome, max((f.review for f in found if f.outcome == outcome), key=REVIEWS.index)
