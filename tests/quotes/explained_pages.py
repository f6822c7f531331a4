"""Writes the pages of docs/optimiser that are computed: `python -m tests.quotes.explained_pages`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from quoting.bootstrap import ENGINE, local_market
from quoting.domain.quote import make_quote
from quoting.domain.request import dated
from quoting.domain.watch import Silent
from quoting.wire.request import load_request
from quoting.wire.result import result_document
from tests.builders import a_request

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
SEED_PAGE = ROOT / "docs" / "optimiser" / "seed.md"
INFEASIBLE_PAGE = ROOT / "docs" / "optimiser" / "infeasible.md"
SEED: Json = json.loads((ROOT / "examples" / "bytedance-2025.json").read_text(encoding="utf-8"))
CASES: list[Json] = json.loads((Path(__file__).parent / "cases" / "infeasible.json").read_text(encoding="utf-8"))


def seed_page(result: Json) -> str:
    """The seed request explained in full."""
    plan = result["plans"][0]
    lines = [f"| `{ln['offer']}` | {ln['demand']} | {ln['qty']:,} | {money(ln['total'])} |" for ln in plan["lines"]]
    reasons = [
        f"| {name(row)} | {row['demand']} | {row['code']} | {text(row['because'])}{change(row)} |"
        for row in result["why_not"]
    ]
    return page(
        "# The seed request, explained in full",
        "`examples/bytedance-2025.json` at `explain: full`, as of 2025-01-23. Written by"
        " `python -m tests.quotes.explained_pages`; a test compares it with a new answer.",
        text(result["answer"]),
        "## What is bought",
        table(("offer", "demand", "pieces", "total"), lines),
        "## What each rule and each budget is worth",
        "Exact, by solving again without it. A share that would hold by itself costs nothing: all that is bought in"
        " China is Huawei's already. Without its budget the purchase in China has no end, for the supply is not known.",
        table(
            ("limit", "value", "limit", "binds", "what the plan gains without it"),
            [limit(row) for row in limits(result)],
        ),
        "\n".join(f"- {text(note)}" for note in result["explain_notes"]),
        "## What each unknown fact is worth",
        table(("fact", "who can say", "worth"), [question(row) for row in result["open_questions"]]),
        "Facts that are not known and have no answer to wait for are said in the paragraph above: supply and lead time"
        " of what is bought, prices of grade D.",
        "## Why each other offer is not chosen",
        f"{len(reasons)} rows: each pair of an offer of the day and a demand that is not in the plan, and each chip"
        " without any price.",
        table(("offer", "demand", "code", "because"), reasons),
    )


def limits(result: Json) -> list[Json]:
    leading = result["plans"][0]
    return [row for row in result["rules_report"] if row["plan"] == leading["kind"]]


def limit(row: Json) -> str:
    cost = row.get("cost")
    said = "no end" if cost is None else f"{cost['amount']:,} {cost['unit']}" if "unit" in cost else money(cost)
    cells = (f"{row['kind']} {row['id']}", f"{row['value']:,}", f"{row['limit']:,}", "yes" if row["binding"] else "no")
    return f"| {' | '.join((*cells, said))} |"


def question(row: Json) -> str:
    worth = row["worth"] if isinstance(row["worth"], str) else json.dumps(row["worth"])
    return f"| {text(row['question'])} | {row['who']} | {text(worth)} |"


def change(row: Json) -> str:
    return f". {text(row['nearest_change']['because'])}" if row.get("nearest_change") else ""


def name(row: Json) -> str:
    return f"`{row['offer']}`" if row["offer"] else f"{row['chip']} (no offer)"


def infeasible_page(results: Mapping[str, Json]) -> str:
    """The twenty requests that no plan meets: expected and got."""
    rows = []
    for case in CASES:
        conflict = results[case["name"]]["conflict"]
        got = [f"{item['kind']} {item['id']}" for item in conflict["items"]]
        same = got == case["items"] and f"A way out: {case['way_out']}." in text(results[case["name"]]["answer"])
        rows.append(
            f"| {case['name']} | {text(case['story'])} | {', '.join(case['items'])} | {', '.join(got)} |"
            f" {case['way_out']} | {'yes' if same else 'NO'} |"
        )
    return page(
        "# Twenty requests that no plan meets",
        "From a buyer's life. Item set, sentence and repair were written down before the first run"
        " (`tests/quotes/cases/infeasible.json`); `tests/quotes/test_infeasible_requests.py` compares all of"
        " them. This page is written by `python -m tests.quotes.explained_pages`.",
        table(
            ("case", "story", "expected to conflict", "got", "expected sentence: a way out", "sentence and items got"),
            rows,
        ),
    )


def page(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def table(heads: Sequence[str], rows: Sequence[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *rows])


def money(value: Json) -> str:
    whole, _, fraction = value["amount"].partition(".")
    return f"{value['currency']} {int(whole):,}{'.' if fraction else ''}{fraction}"


def text(words: str) -> str:
    return words.replace("\u00a0", " ").replace("|", "/")


def write() -> None:
    market = local_market()

    def answer(document: Json) -> Json:
        today = date.fromisoformat(document["as_of"])
        snapshot = market.snapshot(market.pin(today))
        request = dated(load_request(document, snapshot.catalogue.chips), today)
        return result_document(make_quote(request, snapshot, Silent()), request, ENGINE, {})

    SEED_PAGE.parent.mkdir(exist_ok=True)
    SEED_PAGE.write_text(seed_page(answer({**SEED, "explain": "full"})), encoding="utf-8")
    results = {case["name"]: answer(a_request(explain="summary", **case["request"])) for case in CASES}
    INFEASIBLE_PAGE.write_text(infeasible_page(results), encoding="utf-8")


if __name__ == "__main__":
    write()
