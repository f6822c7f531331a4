"""The nemesis as a command: `python -m tests.faults.nemesis --seconds N --seed S --quotes N`.

Callers ask for quotes while faults are injected by a seeded schedule; then faults stop, the system drains, and the
checker reads the record. Ends with 1 unless nothing was lost, ended twice or changed. The history is kept as a file.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

from tests.faults.rig import BRPOP_REPLY, Rig, a_small_request, running_rig
from tests.postgres import Postgres, running_postgres

FAULTS = (
    "kill worker", "kill worker", "kill api", "kill dispatcher", "kill redis", "stop worker", "stop redis",
    "flush redis", "cut proxy", "swallow replies", "half-open proxy", "slow proxy", "redis read-only",
)  # fmt: skip


TERMINATE = "terminate postgresql sessions"


class Nemesis:
    """Injects one fault after another, the same for the same seed."""

    def __init__(self, rig: Rig, seed: int, seconds: float, postgres: Postgres | None) -> None:
        self._postgres = postgres
        self._faults = FAULTS if postgres is None else (*FAULTS, TERMINATE, TERMINATE)
        self._rig, self._random, self._seconds = rig, random.Random(seed), seconds
        self.done: Counter[str] = Counter()
        self._began = time.monotonic()

    def run(self) -> None:
        while time.monotonic() - self._began < self._seconds:
            fault, length = self._random.choice(self._faults), self._random.uniform(0.5, 3.0)
            worker = self._random.randrange(len(self._rig.workers()))
            print(f"{time.monotonic() - self._began:7.1f} s  {fault} ({length:.1f})", flush=True)
            with suppress(ProcessLookupError, StopIteration, OSError):
                self._inject(fault, length, worker)
            self.done[fault] += 1
            time.sleep(self._random.uniform(0.5, 2.5))
        self.stop()

    def _inject(self, fault: str, length: float, worker: int) -> None:
        rig = self._rig
        actions: dict[str, Callable[[], None]] = {
            "kill worker": lambda: os.killpg(rig.workers()[worker].process.pid, signal.SIGKILL),
            "kill api": lambda: rig.live.kill("api"),
            "kill dispatcher": lambda: rig.live.kill("dispatcher"),
            "kill redis": rig.kill_redis,
            "stop worker": lambda: self._stop(rig.workers()[worker].process.pid, length + 1.5),
            "stop redis": lambda: self._stop(rig.redis_child.process.pid, length),
            "flush redis": self._flush,
            "cut proxy": lambda: (rig.proxy.cut(), None)[1],
            "swallow replies": lambda: self._swallow(3),
            "half-open proxy": lambda: self._for(length, "half_open", True, False),
            "slow proxy": lambda: self._for(length, "delay_s", 0.05, 0.0),
            "redis read-only": lambda: self._read_only(length),
            TERMINATE: self._terminate,
        }
        actions[fault]()

    def _terminate(self) -> None:
        """Every session of the program, at once."""
        assert self._postgres is not None
        with self._postgres.connect() as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    def _stop(self, pid: int, length: float) -> None:
        with self._rig.stopped(pid):
            time.sleep(length)

    def _flush(self) -> None:
        with suppress(Exception):
            self._rig.redis.flushall()

    def _swallow(self, count: int) -> None:
        self._rig.proxy.swallow, self._rig.proxy.swallow_left = BRPOP_REPLY, count

    def _for(self, length: float, name: str, value: object, after: object) -> None:
        setattr(self._rig.proxy, name, value)
        time.sleep(length)
        setattr(self._rig.proxy, name, after)
        self._rig.proxy.cut()

    def _read_only(self, length: float) -> None:
        with suppress(Exception):
            self._rig.redis.execute_command("REPLICAOF", "127.0.0.1", "1")
            time.sleep(length)
        with suppress(Exception):
            self._rig.redis.execute_command("REPLICAOF", "NO", "ONE")

    def stop(self) -> None:
        """Take every fault back that lasts."""
        proxy = self._rig.proxy
        proxy.half_open, proxy.delay_s, proxy.swallow_left = False, 0.0, 0
        self._rig.until_redis_is_back()
        with suppress(Exception):
            self._rig.redis.execute_command("REPLICAOF", "NO", "ONE")


def run(
    folder: Path, seconds: float, seed: int, quotes: int, postgres: Postgres | None = None, drain_s: float = 120.0
) -> int:
    """Ask for quotes over the whole time, injecting faults; 0 where the judgement is clean."""
    env = {"CHIPQUOTE_MAX_ATTEMPTS": "20"}
    if postgres is not None:
        env["CHIPQUOTE_DATABASE_URL"] = postgres.database()
    with running_rig(folder, workers=2, env=env, history=folder / "history.jsonl") as rig:
        nemesis = Nemesis(rig, seed, seconds, postgres)
        keys = [f"n{seed}-{n}" for n in range(quotes)]
        rig.documents.update({key: a_small_request(key) for key in keys})
        began = time.monotonic()

        def caller(part: int, parts: int) -> None:
            mine = keys[part::parts]
            for number, key in enumerate(mine):
                late = began + number * seconds / len(mine) - time.monotonic()
                if late > 0:
                    time.sleep(late)
                rig.post(key, within_s=120)
                if number:
                    rig.read(mine[number - 1])

        crew = [threading.Thread(target=caller, args=(part, 8), daemon=True) for part in range(8)]
        for thread in crew:
            thread.start()
        nemesis.run()
        for thread in crew:
            thread.join(180)
        accepted = [key for key in keys if key in rig.ids]
        took = rig.drain(accepted, drain_s)
        found = rig.judge(accepted)
        print(
            f"seed {seed}, {seconds:.0f} s, faults: "
            + ", ".join(f"{n} {name}" for name, n in sorted(nemesis.done.items()))
        )
        print(f"drained in {took:.1f} s after the last fault; {found.line()}")
        for fault in found.faults[:20]:
            print(f"  {fault}")
        return 0 if found.clean and len(accepted) == quotes else 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.nemesis", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quotes", type=int, default=2000)
    parser.add_argument(
        "--folder", type=Path, help="where history, logs and database stay; default: a new temporary one"
    )
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL whose sessions are terminated as well")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="chipquote-nemesis-"))
    print(f"folder {folder}", flush=True)
    with running_postgres() if given.postgres else nullcontext() as postgres:
        ended = run(folder, given.seconds, given.seed, given.quotes, postgres)
    sys.exit(ended)


if __name__ == "__main__":
    main()
