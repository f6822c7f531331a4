"""Numbers of processes: one each, and free again however a process ends."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from quoting.adapters.slots import Slot


def in_a_fork(slot: Slot) -> tuple[int, int]:
    """A fork that has taken its number and waits; its pid and the number."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writes, str(slot()).encode())
        signal.pause()
    os.close(writes)
    with os.fdopen(reads) as pipe:
        return pid, int(os.read(pipe.fileno(), 9))


def test_a_fork_has_a_number_of_its_own_and_its_successor_has_it_again(tmp_path: Path):
    slot = Slot(tmp_path)
    mine = slot()
    first, number = in_a_fork(slot)
    second, another = in_a_fork(slot)

    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    third, successor = in_a_fork(slot)
    for pid in (second, third):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    assert (mine, slot()) == (0, 0)
    assert {number, another} == {1, 2}
    assert successor == number
