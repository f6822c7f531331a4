"""Ends what a supervisor left behind when it was killed itself: its children would go on, and nobody would know."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

# Reads "+PID" and "-PID" until its input ends. The kernel ends it with the supervisor, however that went.
_PROGRAM = """
import os, signal, sys
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


class Guardian:
    """A process in a session of its own that holds the other end of a pipe from this one."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            (sys.executable, "-I", "-S", "-c", _PROGRAM), stdin=subprocess.PIPE, start_new_session=True, text=True
        )

    def guard(self, group: int) -> None:
        """End this process group when we are gone."""
        self._tell(f"+{group}")

    def release(self, group: int) -> None:
        """It has ended; its number may come to belong to somebody else."""
        self._tell(f"-{group}")

    def close(self) -> None:
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()
