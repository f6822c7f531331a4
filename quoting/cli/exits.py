"""Exit codes of the program. Contract section 1."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    INVALID = 3
    NOT_ALLOWED = 4
    JOB_FAILED = 5
    INFEASIBLE = 6
    IF_CLEARED = 7
    STILL_RUNNING = 8
    MISMATCH = 9
    NOT_REACHED = 10


VERDICT = {
    "feasible_safe": Exit.DONE,
    "feasible_if_cleared": Exit.IF_CLEARED,
    "infeasible": Exit.INFEASIBLE,
}
