"""The request of the story on five dates: what is lawful, what is not, and what the answer says of it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

SEED = json.loads((Path(__file__).parents[2] / "examples" / "bytedance-2025.json").read_text(encoding="utf-8"))
SITES = {"compute-china": "china", "compute-malaysia": "malaysia"}


@pytest.fixture(scope="module")
def on(answer):
    known: dict[str, dict] = {}

    def ask(day: str):
        if day not in known:
            known[day] = answer({**SEED, "as_of": day})
        return known[day]

    return ask


def plan_of(result, kind="safe"):
    return next(p for p in result["plans"] if p["kind"] == kind)


def outcomes(result, chip):
    """What the law says of buying a chip, by demand."""
    held = {d["id"]: d for d in result["determinations"]}
    modes = {o["id"]: o["mode"] for o in result["offers"]}
    rows = [row for row in result["why_not"] if row["chip"] == chip and modes.get(row["offer"], "buy") == "buy"]
    rows += [line for p in result["plans"] for line in p["lines"] if line["chip"] == chip and line["mode"] == "buy"]
    return {
        row["demand"]: (held[row["determination"]]["outcome"], held[row["determination"]]["review_policy"])
        for row in rows
    }


def test_in_january_2025_there_is_a_lawful_proven_plan_for_both_sites(on):
    result = on("2025-01-23")

    plan = plan_of(result)
    assert result["verdict"] == "feasible_safe"
    assert plan["proven_optimal"]
    assert {line["site"] for line in plan["lines"]} == {"china", "malaysia"}


def test_the_domestic_share_and_both_budgets_hold(on):
    result = on("2025-01-23")

    report = {row["id"]: row for row in result["rules_report"] if row["plan"] == "safe"}
    assert all(row["met"] for row in report.values())
    assert report["domestic-share"]["value"] >= 0.6


@pytest.mark.parametrize("chip", ["nvidia-h100-sxm-80gb", "nvidia-h200-sxm"])
@pytest.mark.parametrize("day", ["2024-10-01", "2025-01-23", "2025-05-20", "2026-02-01", "2026-11-23"])
def test_buying_these_is_stopped_at_both_sites_on_every_date(on, chip, day):
    if chip == "nvidia-h200-sxm" and day < "2024-11-18":
        assert outcomes(on(day), chip) == {}  # not launched: no goods to ask about
    else:
        assert outcomes(on(day), chip) == dict.fromkeys(SITES, ("licence_required", "presumption_of_denial"))


@pytest.mark.parametrize(
    ("day", "outcome"),
    [("2025-01-23", "allowed_with_advisory"), ("2025-05-20", "prohibited"), ("2026-11-23", "prohibited")],
)
def test_a_chinese_chip_in_china_is_a_reading_before_may_2025_and_prohibited_after(on, day, outcome):
    assert outcomes(on(day), "huawei-ascend-910b2")["compute-china"][0] == outcome


def test_the_reading_is_said_in_the_answer(on):
    plan = plan_of(on("2025-01-23"))

    said = " ".join(condition["text"] for condition in plan["conditions"]).lower()
    findings = [f["because"].lower() for d in on("2025-01-23")["determinations"] for f in d["findings"]]
    assert "reading" in said or any("reading" in because for because in findings)
    assert "entity list" in said


def test_quantities_that_rest_on_unknown_supply_say_so(on):
    result = on("2025-01-23")

    unknown = [line for line in plan_of(result)["lines"] if line.get("supply") == "unknown"]
    assert unknown
    assert "Supply is not known" in result["answer"]


def test_the_spend_in_china_is_shown_in_yuan_too_and_within_the_budget(on):
    site = next(row for row in plan_of(on("2025-01-23"))["totals_by_site"] if row["site"] == "china")

    assert site["own"]["currency"] == "CNY"
    assert Decimal(site["own"]["amount"]) <= 40_000_000_000


@pytest.mark.parametrize("day", ["2024-10-01", "2025-05-20", "2026-02-01", "2026-11-23"])
def test_where_there_is_no_full_answer_the_conflict_and_what_is_fixed_by_law_are_named(on, day):
    result = on(day)

    assert result["verdict"] == "infeasible"
    assert result["conflict"]["items"]
    assert set(result["conflict"]["fixed"]) <= {d["id"] for d in result["determinations"]}


def test_the_partial_plan_of_october_2024_serves_china_alone(on):
    partial = plan_of(on("2024-10-01"), "partial")

    assert {line["site"] for line in partial["lines"]} == {"china"}
    assert [missed["demand"] for missed in partial["unserved"]] == ["compute-malaysia"]


def test_no_answer_offers_a_lease_as_the_way_round_a_blocked_purchase(on):
    for day in ("2025-01-23", "2026-11-23"):
        for row in on(day)["why_not"]:
            if row["code"] == "BLOCKED_LAW":
                assert "lease" not in row["because"].lower()
                assert "rent" not in row["because"].lower().split()


def test_every_answer_says_that_it_is_no_legal_advice(on):
    assert "not legal advice" in on("2025-01-23")["answer"]
