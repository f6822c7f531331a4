"""Time to allocate, as a ratio to the plain textbook model in the same solver, on the carried M requests.

    python -m bench.allocation [NAME ...] [--variants N]

Both sides run in this process, in turns, on the same problem and to the same gap; of each request also some variants
with prices and needs shaken by a seed, since one solve's luck says little. Processor time, so that other work on the
machine weighs little. Exit 1 where all requests together take longer than the bar, or where the textbook model found a
better plan than the gap allows.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from fractions import Fraction
from random import Random

from bench.textbook import solve_textbook
from quoting.domain.allocation.allocate import allocate
from quoting.domain.allocation.problem import Allocation, AllocationProblem, Effort, NoPlan
from quoting.domain.watch import Silent
from tests.unit.allocation.instance_reader import SOURCING, read_figures, read_problem, read_request

BAR = 1.0  # times the textbook model's time
LIMIT_S = 60.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=sorted(path.name for path in SOURCING.glob("*-M-*.json")))
    parser.add_argument("--variants", type=int, default=3, help="how many of each request, the first as it is")
    options = parser.parse_args()
    figures, totals, wrong = read_figures(), [0.0, 0.0], 0
    print(f"{'request':24}{'textbook s':>12}{'ours s':>10}{'ratio':>8}")
    for name in options.names:
        request = read_request(SOURCING / name)
        took = [0.0, 0.0]
        for seed in range(options.variants):
            problem = _shaken(read_problem(request, figures), seed)
            problem = replace(problem, objectives=problem.objectives[:1])
            gap = float(request["solve"]["gap"])
            began = time.process_time()
            plain = solve_textbook(problem, Effort(gap, LIMIT_S, 0))
            between = time.process_time()
            found = allocate(problem, Effort(gap, LIMIT_S, 0), Silent())
            took = [took[0] + between - began, took[1] + time.process_time() - between]
            wrong += _worse(plain, found, gap)
        totals = [totals[0] + took[0], totals[1] + took[1]]
        print(f"{name:24}{took[0]:12.2f}{took[1]:10.2f}{took[1] / took[0]:8.2f}")
    ratio = totals[1] / totals[0]
    print(f"{'all':24}{totals[0]:12.2f}{totals[1]:10.2f}{ratio:8.2f}   (bar {BAR:g}; {wrong} worse plans)")
    return int(ratio > BAR or wrong > 0)


def _shaken(problem: AllocationProblem, seed: int) -> AllocationProblem:
    """The problem with prices moved by up to 3 % an offer and needs by up to 15 %; seed 0 leaves it as it is."""
    if not seed:
        return problem
    rng = Random(seed)
    factor = {lot.offer: Fraction(rng.randint(970, 1030), 1000) for lot in problem.lots}
    return replace(
        problem,
        uses=tuple(
            replace(
                use, unit_minor=tuple(int(price * factor[use.offer]) for price in use.unit_minor), weight_minor=None
            )
            for use in problem.uses
        ),
        needs=tuple(
            need if need.amount is None else replace(need, amount=_near(need.amount, rng)) for need in problem.needs
        ),
    )


def _near(amount: Fraction, rng: Random) -> Fraction:
    return max(Fraction(round(amount * rng.randint(85, 115) / 100)), Fraction(1))


def _worse(plain: Fraction | None, found: Allocation | NoPlan, gap: float) -> bool:
    """Whether the textbook model's plan is better by more than the gap."""
    if plain is None or isinstance(found, NoPlan):
        return plain is not None
    sign = -1 if found.objectives[0].name == "max_capability" else 1
    return sign * (found.objectives[0].value - plain) > Fraction(gap) * abs(plain) + 1


if __name__ == "__main__":
    sys.exit(main())
