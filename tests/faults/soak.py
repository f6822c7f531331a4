"""T22 as a command: `python -m tests.faults.soak --quotes 20000`. Many small quotes; memory of each process, drawn.

Ends with 1 where a quote is lost, where the second half of the run shows a leak (more than 1 MiB a thousand quotes in a
process, or files of counters that become more), or where Redis keeps more than it began with when the answers that it
holds for a minute are gone. While they are there, it holds what was asked for in a minute: the machine decides.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import httpx2
from redis import Redis

from quoting.bootstrap import take_census
from quoting.cli.up import System, running_system
from quoting.config import Settings
from tests.faults.memory import MIB, resident, slope, svg
from tests.faults.rig import a_small_request

CALLERS, MOST_WAITING, CACHE_TTL_S = 3, 100, 60
MOST_RISE, MOST_KEYS_LEFT, MOST_MIB_LEFT = 1.0, 10, 0.5
REDIS = "redis used"
ENV = {
    "CHIPQUOTE_API_KEY": "cq_live_first-key-of-the-soak",
    "CHIPQUOTE_CACHE_TTL_S": str(CACHE_TTL_S),
    "CHIPQUOTE_LOG_LEVEL": "WARNING",
}


def call(system: System, numbers: Iterator[int], quotes: int, room: threading.Event) -> None:
    """Post quotes until so many were accepted by all callers together."""
    headers = {"Authorization": f"Bearer {system.key}"}
    with httpx2.Client(base_url=system.url, headers=headers, timeout=60, trust_env=False) as http:
        for number in iter(lambda: next(numbers), None):
            if number >= quotes:
                return
            room.wait()
            while http.post("/v1/quotes", json=a_small_request(f"soak {number}")).status_code != 202:
                time.sleep(0.2)


def ended(system: System) -> tuple[int, int]:
    """How many quotes have ended, and how many are open."""
    statuses = take_census(Settings(database_url=system.database_url)).statuses
    open_ones = sum(n for status, n in statuses.items() if not status.done)
    return sum(statuses.values()) - open_ones, open_ones


def at_rest(redis: Redis) -> tuple[int, float]:
    """Keys, and MiB in use. Who looks at every key lets Redis drop what is past its time."""
    keys = sum(1 for _ in redis.scan_iter(count=1000))
    return keys, int(redis.info("memory")["used_memory"]) / MIB


def run(folder: Path, quotes: int, drawing: Path | None, every_s: float) -> int:
    with running_system(folder / "var", workers=2, env=ENV) as system:
        redis = Redis.from_url(system.redis_url)
        before = at_rest(redis)
        numbers, room = count(), threading.Event()
        room.set()
        crew = [
            threading.Thread(target=call, args=(system, numbers, quotes, room), daemon=True) for _ in range(CALLERS)
        ]
        for thread in crew:
            thread.start()
        began, lines, files = time.monotonic(), {}, []
        looked = 0.0
        while True:
            done, open_ones = ended(system)
            (room.clear if open_ones > MOST_WAITING else room.set)()
            if time.monotonic() - looked >= every_s or done >= quotes:
                looked = time.monotonic()
                files.append(len(list((folder / "var" / "metrics").iterdir())))
                memory = {name: size / MIB for name, size in resident(system.supervisor).items() if size}
                memory[REDIS] = int(redis.info("memory")["used_memory"]) / MIB
                for name, size in memory.items():
                    lines.setdefault(name, []).append((done / 1000, size))
                took = time.monotonic() - began
                print(
                    f"{took:7.0f} s  {done} ended, {open_ones} open, {redis.dbsize()} keys, {files[-1]} metrics files",
                    flush=True,
                )
            if done >= quotes or (open_ones == 0 and not any(t.is_alive() for t in crew)):
                break
            time.sleep(0.25)
        took = time.monotonic() - began
        time.sleep(CACHE_TTL_S)
        after = at_rest(redis)
        redis.close()
    lines = {name: points for name, points in lines.items() if len(points) > 1}
    if drawing is not None:
        title = f"{done:,} small quotes in {took:.0f} s: memory of each process"
        drawing.write_text(svg(lines, title, "thousand quotes ended", "MiB"))
    more = files[-1] - files[len(files) // 2]
    faults = judged(lines, done, quotes, took, more)
    print(f"  Redis at rest: {before[0]} keys, {before[1]:.2f} MiB before; {after[0]} keys, {after[1]:.2f} MiB after")
    if after[0] > before[0] + MOST_KEYS_LEFT or after[1] > before[1] + MOST_MIB_LEFT:
        faults.append("Redis keeps more than it began with")
    for fault in faults:
        print(f"  {fault}")
    return 1 if faults else 0


def judged(
    lines: Mapping[str, list[tuple[float, float]]], done: int, quotes: int, took: float, more_files: int
) -> list[str]:
    """Print what each process held; which of them leak, and whether quotes are lost."""
    print(f"{done} of {quotes} quotes ended in {took:.0f} s, {done / took:.1f} a second")
    faults = [] if done == quotes else [f"{quotes - done} quotes did not end"]
    if more_files > 1:
        faults.append(f"{more_files} more metrics files in the second half")
    for name, points in lines.items():
        later = points[len(points) // 2 :]
        rise = slope(later)
        held = f"first {points[0][1]:6.1f} MiB, last {points[-1][1]:6.1f}"
        print(f"  {name:<16} {held}, second half {rise:+.2f} MiB a thousand")
        if name != REDIS and rise > MOST_RISE:
            faults.append(f"{name} grows")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--quotes", type=int, default=20_000)
    parser.add_argument("--every", type=float, default=10, help="seconds between two looks at memory")
    parser.add_argument("--drawing", type=Path, help="an SVG file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chipquote-soak-") as folder:
        sys.exit(run(Path(folder), given.quotes, given.drawing, given.every))


if __name__ == "__main__":
    main()
