"""`make red`: T1 to T20, each with its defence switched off. A test that stays green then is no evidence.

Every row is run as it stands (green) unless `--only-red`, and with its switch (red). Red means that tests failed, not
that they could not be collected or began with an error.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.rig import LONGEST_DRAIN
from tests.faults.weakening import FOLDER, VARIABLE

ROOT = Path(__file__).parents[2]
SYSTEM, STORE, DATABASE, WEAK, SIZES, WRITER = (
    f"tests/faults/test_{n}.py"
    for n in (
        "system_under_faults",
        "store_under_faults",
        "database_faults",
        "weak_databases",
        "queues_by_size",
        "another_writer",
    )
)


@dataclass(frozen=True)
class Row:
    test: str
    switches: str
    file: str
    tests: str  # pytest -k
    marks: str = "not long"


ROWS = (
    Row("T1", "no_redispatch", SYSTEM, "t01"),
    Row("T2", "no_redispatch,no_rescue", STORE, "t02"),
    Row("T3", "no_fence", STORE, "t03"),
    Row("T4", "no_rescue", SYSTEM, "t04"),
    Row("T5", "no_fence", STORE, "t05"),
    Row("T6", "no_attempt_limit", STORE, "t06"),
    Row("T7", "no_canary", SYSTEM, "t07_a_worker_that_hears_nothing"),
    Row("T8", "patient_redis", SYSTEM, "t08"),
    Row("T9", "one_queue", SIZES, "t09"),
    Row("T10", "no_redispatch", SYSTEM, "t10"),
    Row("T11", "any_broker", DATABASE, "t11 and not full"),
    Row("T12", "weak_database", WEAK, "t12"),
    Row("T13", "trusting_cache", SYSTEM, "t13"),
    Row("T14", "unclaimed_due", STORE, "t14"),
    Row("T15", "kill_instead_of_term", SYSTEM, "t15"),
    Row("T16", "late_cancel", STORE, "t16_a_quote_that_was_cancelled_in_the_queue"),
    Row("T17", "one_page_rescue", STORE, "t17"),
    Row("T18", "deferred_writes", WRITER, "t18"),
    Row("T19", "raw_errors", DATABASE, "t19"),
    Row("T20", "raw_errors", DATABASE, "t20"),
    Row("T35", "no_row_security", "tests/integration/test_tenants_apart.py", "without_a_filter"),
)


def run(row: Row, switches: str) -> tuple[str, str, float]:
    """Outcome (green, red, broken), pytest's last line, seconds."""
    env = {
        **os.environ,
        VARIABLE: switches,
        LONGEST_DRAIN: "20" if switches else "120",
        "PYTHONPATH": os.pathsep.join((str(FOLDER), str(ROOT))),
    }
    argv = (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-m",
        row.marks,
        "-k",
        row.tests,
        row.file,
    )
    began = time.monotonic()
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if re.search(r"\d (passed|failed|error)", line)]
    last = lines[-1] if lines else (done.stdout + done.stderr)[-300:]
    failed = " failed" in last
    outcome = "green" if done.returncode == 0 else "red" if done.returncode == 1 and failed else "broken"
    reason = next((line.strip() for line in done.stdout.splitlines() if line.startswith("E  ")), "")
    return (
        outcome,
        f"{last.strip('= ')}" + (f" | {reason[:140]}" if outcome != "green" else ""),
        time.monotonic() - began,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.red", description=__doc__)
    parser.add_argument("--only-red", action="store_true", help="not also as they stand")
    parser.add_argument("tests", nargs="*", help="T1 T2 ...; default all")
    given = parser.parse_args()
    wrong = []
    for row in ROWS:
        if given.tests and row.test not in given.tests:
            continue
        for wanted, switches in (("green", ""), ("red", row.switches)):
            if wanted == "green" and given.only_red:
                continue
            outcome, words, took = run(row, switches)
            print(
                f"{row.test:<4} {wanted:<6} {switches or 'as it stands':<28} {outcome:<6} {took:5.0f} s  {words}",
                flush=True,
            )
            if outcome != wanted:
                wrong.append(f"{row.test} {wanted}")
    print(
        f"{len(wrong)} not as they have to be: {', '.join(wrong)}" if wrong else "every test is red without its defence"
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
