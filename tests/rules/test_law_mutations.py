"""A mutation run: of each rule one parameter is moved by the least step, and the rule's own case is answered otherwise.

A case stands exactly at the edge: on the first day, at the limit, in the last place of the list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from quoting.domain.controls.determination import Determination
from quoting.domain.controls.determine import determine
from quoting.domain.controls.reads import READS
from quoting.domain.controls.rulebook import ListedParty, RuleBook
from quoting.domain.parameters import Dated
from quoting.domain.transaction import EndUse, Evidence, ItemKind, Transaction
from tests.rules.builders_law import a_chip, a_deal, a_party, buyers, memory, the_rules

Mutation = Callable[[RuleBook, str], RuleBook]  # of the rule that is named
POD, POA, CBC = (f"licence_required {p}" for p in ("presumption_of_denial", "presumption_of_approval", "case_by_case"))
LR, ACA, ADV = "licence_required", "licence_exception ACA", "allowed_with_advisory"
BARRED, OPEN = "prohibited", "cannot_determine"
ANSWERS = {POD, POA, CBC, LR, ACA, ADV, BARRED, OPEN, "licence_required policy_of_denial"}
CERTIFIED, NOTHING = Evidence(True, None, True), Evidence(None, None, True)
H20 = a_chip(tpp=2368, performance_density="2.91", memory_bandwidth_gb_s=4000, interconnect_gb_s=64, designer="NVIDIA")
SMALL = a_chip(tpp=100, interconnect_gb_s=64)
GAMING = a_chip(tpp=5285, performance_density="8.69", marketed_for_datacenter=False, interconnect_gb_s=64)
CHINESE = a_chip(tpp=6016, designer="Example Devices", designer_hq_country="CN", country_of_origin="CN")
ABROAD = replace(CHINESE, country_of_origin="TW")


def later(name: str | None = None, period: int = 0) -> Mutation:
    """A rule, or a row of one of its parameters, begins a day later."""

    def moved(row: Dated) -> Dated:
        assert row.start is not None
        day = row.start + timedelta(days=1)
        return replace(row, start=day, published=max(row.published, day) if row.published else None)

    return _rows(name, period, moved)


def step(name: str, by: str, row: int = 0) -> Mutation:
    """A number is moved by its least step."""
    return _rows(name, row, lambda r: replace(r, value=Decimal(str(r.value)) + Decimal(by)))


def at(rule: str, mutation: Mutation) -> Mutation:
    """The step is taken in another rule: what is left over begins where that one ends."""
    return lambda book, _: mutation(book, rule)


def without(name: str, item: str, row: int = 0) -> Mutation:
    """A list loses one of its items."""

    def shorter(dated: Dated) -> Dated:
        assert isinstance(dated.value, tuple) and item in dated.value
        return replace(dated, value=tuple(x for x in dated.value if x != item))

    return _rows(name, row, shorter)


def other(name: str, value: Any, row: int = 0) -> Mutation:
    return _rows(name, row, lambda r: replace(r, value=value))


def _rows(name: str | None, number: int, change: Callable[[Dated], Dated]) -> Mutation:
    def mutate(book: RuleBook, rule: str) -> RuleBook:
        held = book.rules[rule]
        if name is None:
            rows = tuple(change(r) if n == number else r for n, r in enumerate(held.periods))
            moved = replace(held, periods=rows)
        else:
            parameter = held.parameters[name]
            rows = tuple(change(r) if n == number else r for n, r in enumerate(parameter.values))
            moved = replace(held, parameters={**held.parameters, name: replace(parameter, values=rows)})
        return replace(book, rules={**book.rules, rule: moved}, derived={})

    return mutate


@dataclass(frozen=True)
class Edge:
    """A deal at the edge of a rule, what is said of it, and the step that has to change that."""

    deal: Transaction
    says: str
    mutation: Mutation

    def holds(self, made: Determination) -> bool:
        """Whether the answer is what `says` names: an answer in short, or words that stand in it."""
        short = " ".join(str(x) for x in (made.outcome, made.exception, made.review_policy) if x)
        return short == self.says if self.says in ANSWERS else self.says in everything_said(made)


def knows(**flags: bool) -> EndUse:
    return EndUse(**{name: flags.get(name, False) for name in EndUse.__dataclass_fields__})


def owned(share: int) -> Any:
    return buyers("CN", ownership_by_listed_percent=Decimal(share))


def from_abroad(to: str, start: str, on: str, **more: Any) -> Transaction:
    return a_deal(on, to, kind="reexport", start=start, **more)


def a_tenancy(on: str = "2026-03-01") -> Transaction:
    host = [a_party(role, "MY", name="Example Host") for role in ("data_centre_owner", "data_centre_operator")]
    return a_deal(on, "MY", kind="iaas_access", start="MY", parties=(*host, a_party("tenant", "CN", name="Guest")))


AT_ONCE = a_chip(designer="NVIDIA", tpp=4800, interconnect_gb_s=64)
GERMAN_IN_CHINA = buyers("CN", hq_country="DE", ultimate_parent_hq_country="DE")
SERVER = replace(SMALL, kind=ItemKind.SERVER)

EDGES = {
    "embargo-part-746": Edge(a_deal("2026-03-01", "CU", item=SMALL), BARRED, without("places", "CU", 1)),
    "denied-persons-part-764": Edge(
        a_deal("2026-03-01", "DE", item=SMALL, parties=buyers("DE", name="Invented Denied Trader")),
        BARRED,
        without("lists", "DPL"),
    ),
    "syria-746-9": Edge(a_deal("2025-09-02", "SY", item=SMALL), CBC, later()),
    "russia-belarus-746-8": Edge(
        a_deal("2022-03-02", "BY", item=SMALL), "licence_required policy_of_denial", later("places", 1)
    ),
    "supercomputer-744-23": Edge(a_deal("2022-10-21", item=SMALL, end_use=knows(supercomputer=True)), POD, later()),
    "part-744-22-review": Edge(
        a_deal("2026-03-01", "VE", item=SMALL, end_use=knows(military=True)),
        POD,
        without("military_homes", "VE"),
    ),
    "entity-list-effect": Edge(
        a_deal("2026-03-01", item=SMALL, parties=buyers("CN", name="Hikvision")), POD, without("lists", "EL")
    ),
    "fdp-footnotes": Edge(
        a_deal("2024-12-02", item=SMALL, parties=buyers("CN", name="SMIC Beijing")), "Footnote 5", later("footnote_5")
    ),
    "other-screening-lists": Edge(
        a_deal("2026-03-01", "DE", item=SMALL, parties=buyers("DE", name="Invented Sanctioned Bank")),
        OPEN,
        without("lists", "SDN"),
    ),
    "gp10-prc-ics-2025": Edge(a_deal("2025-05-13", "DE", item=CHINESE, kind="reexport", start="CN"), BARRED, later()),
    "diversion-red-flags-2025": Edge(
        a_deal("2025-05-13", "DE", item=SMALL, evidence=Evidence(None, None, False)),
        "diversion-red-flags-2025 2025-05-13",
        later(),
    ),
    "training-policy-statement-2025": Edge(
        a_deal("2025-05-13", "DE", item=SMALL, end_use=knows(training_for_d5_party=True)),
        ADV,
        later(),
    ),
    "is-informed-2022-a100-h100": Edge(
        a_deal("2022-09-15", item=a_chip(tpp=4992, interconnect_gb_s=600)), LR, step("interconnect", "1")
    ),
    "is-informed-2023-middle-east": Edge(
        a_deal("2023-08-28", "SA", item=a_chip(name="H100 SXM")), "some Middle East states", later()
    ),
    "h20-mi308-is-informed-2025": Edge(a_deal("2025-04-09", item=H20), LR, step("memory_bandwidth", "1")),
    "h20-resumption-2025": Edge(
        a_deal("2025-07-14", item=replace(H20, name="H20 SXM")),
        "licences for H20 and MI308 are promised",
        later("line"),
    ),
    "eccn-3a090-2022": Edge(a_deal("2023-05-01", item=a_chip(tpp=4800, interconnect_gb_s=600)), POD, step("tpp", "1")),
    "eccn-3a090-2023": Edge(
        a_deal("2024-06-15", item=a_chip(tpp=1600, performance_density="5.92")), POD, step("density_a", "0.01")
    ),
    "ac-rule-2023": Edge(a_deal("2023-10-23", item=AT_ONCE), POD, later()),
    "hq-guidance-2026-05": Edge(
        a_deal("2026-05-31", "SG", parties=buyers("SG", hq_country="CN")), "BIS guidance", later("line")
    ),
    "review-policy-744-23-d": Edge(
        a_deal(
            "2024-06-15",
            item=SMALL,
            parties=GERMAN_IN_CHINA,
            end_use=knows(supercomputer=True),
        ),
        POA,
        without("approval_homes", "A:5"),
    ),
    "china-case-by-case-2026": Edge(
        a_deal("2026-01-15", item=a_chip(tpp=20999), evidence=CERTIFIED), CBC, step("tpp", "-1")
    ),
    "ai-diffusion-2025": Edge(a_deal("2025-01-13", "SG"), ADV, later()),
    "diffusion-non-enforcement-2025": Edge(a_deal("2025-05-13", "SG", deliver_on="2025-05-15"), ADV, later()),
    "uae-a5-2026": Edge(
        a_deal("2027-04-06", "AE", parties=buyers("AE", name="G42")), ADV, without("approved_entities", "G42")
    ),
    "dc-veu-2024": Edge(a_deal("2024-10-02", "SA"), "validated end user", later("line")),
    "gulf-authorisations-2025-11": Edge(
        a_deal("2025-11-19", "SA", parties=buyers("SA", name="HUMAIN")), "HUMAIN (Saudi", later("named_parties")
    ),
    "nac": Edge(a_deal("2024-06-15", item=GAMING), "25 calendar days", step("notice_days", "1")),
    "aca": Edge(a_deal("2024-04-04", "VN", item=GAMING), ACA, later("name", 1)),
    "hbm-and-fdp-2024": Edge(from_abroad("CN", "KR", "2025-06-01", item=memory("2.01")), POD, step("density", "0.01")),
    "hbm-exception": Edge(
        from_abroad("CN", "KR", "2025-06-01", item=memory("3.29")),
        "Licence Exception HBM",
        step("density", "-0.01"),
    ),
    "affiliates-rule-2025": Edge(a_deal("2025-10-15", item=SMALL, parties=owned(50)), POD, step("share", "1")),
    "domestic-no-export": Edge(
        a_deal("2026-03-01", "US", kind="iaas_access", start="US", parties=(a_party("data_centre_owner", "US"),)),
        "is no export, reexport or transfer abroad",
        without("place", "US"),
    ),
    "below-3a090": Edge(
        a_deal("2024-06-15", item=a_chip(tpp=1599, interconnect_gb_s=64)),
        "below-3a090",
        at("eccn-3a090-2023", step("tpp_dense", "-1")),
    ),
    "iaas-access": Edge(a_tenancy(), "Check: the owner and the operator", other("checks", ("another",))),
    "record-keeping-762-6": Edge(a_deal("2024-06-15", item=SMALL), "for 5 years", step("years", "1")),
    "fdp-advanced-computing": Edge(
        a_deal("2024-06-15", "DE", item=replace(SMALL, designer_hq_country="JP")), "leading-edge", other("line", ())
    ),
    "foundry-due-diligence-presumption": Edge(
        from_abroad("CN", "TW", "2025-01-16", item=ABROAD), "A chip designed by a firm headquartered", later("line")
    ),
    "my-sta-2025": Edge(from_abroad("PH", "MY", "2025-07-14"), LR, later()),
    "tw-shtc-2025": Edge(
        from_abroad("CN", "TW", "2025-06-10", item=SMALL, parties=buyers("CN", name="Huawei")), "tw-shtc-2025", later()
    ),
    "cn-counter-gp10": Edge(from_abroad("CN", "DE", "2025-05-21", item=CHINESE), "Conflict of laws", later()),
    "cn-h20-guidance": Edge(a_deal("2025-07-31", item=H20), "Reported, not published", later()),
    "cn-state-funded-dc": Edge(a_deal("2025-11-05", item=replace(H20, designer="AMD")), "new Chinese data", later()),
    "cn-h200-customs": Edge(a_deal("2026-01-13", item=replace(H20, name="H200")), "Chinese customs", later()),
    "jp-nl": Edge(from_abroad("DE", "NL", "2023-09-01", item=SMALL), "Japan and the Netherlands", later("place", 1)),
    "kr-2026": Edge(from_abroad("DE", "KR", "2026-09-01", item=SMALL), "South Korea", later()),
    "sg-practice": Edge(from_abroad("SG", "DE", "2025-04-30", item=SMALL), "Singapore", later()),
    "tpp-formula": Edge(a_deal("2024-06-15", item=SERVER), "TPP is read", other("line", ())),
    "performance-density-formula": Edge(
        a_deal("2024-06-15", item=a_chip(tpp=100, performance_density=None, die_area_mm2=0)),
        "No non-planar",
        other("line", ()),
    ),
    "name-screening": Edge(
        a_deal(item=SMALL, parties=buyers("CN", name="Huawai Technologies"), evidence=NOTHING),
        "is close to",
        step("near_score", "5"),
    ),
}
WITHOUT_AN_EDGE = {"list-import"}  # it decides no deal; its edge stands in test_list_import

INVENTED = tuple(
    ListedParty(f"Invented {name}", (), "DE", source, "", None, None, None, "invented for this test", "")
    for name, source in (("Denied Trader", "DPL"), ("Sanctioned Bank", "SDN"))
)


def a_book() -> RuleBook:
    return replace(the_rules(), listed=(*the_rules().listed, *INVENTED), derived={})


def everything_said(made: Determination) -> str:
    """Each word that a reader of the answer sees."""
    findings = (f"{f.rule} {f.effective_from} {f.outcome} {f.because} {dict(f.values_read)}" for f in made.findings)
    questions = (q.question for q in made.open_questions)
    return "\n".join((*findings, *made.exception_conditions, *made.conditions, *made.advisories, *questions))


@pytest.mark.parametrize("rule", EDGES)
def test_case_at_the_edge_of_a_rule_is_answered_by_it(rule: str) -> None:
    edge = EDGES[rule]

    assert edge.holds(determine(edge.deal, a_book()))


@pytest.mark.parametrize("rule", EDGES)
def test_least_step_of_a_parameter_flips_the_case_at_its_edge(rule: str) -> None:
    edge = EDGES[rule]

    assert not edge.holds(determine(edge.deal, edge.mutation(a_book(), rule)))


def test_every_rule_has_a_case_at_its_edge() -> None:
    assert set(EDGES) == set(READS) - WITHOUT_AN_EDGE
