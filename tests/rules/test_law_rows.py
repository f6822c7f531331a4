"""The rows of the decision table: who, where and how, one at a time."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from quoting.domain.controls.determination import Outcome, Standing
from quoting.domain.transaction import EndUse, Evidence, PartyType
from tests.rules.builders_law import a_chip, a_deal, a_party, answer, buyers, memory, rows, said

POD = "licence_required presumption_of_denial"
POA = "licence_required presumption_of_approval"
CBC = "licence_required case_by_case"
POLICY = "licence_required policy_of_denial"
LR, NAC, ACA, ADV, FREE = (
    "licence_required",
    "licence_exception NAC",
    "licence_exception ACA",
    "allowed_with_advisory",
    "allowed",
)
LIGHT = a_chip(marketed_for_datacenter=False)
SMALL = a_chip(tpp=100, interconnect_gb_s=64)
ASCEND = a_chip(designer="Huawei (HiSilicon)", designer_hq_country="CN", country_of_origin="CN")
CHINESE_PARENT = {"hq_country": "MY", "ultimate_parent_hq_country": "CN"}


def use(**flags: bool) -> EndUse:
    return replace(EndUse(False, False, False, False, False), **flags)


def centre(country: str = "MY", **facts: Any) -> tuple[Any, ...]:
    return tuple(
        a_party(role, country, name="Example Centre", **facts) for role in ("data_centre_owner", "data_centre_operator")
    )


# -- findings of their own


@pytest.mark.parametrize("country", ["CU", "IR", "KP"])
def test_embargoed_destination_is_prohibited_for_any_item(country: str) -> None:
    assert said(a_deal(to=country, item=SMALL)) == "prohibited"


def test_end_user_in_an_embargoed_place_closes_a_deal_to_another() -> None:
    parties = (a_party("ultimate_consignee", "AE"), a_party("end_user", "IR"))

    assert said(a_deal(to="AE", item=SMALL, parties=parties)) == "prohibited"


def test_light_chip_to_russia_keeps_no_exception() -> None:
    got = answer(a_deal(to="RU", item=LIGHT))

    assert (got.outcome, got.exception) == (Outcome.LICENCE, None)
    assert {"1a", "6"} <= rows(got)


def test_syria_presumes_denial_for_3a090_and_reviews_the_rest() -> None:
    assert said(a_deal(to="SY")) == POD
    assert said(a_deal(to="SY", item=SMALL)) == CBC


def test_supercomputer_presumes_approval_for_friendly_end_users_only() -> None:
    friendly = buyers("CN", hq_country="US", ultimate_parent_hq_country="US")
    owned = buyers("CN", hq_country="SG", ultimate_parent_hq_country="CN")

    assert said(a_deal(item=SMALL, parties=friendly, end_use=use(supercomputer=True))) == POA
    assert said(a_deal(item=SMALL, parties=owned, end_use=use(supercomputer=True))) == POD
    assert said(a_deal(to="FR", item=SMALL, end_use=use(supercomputer=True))) == FREE


@pytest.mark.parametrize("country", ["CN", "MM", "KH", "NI", "VE", "HK"])
def test_known_military_use_needs_a_licence_in_the_named_places(country: str) -> None:
    assert said(a_deal(to=country, item=SMALL, end_use=use(military=True))) == POD


def test_known_military_use_elsewhere_is_an_advisory() -> None:
    assert said(a_deal(to="DE", item=SMALL, end_use=use(military=True))) == ADV


def test_military_rule_follows_the_home_of_a_party() -> None:
    parties = buyers("DE", ultimate_parent_hq_country="CN")

    assert said(a_deal(to="DE", item=SMALL, parties=parties, end_use=use(military=True))) == POD


def test_military_intelligence_follows_the_tenant_of_rented_compute() -> None:
    parties = (*centre("SG"), a_party("tenant", "RU"))
    deal = a_deal(to="SG", kind="iaas_access", start="SG", item=SMALL, parties=parties)

    assert said(replace(deal, end_use=use(military_intelligence=True))) == POD
    assert said(replace(deal, end_use=use(military=True))) == ADV


@pytest.mark.parametrize("kind", ["export", "domestic", "iaas_access"])
def test_known_weapons_use_needs_a_licence_in_any_movement(kind: str) -> None:
    country, start = ("DE", "US") if kind == "export" else ("US", "US")
    deal = a_deal(to=country, kind=kind, start=start, item=SMALL, parties=centre(country) + buyers(country))

    assert said(replace(deal, end_use=use(wmd=True))) == POD


def test_training_is_said_once_where_no_stricter_use_is_known() -> None:
    trained = use(training_for_d5_party=True)
    both = use(training_for_d5_party=True, wmd=True)

    assert "O6" in rows(answer(a_deal(to="DE", item=SMALL, end_use=trained)))
    assert "O6" not in rows(answer(a_deal(to="DE", item=SMALL, end_use=both)))


@pytest.mark.parametrize(
    "role",
    [
        "purchaser",
        "intermediate_consignee",
        "ultimate_consignee",
        "end_user",
        "data_centre_owner",
        "data_centre_operator",
    ],
)
def test_listed_party_in_any_receiving_role_needs_a_licence(role: str) -> None:
    parties = (*buyers("SG"), a_party(role, "CN", name="Inspur Software Co., Ltd."))

    got = answer(a_deal(to="SG", item=SMALL, parties=parties))

    assert (got.outcome, got.review_policy, got.standing) == (Outcome.LICENCE, "policy_of_denial", Standing.NEVER)


def test_listed_tenant_is_an_advisory() -> None:
    parties = (*centre(), a_party("tenant", "CN", name="Cambricon"))

    assert said(a_deal(to="MY", kind="iaas_access", start="MY", item=SMALL, parties=parties)) == ADV


def test_listed_owner_of_rented_machines_needs_a_licence() -> None:
    parties = (a_party("data_centre_owner", "MY", name="Cambricon"), a_party("tenant", "MY", name="Example Tenant"))

    assert said(a_deal(to="MY", kind="iaas_access", start="MY", item=SMALL, parties=parties)) == POD


def test_mixed_policy_of_an_entry_is_answered_by_its_strictest() -> None:
    assert said(a_deal(item=SMALL, parties=buyers("CN", name="Hikvision"))) == POD


def test_listed_seller_is_an_advisory_and_its_check_a_condition() -> None:
    deal = a_deal(to="DE", kind="reexport", start="CN", item=SMALL, exporter="Huawei Technologies Co., Ltd.")

    got = answer(deal)

    assert got.outcome is Outcome.ADVISORY
    assert any("lawfully" in c for c in got.conditions)


@pytest.mark.parametrize(("kind", "to"), [("reexport", "DE"), ("transfer_in_country", "CN"), ("domestic", "US")])
def test_chip_designed_in_china_is_prohibited_in_any_movement(kind: str, to: str) -> None:
    start = to if kind != "reexport" else "CN"

    assert said(a_deal(to=to, kind=kind, start=start, item=ASCEND)) == "prohibited"


def test_prohibition_says_that_it_reads_a_presumption() -> None:
    finding = next(f for f in answer(a_deal(item=ASCEND)).findings if f.outcome is Outcome.PROHIBITED)

    assert "cautious reading" in finding.because


def test_documented_authorisation_leaves_the_other_rows_to_answer() -> None:
    shown = Evidence(None, True, True)
    inside = a_deal(kind="transfer_in_country", start="CN", item=ASCEND, evidence=shown)
    abroad = a_deal(to="SA", kind="reexport", start="CN", item=ASCEND, evidence=shown)

    assert (said(inside), said(abroad)) == (ADV, POA)


def test_home_market_row_says_that_it_is_disputed() -> None:
    got = answer(a_deal("2024-10-01", kind="transfer_in_country", start="CN", item=ASCEND))

    assert "disputed" in next(f.because for f in got.findings if dict(f.values_read)["row"] == "3a")


def test_open_red_flag_cannot_be_determined() -> None:
    assert said(a_deal(to="TH", evidence=Evidence(None, None, False))) == "cannot_determine"


def test_licence_outranks_an_open_red_flag() -> None:
    assert said(a_deal(evidence=Evidence(None, None, False))) == POD


# -- classification and places


@pytest.mark.parametrize(
    ("to", "item", "wanted"),
    [
        ("SA", None, POA),
        ("VN", None, POA),
        ("IL", None, ADV),
        ("SG", None, ADV),
        ("TW", None, ADV),
        ("MO", None, POD),
        ("SA", LIGHT, ACA),
        ("SG", LIGHT, FREE),
        ("MO", LIGHT, NAC),
        ("AE", LIGHT, ACA),
    ],
)
def test_destination_decides_for_an_unlisted_buyer_at_home(to: str, item: Any, wanted: str) -> None:
    assert said(a_deal(to=to, item=item)) == wanted


@pytest.mark.parametrize("fact", ["hq_country", "ultimate_parent_hq_country"])
@pytest.mark.parametrize("home", ["CN", "HK", "MO", "RU"])
def test_headquarters_rule_follows_the_party_anywhere(fact: str, home: str) -> None:
    assert said(a_deal(to="DE", parties=buyers("DE", **{fact: home}))) == POD


def test_headquarters_review_before_2025_shows_the_other_reading() -> None:
    finding = next(f for f in answer(a_deal("2024-06-15", "DE", parties=buyers("DE", hq_country="CN"))).findings)

    assert "case_by_case" in finding.unconfirmed


@pytest.mark.parametrize(
    ("to", "kind", "start", "parties", "wanted"),
    [
        ("CN", "transfer_in_country", "CN", None, ACA),
        ("SG", "reexport", "MY", buyers("SG", **CHINESE_PARENT), NAC),
        ("MY", "transfer_in_country", "MY", buyers("MY", **CHINESE_PARENT), POD),
        ("MY", "transfer_in_country", "MY", None, FREE),
    ],
)
def test_exception_depends_on_the_movement(to: str, kind: str, start: str, parties: Any, wanted: str) -> None:
    assert said(a_deal("2025-06-01", to, kind=kind, start=start, item=LIGHT, parties=parties)) == wanted


@pytest.mark.parametrize(
    ("start", "to", "wanted"), [("US", "CN", NAC), ("CN", "CN", ACA), ("SG", "CN", NAC), ("US", "US", ADV)]
)
def test_lease_that_hands_over_counts_as_what_its_countries_make_it(start: str, to: str, wanted: str) -> None:
    assert said(a_deal(to=to, kind="lease", start=start, item=LIGHT, parties=buyers("CN"))) == wanted


def test_tenant_of_a_lease_that_hands_over_is_a_party() -> None:
    parties = (*centre("MY"), a_party("tenant", "MY", **CHINESE_PARENT))

    assert said(a_deal(to="MY", kind="lease", parties=parties)) == POD


@pytest.mark.parametrize("kind", ["reexport", "transfer_in_country"])
def test_case_by_case_review_is_for_exports_from_the_united_states(kind: str) -> None:
    start = "TW" if kind == "reexport" else "CN"

    assert said(a_deal(kind=kind, start=start, evidence=Evidence(True, None, True))) == POD


def test_case_by_case_review_follows_the_place_of_the_end_user_not_its_home() -> None:
    foreign = buyers("CN", hq_country="US", ultimate_parent_hq_country="US")

    assert said(a_deal(parties=foreign, evidence=Evidence(True, None, True))) == CBC
    assert said(a_deal(to="VN", parties=buyers("VN", hq_country="CN"), evidence=Evidence(True, None, True))) == POD


def test_missing_certificates_are_asked_where_they_would_change_the_review() -> None:
    asked = {q.fact for q in answer(a_deal()).open_questions}
    over_the_limit = {q.fact for q in answer(a_deal(item=a_chip(tpp=36000))).open_questions}

    assert "evidence.case_by_case_certifications" in asked
    assert "evidence.case_by_case_certifications" not in over_the_limit


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"name": "Core42"}, ADV),
        ({"name": "Example Ministry", "type": PartyType.GOVERNMENT}, ADV),
        ({"name": "Microsoft UAE", "hq_country": "AE", "ultimate_parent_hq_country": "US"}, ADV),
        ({"name": "Open AI Gulf", "hq_country": "US", "ultimate_parent_hq_country": "US"}, ADV),
        ({"name": "Apple Orchards"}, POA),
        ({"name": "Metal Works", "hq_country": "US", "ultimate_parent_hq_country": "US"}, POA),
        ({"name": "G42 Friends"}, POA),
        ({"name": "G42", "ultimate_parent_hq_country": "CN"}, POD),
    ],
)
def test_emirates_approve_named_recipients_only(facts: dict[str, Any], wanted: str) -> None:
    assert said(a_deal("2026-08-15", "AE", parties=buyers("AE", **facts))) == wanted


def test_emirates_ask_no_licence_for_3a090_b_of_approved_recipients() -> None:
    item = a_chip(tpp=2912, performance_density="4.79")

    assert said(a_deal("2026-08-15", "AE", item=item, parties=buyers("AE", name="G42"))) == FREE


def test_every_end_user_in_the_emirates_has_to_be_approved() -> None:
    parties = (a_party("ultimate_consignee", "AE", name="G42"), a_party("end_user", "AE", name="Example User"))

    assert said(a_deal("2026-08-15", "AE", parties=parties)) == POA


@pytest.mark.parametrize(
    ("to", "parties", "wanted"),
    [
        ("CN", buyers("CN", hq_country="KR", ultimate_parent_hq_country="KR"), POA),
        ("MY", buyers("MY", **CHINESE_PARENT), POD),
        ("VN", None, FREE),
    ],
)
def test_memory_presumes_approval_for_a_foreign_site_and_denial_for_headquarters(
    to: str, parties: Any, wanted: str
) -> None:
    assert said(a_deal("2026-09-24", to, kind="reexport", start="KR", item=memory(), parties=parties)) == wanted


def test_memory_exception_stays_a_question() -> None:
    asked = answer(a_deal("2026-09-24", kind="reexport", start="KR", item=memory("2.5"))).open_questions

    assert any("Licence Exception HBM" in q.question for q in asked)


# -- no export, and access


def test_delivery_inside_the_united_states_is_no_export() -> None:
    assert said(a_deal(to="US", kind="domestic", parties=buyers("US"))) == FREE
    assert said(a_deal(to="US", kind="domestic", parties=buyers("US", ultimate_parent_hq_country="CN"))) == ADV
    assert said(a_deal(to="US", kind="iaas_access", start="US", parties=centre("US"))) == FREE


def test_access_reads_the_other_rows_with_owner_and_operator_as_parties() -> None:
    tenant = a_party("tenant", "CN")
    own = a_deal(to="MY", kind="iaas_access", start="MY", parties=(*centre("MY", **CHINESE_PARENT), tenant))
    third = a_deal(to="MY", kind="iaas_access", start="MY", parties=(*centre("MY"), tenant))
    local = a_deal(to="MY", kind="iaas_access", start="MY", parties=(*centre("MY"), a_party("tenant", "MY")))

    assert (said(own), said(third)) == (POD, ADV)
    assert rows(answer(local)) == {"13"}


def test_access_in_china_is_read_as_an_export_there() -> None:
    assert said(a_deal(kind="iaas_access", start="CN", parties=centre("CN"))) == POD
    assert said(a_deal(kind="iaas_access", start="CN", item=LIGHT, parties=centre("CN"))) == NAC


# -- overlays


@pytest.mark.parametrize(("kind", "wanted"), [("export", LR), ("transfer_in_country", ADV), ("lease", LR)])
def test_letters_of_2025_bind_the_exporter(kind: str, wanted: str) -> None:
    item = a_chip(tpp=2368, performance_density="2.91", designer="AMD", memory_bandwidth_gb_s=5300)
    start = "CN" if kind == "transfer_in_country" else "US"

    assert said(a_deal("2025-08-20", kind=kind, start=start, item=item)) == wanted


def test_letters_of_2025_bind_their_addressees_only() -> None:
    item = a_chip(tpp=2368, performance_density="2.91", memory_bandwidth_gb_s=5300)

    assert said(a_deal("2025-08-20", item=item)) == FREE


def test_malaysia_asks_a_permit_for_what_leaves_or_crosses_it() -> None:
    crossing = (*buyers("PH"), a_party("intermediate_consignee", "MY", name="Example Forwarder"))

    assert "O4" in rows(answer(a_deal(to="PH", kind="reexport", start="MY")))
    assert "O4" in rows(answer(a_deal(to="PH", parties=crossing)))
    assert "O4" not in rows(answer(a_deal(to="MY")))
    assert "O4" not in rows(answer(a_deal(to="MY", kind="transfer_in_country", start="MY")))
    assert "O4" not in rows(answer(a_deal(to="PH", kind="reexport", start="MY", item=SMALL)))


def test_malaysia_is_a_finding_of_its_own_jurisdiction() -> None:
    finding = next(f for f in answer(a_deal(to="PH", kind="reexport", start="MY")).findings if f.jurisdiction == "MY")

    assert (finding.rule, finding.outcome) == ("my-sta-2025", Outcome.LICENCE)


def test_taiwan_asks_a_permit_for_its_listed_parties() -> None:
    parties = buyers("CN", name="Huawei")

    assert "O5" in rows(answer(a_deal(kind="reexport", start="TW", item=SMALL, parties=parties)))
    assert "O5" not in rows(answer(a_deal(item=SMALL, parties=parties)))


@pytest.mark.parametrize(
    ("owners", "wanted"),
    [((), POD), (("Inspur Software Co., Ltd.",), POLICY), (("Cambricon", "Suma"), POLICY), (("Somebody",), POD)],
)
def test_affiliates_rule_takes_the_strictest_owner_that_is_named(owners: tuple[str, ...], wanted: str) -> None:
    parties = buyers("CN", ownership_by_listed_percent=Decimal(60), owners_listed=owners)

    assert said(a_deal("2025-10-15", item=SMALL, parties=parties)) == wanted


def test_status_of_the_affiliates_rule_is_said_to_be_unconfirmed() -> None:
    parties = buyers("CN", ownership_by_listed_percent=Decimal(60))
    finding = next(f for f in answer(a_deal("2026-11-20", item=SMALL, parties=parties)).findings if f.rule[:3] == "aff")

    assert "Federal Register" in finding.unconfirmed


def test_reports_from_china_are_lines_and_change_nothing() -> None:
    with_line = answer(a_deal("2026-02-15", item=a_chip(name="H200 SXM", designer="NVIDIA")))

    assert any("H200 may not enter" in line for line in with_line.advisories)
    assert with_line.outcome is Outcome.LICENCE


# -- what every answer carries


def test_every_finding_is_cited_and_shows_what_it_compared() -> None:
    for finding in answer(a_deal(item=LIGHT)).findings:
        assert finding.citation
        assert finding.url.startswith("https://")
        assert finding.values_read


def test_every_answer_says_that_it_informs_and_is_no_legal_advice() -> None:
    got = answer(a_deal(to="DE", item=SMALL))

    assert sum("not legal advice" in text for text in got.not_covered) == 1
    assert got.data_as_of.isoformat() == "2026-10-09"


def test_day_after_the_data_is_said_to_be_so() -> None:
    assert any("lies after" in line for line in answer(a_deal("2026-11-23")).advisories)


def test_records_are_kept_for_five_years() -> None:
    assert any("5 years" in c for c in answer(a_deal(to="DE", item=SMALL)).conditions)


def test_notification_lists_what_is_filed() -> None:
    conditions = " ".join(answer(a_deal(item=LIGHT)).exception_conditions)

    assert "25 calendar days" in conditions
    assert "performance density" in conditions
