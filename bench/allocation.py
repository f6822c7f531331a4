"""Time to allocate, beside the plain textbook model in HiGHS (one thread) and in OR-Tools CP-SAT (two workers).

    python -m bench.allocation                        the quick part beside HiGHS, two minutes; what `make bench` runs
    python -m bench.allocation --all                  every part, some 35 minutes on an idle machine with two cores
    python -m bench.allocation --all --cp-sat-limit 10                  the same in some 20 minutes
    python -m bench.allocation --part mid --part tqd                    some parts: quick, mid, large, tqd, hard
    python -m bench.allocation tqd-100x500x5-1 --gap 1e-4 --limit 1800 --ours-only   any of `bench.instances`

Each solve is a process of its own, one after the other: ours, HiGHS, CP-SAT. Prints tables in Markdown: seconds by the
clock, and in brackets of the processor, to the gap asked for (of ours the allocation alone; the rest of the answer is
in the table of stages), the gap after 10 seconds and at the end, peak memory. Ratios are of processor time, one thread
each, so that other work on the machine weighs little. Exit 1 where a bar is missed, a plan fails its recount or the
sides contradict each other.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from bench.solve import EARLY_S, SIDES, Outcome
from bench.stages import STAGES

RATIO_BAR = {"quick": 1.0, "mid": 1 / 3}  # of processor time to HiGHS's, geometric mean where HiGHS closes
MEMORY_BAR_MB = 2048
YARDSTICK_S = 60.0
_SPARE_S = 120.0  # beside its limit, after which a solve is given up


@dataclass(frozen=True)
class Case:
    """An instance, and the bar: `gap` within `bar_s` seconds, though ours has 60 at least. `alone`: no yardsticks."""

    name: str
    gap: float = 1e-4
    bar_s: float = 60.0
    alone: bool = False


MID = (
    *(Case(f"plain-{name}") for name in ("M-101", "200x8-1", "350x8-1", "500x8-1")),
    *(Case(f"rules-{name}") for name in ("M-107", "200x8-1", "400x8-1")),
    *(Case(f"charges-{name}") for name in ("M-101", "150x8-1")),
    *(Case(f"soft-{name}") for name in ("80x5-1", "120x5-2", "200x6-3")),
)
PARTS: dict[str, tuple[Case, ...]] = {
    "quick": tuple(case for case in MID if case.name.split("-", 1)[1] in ("M-101", "M-107", "150x8-1", "80x5-1")),
    "mid": MID,
    "large": (Case("plain-XL-101", bar_s=15), Case("plain-2000x10-1", bar_s=15), Case("plain-5000x20-1", 1e-3)),
    "tqd": (
        Case("tqd-XL-102", bar_s=45),
        Case("tqd-50x100x3-1", bar_s=45, alone=True),
        Case("tqd-50x100x4-1", bar_s=45, alone=True),
        Case("tqd-50x100x5-1", bar_s=45),
    ),
    "hard": (Case("tqd-100x500x5-1", 1e-2, 60), Case("tqd-100x500x5-1", 2e-3, 300)),
}


@dataclass
class Row:
    case: Case
    ours: Outcome
    early_gap: float | None
    highs: Outcome | None
    cp_sat: Outcome | None

    @property
    def closed(self) -> bool:
        return _closed(self.ours, self.case.gap) and self.ours.seconds <= self.case.bar_s

    @property
    def ratio(self) -> float | None:
        """Processor time as a part of HiGHS's, where that closes."""
        if self.highs is None or not _closed(self.highs, self.case.gap):
            return None
        return self.ours.processor_s / max(self.highs.processor_s, 1e-3)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--part", action="append", choices=PARTS, default=[])
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--gap", type=float, default=1e-4)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--yardstick-limit", type=float, default=YARDSTICK_S)
    parser.add_argument("--cp-sat-limit", type=float, help="of CP-SAT alone")
    parser.add_argument("--no-cp-sat", action="store_true")
    parser.add_argument("--ours-only", action="store_true")
    options = parser.parse_args()
    parts = {"named": tuple(Case(name, options.gap, options.limit) for name in options.names)} if options.names else {}
    for part in [p for p in PARTS if p != "quick"] if options.all else options.part or ([] if parts else ["quick"]):
        parts[part] = PARTS[part]
    limits = {"highs": options.yardstick_limit, "cp-sat": options.cp_sat_limit or options.yardstick_limit}
    load = " ".join(f"{load:.1f}" for load in os.getloadavg())
    print("# Allocation beside the textbook model\n\n`python -m bench.allocation", *sys.argv[1:], end="`, ")
    solvers = f"HiGHS {version('highspy')}, OR-Tools {version('ortools')}"
    print(f"{solvers}, {os.cpu_count()} cores, load {load} at the beginning.")
    print(f"HiGHS has {limits['highs']:g} seconds, CP-SAT {limits['cp-sat']:g}.", flush=True)
    faults: list[str] = []
    for part, cases in parts.items():
        sides = SIDES[: 1 if options.ours_only else 2 if options.no_cp_sat or part == "quick" else 3]
        faults += _run(part, cases, sides, limits)
    print("\nevery bar is held" if not faults else "\n" + "\n".join(f"- MISSED: {fault}" for fault in faults))
    return int(bool(faults))


