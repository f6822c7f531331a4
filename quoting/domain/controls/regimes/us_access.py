"""No export, and compute rented as a service: rows 1c and 1d."""

from __future__ import annotations

from collections.abc import Iterator

from quoting.domain.controls.case import Case
from quoting.domain.controls.determination import Finding, Outcome
from quoting.domain.controls.findings import finding
from quoting.domain.controls.headquarters import headquartered_there, homes_shown
from quoting.domain.controls.sentences import say
from quoting.domain.transaction import MovementKind

DOMESTIC, ACCESS = "domestic-no-export", "iaas-access"


def no_export(case: Case) -> Finding | None:
    """Row 1c: a delivery, or access, inside the US. A party or tenant headquartered in Macau or D:5 is an advisory."""
    if not _inside(case):
        return None
    owner = headquartered_there(case, (*case.parties, *case.tenants))
    if owner is None:
        return finding(case, DOMESTIC, "1c", Outcome.ALLOWED, say("row_1c"))
    case.condition(say("taken_abroad_later"))
    because = say("row_1c_headquarters", party=owner.title)
    return finding(case, DOMESTIC, "1c", Outcome.ADVISORY, because, (("homes", homes_shown(owner)),))


def _inside(case: Case) -> bool:
    """A delivery inside the US, or compute that stands there."""
    return case.kind is MovementKind.DOMESTIC or (case.iaas and case.goes_to(case.law.places(DOMESTIC, "place")))


def access(case: Case) -> Iterator[Finding]:
    """Row 1d: nothing moves; a tenant, or its end user, headquartered in Macau or D:5 is an advisory of its own.

    A tenant that is named beside a delivery to the operator is the same advisory.
    """
    if _inside(case):
        return
    if case.iaas:
        _lawfully_there(case)
    tenant = headquartered_there(case, case.tenants)
    if tenant is None:
        return
    for check in case.law.names(ACCESS, "checks"):
        case.condition(say("check", check=check))
    yield finding(
        case,
        ACCESS,
        "1d",
        Outcome.ADVISORY,
        say("row_1d", party=tenant.title),
        (("homes", homes_shown(tenant)),),
    )


def _lawfully_there(case: Case) -> None:
    case.question(
        "movement",
        say("ask_lawfully_there"),
        say("who_data_centre"),
        case.law.header(ACCESS).citation,
        say("unlocks_machines"),
    )


OVERLAYS = (access,)
