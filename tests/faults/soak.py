"""T22 as a command: `python -m tests.faults.soak --quotes 20000`. Many small quotes; memory of each process, drawn.

Ends with 1 where a quote is lost, or where the second half of the run shows a leak: more than 1 MiB a thousand quotes
in a process, or Redis growing by more than a twentieth.
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

CALLERS, MOST_WAITING, MOST_RISE, MOST_GROWTH = 3, 100, 1.0, 0.05
ENV = {
    "CHIPQUOTE_API_KEY": "cq_live_first-key-of-the-soak",
    "CHIPQUOTE_CACHE_TTL_S": "60",
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


def run(folder: Path, quotes: int, drawing: Path | None, every_s: float) -> int:
    with running_system(folder / "var", workers=2, env=ENV) as system:
        redis = Redis.from_url(system.redis_url)
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
                memory["redis used"] = int(redis.info("memory")["used_memory"]) / MIB
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
        redis.close()
    lines = {name: points for name, points in lines.items() if len(points) > 1}
    if drawing is not None:
        title = f"{done:,} small quotes in {took:.0f} s: memory of each process"
        drawing.write_text(svg(lines, title, "thousand quotes ended", "MiB"))
    more = files[-1] - files[len(files) // 2]
    return judged(lines, done, quotes, took, more)


def judged(lines: Mapping[str, list[tuple[float, float]]], done: int, quotes: int, took: float, more_files: int) -> int:
    """Print what each process held; 1 where it leaks or quotes are lost."""
    print(f"{done} of {quotes} quotes ended in {took:.0f} s, {done / took:.1f} a second")
    faults = [] if done == quotes else [f"{quotes - done} quotes did not end"]
    if more_files > 1:
        faults.append(f"{more_files} more metrics files in the second half")
    for name, points in lines.items():
        later = points[len(points) // 2 :]
        rise = slope(later)
        held = f"first {points[0][1]:6.1f} MiB, last {points[-1][1]:6.1f}"
        print(f"  {name:<16} {held}, second half {rise:+.2f} MiB a thousand")
        if (
            rise * (later[-1][0] - later[0][0]) > MOST_GROWTH * later[0][1]
            if name == "redis used"
            else rise > MOST_RISE
        ):
            faults.append(f"{name} grows")
    for fault in faults:
        print(f"  {fault}")
    return 1 if faults else 0


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
