"""A quote as a message of a chat, in Slack's blocks.

    .venv/bin/chipquote quote examples/bytedance-2025.json --local --json | .venv/bin/python examples/slack_message.py

prints the JSON that an incoming webhook or chat.postMessage takes.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from quoting_client import Plan, Result, outcome_words, read_result, verdict_words

LONGEST_TEXT, LONGEST_HEADER, LINES = 3000, 150, 10  # Slack's limits of a section and of a header; ours of lines


def message(result: Result) -> dict[str, Any]:
    """The message: verdict, answer, the plan's lines with the law of each, what the rest of it rests on."""
    icon, words = verdict_words(result.verdict)
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": f"{icon} {words}"[:LONGEST_HEADER]}},
        _section(_escaped(result.answer)),
    ]
    if result.best is not None:
        blocks.append(_section(_plan(result.best)))
    blocked = len(result.reasons(code="BLOCKED_LAW"))
    footer = f"As of {result.as_of}, rules seen up to {result.data_as_of}. {blocked} offers stopped by law."
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": f"{footer} This is not legal advice."}]})
    return {"text": f"{icon} {words}", "blocks": blocks}


def _plan(plan: Plan) -> str:
    rows = [f"*Plan: {plan.kind.replace('_', '-')}*, {plan.total}"]
    for line in plan.lines[:LINES]:
        law = " ".join(outcome_words(line.determination.outcome))
        rows.append(f"• {line.qty:,} {_escaped(line.chip)} at {_escaped(line.site)}, {line.total}: {law}")
    if len(plan.lines) > LINES:
        rows.append(f"… and {len(plan.lines) - LINES} lines more")
    rows += [f"• not served: {_escaped(demand)}" for demand in plan.unserved[:LINES]]
    return "\n".join(rows)


def _section(text: str) -> dict[str, Any]:
    short = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return {"type": "section", "text": {"type": "mrkdwn", "text": short}}


def _escaped(text: str) -> str:
    """Names are the caller's: they must not mention people or make links."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


if __name__ == "__main__":
    print(json.dumps(message(read_result("local", sys.stdin.read())), ensure_ascii=False, indent=2))
