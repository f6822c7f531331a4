"""How much memory this process holds, and the most it may."""

from __future__ import annotations

import os
import resource
from pathlib import Path

MIB = 1024 * 1024
HARD = 1.5  # the kernel refuses at so many times what ends a quote: what grows within one look is bounded too
_STATM = Path("/proc/self/statm")


def resident_mb() -> float:
    """MiB in memory now; 0 where the system does not say (no Linux)."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB
    except OSError:
        return 0.0


def bound(most_mb: int) -> None:
    """Let the kernel refuse this process more than 1.5 times `most_mb` of data."""
    limit = int(most_mb * HARD * MIB)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
