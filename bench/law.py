"""Determinations a second, as a ratio to what Python's own `json` takes to read and write the same lines.

    python -m bench.law [FILE.jsonl] [--copies N]

Both sides run in this process, in turns, on the same lines; the better of five rounds counts. Processor time, so that
other work on the machine weighs little. Exit 1 where the batch takes more than the bar.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from quoting.cli.export_checks import answer_of
from quoting.cli.local_law import local_law

BAR = 12.0  # times the cost of json alone
ROUNDS = 5
CASES = Path(__file__).parents[1] / "tests" / "rules" / "cases" / "export-cases.jsonl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=CASES)
    parser.add_argument("--copies", type=int, default=5, help="how often each line is taken, under names of its own")
    options = parser.parse_args()
    lines = _lines(options.file, options.copies)
    law, today = local_law(), date(2026, 11, 24)

    def plain() -> None:
        with tempfile.TemporaryFile("w") as out:
            for line in lines:
                out.write(json.dumps(json.loads(line)) + "\n")

    def determined() -> None:
        with tempfile.TemporaryFile("w") as out:
            for line in lines:
                out.write(json.dumps(answer_of(line, law, today), ensure_ascii=False) + "\n")

    best = {plain: float("inf"), determined: float("inf")}
    first = _took(determined)
    for _ in range(ROUNDS):
        for run in best:
            best[run] = min(best[run], _took(run))
    ratio = best[determined] / best[plain]
    print(f"{len(lines):,} lines; json alone {best[plain] / len(lines) * 1e6:.1f} us a line")
    each, rate = best[determined] / len(lines) * 1e6, len(lines) / best[determined]
    print(f"whole batch {each:.1f} us a line: {rate:,.0f} a second")
    print(f"ratio {ratio:.1f} (bar {BAR:g}); the first pass, nothing remembered: {first / best[plain]:.1f}")
    return int(ratio > BAR)


def _lines(file: Path, copies: int) -> list[bytes]:
    """The lines, each copy with buyers of other names: no name is looked up from memory alone in the first pass."""
    text = file.read_text(encoding="utf-8").splitlines()
    copied = (line.replace("Example Buyer", f"Example Buyer {n}") for n in range(copies) for line in text if line)
    return [line.encode() for line in copied]


def _took(run: Callable[[], None]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
