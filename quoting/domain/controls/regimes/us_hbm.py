"""High-bandwidth memory, ECCN 3A090.c: rows 14, 14a, 14b."""

from __future__ import annotations

from quoting.domain.controls.case import Case
from quoting.domain.controls.classification import HBM
from quoting.domain.controls.determination import Finding, Outcome, Review
from quoting.domain.controls.findings import finding
from quoting.domain.controls.headquarters import headquartered_there, homes_shown
from quoting.domain.controls.regimes.us_3a090_2022 import below
from quoting.domain.controls.sentences import say

EXCEPTION = "hbm-exception"


def row_of_memory(case: Case) -> Finding:
    """Rows 14, 14a, 14b, 15.

    Units:  GB/s per mm2 of package or stack.
    Source: 15 CFR 742.6(a)(6)(i)(B), (b)(10)(ii), 744.23(a)(3)(i)(B); 89 FR 96790.
    """
    if case.item_class.letter != "c":
        return below(case)
    values = (*case.item_class.compared, ("destination", case.deal.to_country or "unknown"))
    owner = headquartered_there(case, case.parties)
    site = owner is None and case.goes_to(case.law.places(HBM, "places"))
    if owner is None and not site:
        because = say("row_14b")
        return finding(case, HBM, "14b", Outcome.ALLOWED, because, values)
    if not case.law.in_force(HBM):
        because = say("row_14b_early")
        return finding(case, HBM, "14b", Outcome.ADVISORY, because, values)
    _exception(case)
    if owner is not None:
        values = (*values, ("homes", homes_shown(owner)))
        because = say("row_14", party=owner.title)
        return finding(case, HBM, "14", Outcome.LICENCE, because, values, review=Review.DENIAL)
    because = say("row_14a")
    return finding(case, HBM, "14a", Outcome.LICENCE, because, values, review=Review.APPROVAL)


def _exception(case: Case) -> None:
    """Licence Exception HBM needs facts that a check has no field for: it stays a question."""
    limit = case.law.number(EXCEPTION, "density")
    density = case.item.hbm_density_gb_s_mm2
    if density is not None and density >= limit:
        return
    header = case.law.header(EXCEPTION)
    case.question(
        "item.hbm_density_gb_s_mm2",
        say("ask_hbm_exception", density="unknown" if density is None else density, limit=limit),
        say("who_exporter"),
        header.citation,
        say("unlocks_exception"),
    )
