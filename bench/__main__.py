"""`python -m bench`: every measure, one after the other; ends with 1 where one missed its bar."""

from __future__ import annotations

import subprocess
import sys

MODULES = ("bench.allocation", "bench.law", "bench.service")


def main() -> int:
    """Each in a process of its own, so that none finds what another has warmed."""
    return max([subprocess.run((sys.executable, "-m", module)).returncode for module in MODULES])


if __name__ == "__main__":
    sys.exit(main())
