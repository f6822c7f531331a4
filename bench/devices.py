"""What each device of the allocation gives: processor time with all of them, and with one of them switched off.

    python -m bench.devices [INSTANCE ...] [--gap G] [--limit S]

Every solve is a process of its own. A device is switched off from outside, by putting the plain thing in its place;
what it gives is the ratio of the geometric means. A solve that does not close its gap counts with the time it took, so
that the ratio is then a least one; `+` marks it.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import time
from typing import Any

from bench.instances import instance
from bench.stages import owner_of
from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.linear import LinearModel
from quoting.domain.allocation.model import PlanModel
from quoting.domain.allocation.problem import Allocation, Effort
from quoting.domain.watch import Silent

INSTANCES = (
    "plain-120x6-1",
    "plain-200x8-1",
    "rules-200x8-1",
    "charges-150x8-1",
    "soft-80x5-1",
    "tqd-M-102",
    "tqd-20x30x4-1",
)
_CODE = "quoting.domain.allocation."


def _all_pieces_cover(model: PlanModel, key: Any, source: Any, full: int) -> dict[int, Any]:
    return {q.column: q.step for q in model.quantities(key)}


def _none_countable(linear: LinearModel) -> list[bool]:
    return [False] * len(linear.lower)


# Name, what is put in its place.
DEVICES: dict[str, tuple[str, Any]] = {
    "a wide model narrowed first": (_CODE + "search:_WIDE", 10**9),
    "a part of the room above the relaxation first": (_CODE + "search:_FAR", math.inf),
    "bounds from that plan's cost": (_CODE + "search:affordable", lambda model, most: list(model.linear.upper)),
    "bounds from reduced costs": (_CODE + "search:reachable", lambda model, upper, relaxed, value: list(upper)),
    "only plans that are better by more than the gap": (_CODE + "search:Search._better", lambda search, name: None),
    "counted pieces left continuous": (_CODE + "highs:countable", _none_countable),
    "rules that cannot be kept seen by relaxations": (
        _CODE + "keeping:Keeping._possible",
        lambda keeping, columns: True,
    ),
    "hard solves begun anew": (_CODE + "search:_ATTEMPTS", ((None, False),)),
    "tiers that cost more for more left out": (
        _CODE + "sources:_undominated",
        lambda tiers, block, wanted: list(tiers),
    ),
    "pieces beyond a demand cover nothing": (_CODE + "model:PlanModel._covering", _all_pieces_cover),
}
ALL = "all devices"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", nargs="*", default=INSTANCES)
    parser.add_argument("--gap", type=float, default=1e-4)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--without", choices=(ALL, *DEVICES), help="one solve in this process; prints seconds and gap")
    options = parser.parse_args()
    if options.without:
        print(*_solve(options.instances[0], options.without, options.gap, options.limit))
        return 0
    print(f"| without | {' | '.join(options.instances)} | times as long |", flush=True)
    print("|" + "---|" * (len(options.instances) + 2), flush=True)
    usual = _row(ALL, options, None)
    for device in DEVICES:
        _row(device, options, usual)
    return 0


def _row(device: str, options: argparse.Namespace, usual: float | None) -> float:
    cells, logs = [], []
    for name in options.instances:
        call = (sys.executable, "-m", "bench.devices", name, "--without", device)
        run = subprocess.run(
            (*call, "--gap", str(options.gap), "--limit", str(options.limit)), capture_output=True, text=True
        )
        if run.returncode:
            cells.append("no such device")
            continue
        seconds, gap = map(float, run.stdout.splitlines()[-1].split())
        cells.append(f"{seconds:.2f}{'' if gap <= options.gap else '+'}")
        logs.append(math.log(max(seconds, 0.01)))
    mean = math.exp(sum(logs) / len(logs)) if logs else math.nan
    print(f"| {device} | {' | '.join(cells)} | {'1' if usual is None else f'{mean / usual:.2f}'} |", flush=True)
    return mean


def _solve(name: str, device: str, gap: float, limit_s: float) -> tuple[float, float]:
    problem = instance(name).problem
    if device != ALL:
        path, plain = DEVICES[device]
        owner, attribute = owner_of(path)
        setattr(owner, attribute, plain)
    began: float = time.process_time()
    found = allocate(problem, Effort(gap, limit_s, 0), Silent())
    seconds = time.process_time() - began
    if not isinstance(found, Allocation):
        return seconds, math.inf
    first = found.objectives[0]
    return seconds, abs(float(first.value - first.bound)) / max(float(abs(first.value)), 1.0)


if __name__ == "__main__":
    sys.exit(main())
