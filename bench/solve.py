"""One solve in a process of its own, so that memory and processor time are its own: `python -m bench.solve ...`.

Prints a line of JSON: value, bound and gap of the first objective, rules given up by priority, seconds by the clock and
of the processor, gap after ten seconds, peak memory, and for ours the stages.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from bench.instances import Instance, instance
from bench.stages import STAGES, Stopwatch
from bench.yardsticks import Run, gap_of, solve_in_cp_sat, solve_in_highs
from quoting.bootstrap import local_market
from quoting.domain import quote
from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.certificate import recount
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, NoPlan
from quoting.domain.request import dated
from quoting.domain.watch import Silent
from quoting.wire.request import load_request

SIDES = ("ours", "highs", "cp-sat")
EARLY_S = 10.0


@dataclass
class Outcome:
    """`value`, `bound` in the objective's units; `recounted`: ours only, the plan holds when counted anew."""

    value: float | None = None
    bound: float | None = None
    gap: float | None = None
    early_gap: float | None = None
    given_up: list[int] = field(default_factory=list)
    seconds: float = 0.0
    processor_s: float = 0.0
    peak_mb: int = 0
    recounted: bool | None = None
    stages: dict[str, float] = field(default_factory=dict)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("instance")
    parser.add_argument("--gap", type=float, default=1e-4)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds")
    options = parser.parse_args()
    asked = instance(options.instance)
    if options.side == "ours":
        outcome = _ours(asked, options.gap, options.limit)
    else:
        outcome = _yardstick(options.side, asked.problem, options.gap, options.limit)
    outcome.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(asdict(outcome)))
    return 0


def _yardstick(side: str, problem: AllocationProblem, gap: float, limit_s: float) -> Outcome:
    began, spent = time.monotonic(), time.process_time()
    run: Run = (solve_in_highs if side == "highs" else solve_in_cp_sat)(problem, gap, limit_s)
    return Outcome(
        value=run.value,
        bound=run.bound,
        gap=gap_of(run.value, run.bound),
        early_gap=run.gap_at(EARLY_S),
        given_up=run.given_up,
        seconds=time.monotonic() - began,
        processor_s=time.process_time() - spent,
    )


class _Heard:
    """Calls `allocate` and keeps what it was asked, what it said and how long that took."""

    def __init__(self) -> None:
        self.problem: AllocationProblem | None = None
        self.found: Allocation | NoPlan | None = None
        self.seconds = self.processor_s = 0.0

    def __call__(self, problem: AllocationProblem, *args: Any, **named: Any) -> Allocation | NoPlan:
        began, spent = time.monotonic(), time.process_time()
        self.problem, self.found = problem, allocate(problem, *args, **named)
        self.seconds, self.processor_s = time.monotonic() - began, time.process_time() - spent
        return self.found


def _ours(asked: Instance, gap: float, limit_s: float) -> Outcome:
    """The whole answer where there is a request, else the allocation alone; seconds are those of the allocation."""
    heard, watch = _Heard(), Stopwatch()
    quote.allocate = heard
    watch.wrap()
    if asked.request is None:
        heard(asked.problem, Effort(gap, limit_s, 0), Silent())
    else:
        solve = {"gap": gap, "time_limit_s": limit_s, "seed": asked.request["solve"]["seed"]}
        text = json.dumps({**asked.request, "solve": solve, "explain": "summary"})
        request, snapshot = watch.timed("read", _read)(text)
        quote.make_quote(request, snapshot, Silent())
    stages = {name: round(watch.spent[name], 3) for name in STAGES}
    found, problem = heard.found, heard.problem
    if not isinstance(found, Allocation) or problem is None:
        return Outcome(seconds=heard.seconds, processor_s=heard.processor_s, stages=stages)
    first = found.objectives[0]
    priority = {rule.id: rule.priority for rule in problem.rules}
    given_up = [sum(priority[rule] == p for rule in found.given_up) for p in sorted({*priority.values()} - {0})]
    return Outcome(
        value=float(first.value),
        bound=float(first.bound),
        gap=gap_of(float(first.value), float(first.bound)),
        given_up=given_up,
        seconds=heard.seconds,
        processor_s=heard.processor_s,
        recounted=recount(problem, found.quantities).holds,
        stages=stages,
    )


def _read(text: str) -> tuple[Any, Any]:
    document = json.loads(text)
    market, day = local_market(), date.fromisoformat(document["as_of"])
    snapshot = market.snapshot(market.pin(day))
    return dated(load_request(document, snapshot.catalogue.chips), day), snapshot


if __name__ == "__main__":
    sys.exit(main())
