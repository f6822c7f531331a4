"""Exit codes of the program, and the failures that have one of their own. Contract section 1."""

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


class RemoteError(Exception):
    """The service gave no answer."""

    exit = Exit.UNEXPECTED


class NotAllowed(RemoteError):
    """The key is missing, wrong, or lacks a scope."""

    exit = Exit.NOT_ALLOWED


class JobFailed(RemoteError):
    """The quote ended without a result."""

    exit = Exit.JOB_FAILED


class StillRunning(RemoteError):
    """The deadline came before the end."""

    exit = Exit.STILL_RUNNING


class NotReached(RemoteError):
    """Nobody answers, or not as this service does."""

    exit = Exit.NOT_REACHED
