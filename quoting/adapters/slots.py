"""Numbers for processes that share a folder: each number belongs to one living process, and to its successor after it.

So what is named by number does not grow with every process that is replaced.
"""

from __future__ import annotations

import fcntl
import os
from itertools import count
from pathlib import Path


class Slot:
    """The number of this process in a folder: the lowest that nobody holds; free again however the process ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pid, self._number, self._lock = 0, 0, -1

    def __call__(self) -> int:
        if self._pid != os.getpid():  # the first time, or in a fork: the lock that came along is the parent's
            self._number, self._lock = self._take()
            self._pid = os.getpid()
        return self._number

    def _take(self) -> tuple[int, int]:
        for number in count():
            lock = os.open(self._folder / f"slot-{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            return number, lock
        raise AssertionError("numbers do not end")
