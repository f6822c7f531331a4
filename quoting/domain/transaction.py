"""One transaction, as an export determination reads it. None is unknown. Contract section 5."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ItemKind(StrEnum):
    ACCELERATOR = "accelerator"
    HBM = "hbm"
    SERVER = "server"


class MovementKind(StrEnum):
    EXPORT = "export"
    REEXPORT = "reexport"
    TRANSFER = "transfer_in_country"
    DOMESTIC = "domestic"
    LEASE = "lease"
    IAAS = "iaas_access"


class Role(StrEnum):
    PURCHASER = "purchaser"
    INTERMEDIATE = "intermediate_consignee"
    CONSIGNEE = "ultimate_consignee"
    END_USER = "end_user"
    SELLER = "seller"
    DC_OWNER = "data_centre_owner"
    DC_OPERATOR = "data_centre_operator"
    TENANT = "tenant"


class PartyType(StrEnum):
    COMPANY = "company"
    GOVERNMENT = "government"
    CONSUMER = "consumer"
    UNIVERSITY = "university"


@dataclass(frozen=True, slots=True)
class Item:
    """What moves. The catalogue has been read already where the caller named a chip and gave no fact of his own.

    Units: TPP in TOPS x bit length; density TPP/mm2; bandwidths GB/s; HBM density GB/s/mm2; die area mm2 of
        non-planar logic dies (0: none).
    """

    chip: str | None = None
    name: str | None = None
    kind: ItemKind = ItemKind.ACCELERATOR
    tpp: Decimal | None = None
    performance_density: Decimal | None = None
    die_area_mm2: Decimal | None = None
    memory_bandwidth_gb_s: Decimal | None = None
    interconnect_gb_s: Decimal | None = None
    hbm_density_gb_s_mm2: Decimal | None = None
    marketed_for_datacenter: bool | None = None
    designer: str | None = None
    designer_hq_country: str | None = None
    country_of_origin: str | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    kind: MovementKind
    from_country: str | None
    to_country: str | None
    exporter: str | None = None


@dataclass(frozen=True, slots=True)
class TransactionParty:
    """A party in a role. `ownership_by_listed_percent`: in sum, directly and through others; None unknown.

    `owners_listed` names the listed owners where the ownership graph told them.
    """

    role: Role
    name: str | None
    country: str | None
    hq_country: str | None
    ultimate_parent_hq_country: str | None
    ownership_by_listed_percent: Decimal | None = Decimal(0)
    type: PartyType = PartyType.COMPANY
    aliases: tuple[str, ...] = ()
    owners_listed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndUse:
    """True fires the rules that ask for knowledge; None fires none and asks for the statement."""

    supercomputer: bool | None = None
    military: bool | None = None
    military_intelligence: bool | None = None
    wmd: bool | None = None
    training_for_d5_party: bool | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence that is None is not there. `red_flags_closed`: None none was raised, False one is open."""

    case_by_case_certifications: bool | None = None
    authorisation_documented: bool | None = None
    red_flags_closed: bool | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """One movement of one item between parties.

    The outcome is the stricter of that on `as_of` and, where `deliver_on` is given, that on the delivery day, both
    under the rules public by `known_on`.
    """

    id: str
    as_of: date
    known_on: date
    item: Item
    movement: Movement
    parties: tuple[TransactionParty, ...]
    deliver_on: date | None = None
    end_use: EndUse = field(default_factory=EndUse)
    evidence: Evidence = field(default_factory=Evidence)
