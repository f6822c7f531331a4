"""The supervisor: what dies is started again, what ignores the end is ended."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from quoting.cli.processes import Command, Supervisor

STUBBORN = "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo $! > {pid}; wait"
WITHIN_S = 60.0


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pid_in(file: Path) -> int:
    ends = time.monotonic() + WITHIN_S
    while not (file.exists() and file.read_text().strip()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    return int(file.read_text())


def test_children_that_ignore_the_end_are_ended_with_their_own_children(tmp_path: Path):
    pid = tmp_path / "pid"
    with Supervisor(os.environ, None, grace_s=0.3) as supervisor:
        child = supervisor.start(Command("stubborn", ("sh", "-c", STUBBORN.format(pid=pid))))
        grandchild = pid_in(pid)

    assert not alive(child.process.pid)
    assert not alive(grandchild)


def test_what_dies_is_started_again_and_its_rest_is_gone(tmp_path: Path):
    pid = tmp_path / "pid"
    with Supervisor(os.environ, None, grace_s=0.3) as supervisor:
        child = supervisor.start(Command("stubborn", ("sh", "-c", STUBBORN.format(pid=pid))))
        first, orphan = child.process.pid, pid_in(pid)
        os.kill(first, signal.SIGKILL)

        ends = time.monotonic() + WITHIN_S
        while child.process.pid == first and time.monotonic() < ends:
            time.sleep(0.05)

        assert child.process.pid != first
        assert not alive(orphan)