def _run(part: str, cases: Sequence[Case], sides: Sequence[str], limits: Mapping[str, float]) -> list[str]:
    print(f"\n### {part}\n")
    _print_row(
        "instance",
        "gap, bar",
        "ours s",
        f"gap at {EARLY_S:g} s",
        "at end",
        "HiGHS s",
        f"at {EARLY_S:g} s",
        "at end",
        "ratio",
        "CP-SAT s",
        f"at {EARLY_S:g} s",
        "at end",
        "MB ours, HiGHS, CP-SAT",
    )
    _print_row(*["---"] * 13)
    rows: list[Row] = []
    known: dict[tuple[str, str], Outcome] = {}
    for case in cases:
        ours = solved("ours", case, max(case.bar_s, YARDSTICK_S))
        early = ours.gap
        if ours.seconds > EARLY_S:
            early = solved("ours", case, EARLY_S).gap
        for side in () if case.alone else sides[1:]:
            if (side, case.name) not in known:
                known[side, case.name] = solved(side, case, limits[side])
        highs, cp_sat = (known.get((side, case.name)) for side in SIDES[1:])
        rows.append(Row(case, ours, early, highs, cp_sat))
        _print_times(rows[-1])
    print()
    _print_row("processor s by stage", *STAGES)
    _print_row(*["---"] * (1 + len(STAGES)))
    for row in rows:
        _print_row(row.case.name, *(f"{row.ours.stages.get(stage, 0):.2f}" for stage in STAGES))
    return list(_faults(part, rows))


def solved(side: str, case: Case, limit_s: float) -> Outcome:
    """One solve in a process of its own; an empty outcome where it died or had to be given up."""
    call = (sys.executable, "-m", "bench.solve", side, case.name, "--gap", str(case.gap), "--limit", str(limit_s))
    try:
        run = subprocess.run(call, capture_output=True, text=True, timeout=limit_s + _SPARE_S)
    except subprocess.TimeoutExpired:
        return Outcome(seconds=limit_s + _SPARE_S)
    if run.returncode:
        print(f"{side} {case.name}: {run.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return Outcome()
    return Outcome(**json.loads(run.stdout.splitlines()[-1]))


def _closed(outcome: Outcome, gap: float) -> bool:
    return outcome.gap is not None and outcome.gap <= gap * 1.0001


def _faults(part: str, rows: Iterable[Row]) -> Iterable[str]:
    ratios = []
    for row in rows:
        case, ours = row.case, row.ours
        if not row.closed:
            said = f"gap {_gap(ours.gap)} after {ours.seconds:.1f} s"
            yield f"{case.name}: {said}, asked {case.gap:g} in {case.bar_s:g} s"
        if ours.recounted is not True:
            yield f"{case.name}: no plan, or one that does not stand when recounted"
        if ours.peak_mb > MEMORY_BAR_MB:
            yield f"{case.name}: {ours.peak_mb} MB"
        for other in (row.highs, row.cp_sat):
            if other is not None and _contradict(ours, other, case.gap):
                yield f"{case.name}: {ours.value} with bound {ours.bound} beside {other.value} with {other.bound}"
        if row.ratio is not None:
            ratios.append(row.ratio)
    if ratios:
        mean, bar = math.exp(sum(map(math.log, ratios)) / len(ratios)), RATIO_BAR.get(part)
        print(f"\nratio to HiGHS: geometric mean {mean:.2f} over {len(ratios)} instances, bar {bar or 'none'}")
        if bar is not None and mean > bar:
            yield f"{part}: {mean:.2f} times HiGHS, bar {bar:.2f}"


def _contradict(ours: Outcome, other: Outcome, gap: float) -> bool:
    """Whether one side's bound forbids the other's plan. All these instances are of least cost."""
    if ours.value is None or ours.bound is None or other.value is None or other.bound is None:
        return False
    if ours.given_up != other.given_up:
        return ours.given_up > other.given_up
    room = 1 + gap * 1e-3
    return ours.bound > other.value * room or other.bound > ours.value * room


def _print_times(row: Row) -> None:
    cells = [row.case.name, f"{row.case.gap:g}, {row.case.bar_s:g} s", f"**{_time(row.ours)}**"]
    cells += [_gap(row.early_gap), _gap(row.ours.gap)]
    for side in (row.highs, row.cp_sat):
        cells += ["-"] * 3 if side is None else [_time(side), _gap(side.early_gap), _gap(side.gap)]
        if len(cells) == 8:
            cells.append("-" if row.ratio is None else f"{row.ratio:.2f}")
    cells.append(", ".join("-" if side is None else str(side.peak_mb) for side in (row.ours, row.highs, row.cp_sat)))
    _print_row(*cells)


def _time(outcome: Outcome) -> str:
    return f"{outcome.seconds:.1f} ({outcome.processor_s:.1f})"


def _gap(gap: float | None) -> str:
    return "none" if gap is None else f"{gap * 100:.2g} %" if gap >= 1e-3 else f"{gap:.1e}"


def _print_row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
