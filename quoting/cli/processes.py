"""Child processes under watch: each a group of its own, started again when it dies, ended for certain."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from quoting.cli.guardian import Guardian

LOOK_EVERY_S = 0.2
START_AGAIN_AFTER_S = (0.5, 1.0, 2.0, 3.0)  # then every three seconds: always within five
STEADY_AFTER_S = 10.0
GRACE_S = 8.0


@dataclass(frozen=True, slots=True)
class Command:
    """How to start a process. `given` goes to its standard input, `inherited` are file descriptors it keeps.

    `serves_others`: it is ended after those that need it.
    """

    name: str
    argv: Sequence[str]
    given: str = ""
    inherited: tuple[int, ...] = ()
    serves_others: bool = False


class Child:
    """One process group, and when it was started."""

    def __init__(self, command: Command, env: Mapping[str, str], log: Path | None, guardian: Guardian) -> None:
        self.command, self._guardian = command, guardian
        self._env, self._log = env, log
        self._deaths, self._start_at = 0, 0.0
        self.since = 0.0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self.since = time.time()
        output = None if self._log is None else self._log.open("ab")
        try:
            process = subprocess.Popen(
                self.command.argv,
                env=self._env,
                stdin=subprocess.PIPE if self.command.given else subprocess.DEVNULL,
                stdout=output if output is not None else 2,  # standard output belongs to the program
                stderr=output,
                pass_fds=self.command.inherited,
                start_new_session=True,
            )
        finally:
            if output is not None:
                output.close()
        self._guardian.guard(process.pid)
        if process.stdin is not None:
            with suppress(BrokenPipeError), process.stdin:
                process.stdin.write(self.command.given.encode())
        return process

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def revive(self) -> None:
        """Start it again if it has died, after a pause that grows with every death in a row."""
        if self.alive:
            return
        now = time.monotonic()
        if self._start_at == 0.0:
            self.signal(signal.SIGKILL)  # what the dead one left of its group
            self._guardian.release(self.process.pid)
            self._deaths = 0 if time.time() - self.since > STEADY_AFTER_S else self._deaths
            self._start_at = now + START_AGAIN_AFTER_S[min(self._deaths, len(START_AGAIN_AFTER_S) - 1)]
            self._deaths += 1
        elif now >= self._start_at:
            self.process, self._start_at = self._start(), 0.0

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group; the dead hear nothing."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


class Supervisor:
    """Runs commands as long as its `with` block lasts. Nothing is left behind, also of children that ignore the end.

    Args:
        logs: folder with a file for the output of each; None lets them write to standard error.
        on_change: hears of the children that are alive, whenever one has come or gone.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        logs: Path | None,
        grace_s: float = GRACE_S,
        on_change: Callable[[Sequence[Child]], None] | None = None,
    ) -> None:
        self._env, self._logs, self._grace_s, self._on_change = env, logs, grace_s, on_change
        self._told: list[tuple[str, int]] = []
        self._children: list[Child] = []
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def __enter__(self) -> Supervisor:
        self._guardian = Guardian()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        for last in (False, True):
            self._end([child for child in self._children if child.command.serves_others is last])
        self._guardian.close()

    def start(self, command: Command) -> Child:
        log = None if self._logs is None else self._logs / f"{command.name}.log"
        with self._lock:
            child = Child(command, self._env, log, self._guardian)
            self._children.append(child)
            self._tell()
        return child

    def forget(self, child: Child) -> None:
        """End a child for good."""
        with self._lock:
            self._children.remove(child)
            self._tell()
        self._end([child])

    @property
    def children(self) -> Sequence[Child]:
        return tuple(self._children)

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            with self._lock:
                for child in self._children:
                    child.revive()
                self._tell()

    def _tell(self) -> None:
        alive = [child for child in self._children if child.alive]
        now = [(child.command.name, child.process.pid) for child in alive]
        if self._on_change is not None and now != self._told:
            self._told = now
            self._on_change(alive)

    def _end(self, children: Sequence[Child]) -> None:
        """Ask all of them, wait for the slowest within the grace, then kill what is left of their groups."""
        ends = time.monotonic() + self._grace_s
        for child in children:
            child.signal(signal.SIGTERM)
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, ends - time.monotonic()))
            child.signal(signal.SIGKILL)
            child.process.wait()
