"""Parties and sites of a request. Contract section 2."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load

from quoting.domain.request import Owner, Party, Site, Verification
from quoting.domain.transaction import PartyType
from quoting.wire.fields import Choice, Country, Day, Flag, Id, Name, Number
from quoting.wire.json_text import number
from quoting.wire.money import MoneyField, print_money
from quoting.wire.shapes import ListOf, Record, Shape, present
from quoting.wire.statements import EndUseShape, EvidenceShape, print_end_use, print_evidence

MOST_PERCENT = 100


class OwnerShape(Shape):
    party = Id(required=True)
    percent = Number(0, MOST_PERCENT, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Owner:
        return Owner(**data)


class PartyShape(Shape):
    """Absent headquarters are the country's, an absent parent the party itself; null is not known."""

    id = Id(required=True)
    name = Name(required=True)
    aliases = ListOf(Name())
    country = Country(required=True)
    hq_country = Country(allow_none=True)
    ultimate_parent = Id(allow_none=True)
    owners = ListOf(Record(OwnerShape))
    type = Choice(*PartyType)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Party:
        return Party(**{"hq_country": data["country"], "ultimate_parent": data["id"], **data})


class VerificationShape(Shape):
    status = Choice("verified", "pending", "none", required=True)
    expires = Day()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Verification:
        return Verification(**data)


class SiteShape(Shape):
    """Loads as keywords of `Site`: who the owner, operator and end user are by default, the request knows."""

    id = Id(required=True)
    country = Country(required=True)
    owner = Id()
    operator = Id()
    end_user = Id()
    power_kw = Number(0, 10**9)
    power_usage_effectiveness = Number(1, 10)
    electricity_price = MoneyField()
    recovers_tax = Flag()
    verification = Record(VerificationShape)
    end_use = Record(EndUseShape)
    evidence = Record(EvidenceShape)


def print_party(party: Party) -> dict[str, Any]:
    return {
        "id": party.id,
        "name": party.name,
        "aliases": list(party.aliases),
        "country": party.country,
        "hq_country": party.hq_country,
        "ultimate_parent": party.ultimate_parent,
        "owners": [{"party": owner.party, "percent": number(owner.percent)} for owner in party.owners],
        "type": party.type.value,
    }


def print_site(site: Site) -> dict[str, Any]:
    verification = site.verification
    return present(
        id=site.id,
        country=site.country,
        owner=site.owner,
        operator=site.operator,
        end_user=site.end_user,
        power_kw=None if site.power_kw is None else number(site.power_kw),
        power_usage_effectiveness=number(site.power_usage_effectiveness),
        electricity_price=None if site.electricity_price is None else print_money(site.electricity_price),
        recovers_tax=site.recovers_tax,
        verification=None if verification is None else _print_verification(verification),
        end_use=print_end_use(site.end_use),
        evidence=print_evidence(site.evidence),
    )


def _print_verification(verification: Verification) -> dict[str, Any]:
    expires = verification.expires
    return present(status=verification.status, expires=None if expires is None else expires.isoformat())
