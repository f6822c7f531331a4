"""T18: another process holds the lock of SQLite for seconds; callers wait, and are answered."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.rig import Rig, assert_all_well, in_parallel, median_and_p99_ms, running_rig
from tests.faults.weakening import weakened

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(600)]


@contextmanager
def _another_writer(rig: Rig, holds_s: float, rests_s: float) -> Iterator[None]:
    """Takes the lock of SQLite again and again for as long as the block lasts."""
    file = urlsplit(rig.live.system.database_url).path
    ended = threading.Event()

    def hog() -> None:
        connection = sqlite3.connect(file, isolation_level=None, timeout=60)
        while not ended.is_set():
            connection.execute("BEGIN IMMEDIATE")
            ended.wait(holds_s)
            connection.execute("COMMIT")
            ended.wait(rests_s)
        connection.close()

    other = threading.Thread(target=hog)
    other.start()
    try:
        yield
    finally:
        ended.set()
        other.join()


def _refusals(rig: Rig, keys: list[str]) -> list[str]:
    """Answers to posts that were none of acceptance."""
    return [str(line) for line in rig.history.lines if line["what"] in ("refused", "unknown") and line["key"] in keys]


def test_t18_another_writer_of_sqlite_is_waited_for(rig: Rig):
    with _another_writer(rig, holds_s=2.0, rests_s=1.0):
        keys = in_parallel(lambda n: rig.ask(2, f"t18-{n}", within_s=40), list(range(8)), 8)

    mine = [key for some in keys for key in some]
    assert _refusals(rig, mine) == []
    assert_all_well(rig, mine)


@pytest.mark.long
def test_t18_eight_processes_beside_another_writer_answer_each_caller(tmp_path: Path):
    with running_rig(tmp_path, workers=2, env={**weakened(), "CHIPQUOTE_API_PROCESSES": "8"}) as rig:
        posts: list[float] = []
        reads: list[str | None] = []

        def call(caller: int) -> list[str]:
            keys = []
            while time.monotonic() < ends:
                began = time.monotonic()
                keys += rig.ask(1, f"t18-{caller}-{len(keys)}")
                posts.append(time.monotonic() - began)
                reads.append(rig.read(keys[-1]))
                time.sleep(0.3)
            return keys

        ends = time.monotonic() + 60
        with _another_writer(rig, holds_s=3.0, rests_s=7.0):
            mine = [key for keys in in_parallel(call, list(range(8)), 8) for key in keys]

        _, p99 = median_and_p99_ms(posts)
        print(f"{len(posts)} posts by 8 callers of 8 processes, p99 {p99 / 1000:.2f} s, slowest {max(posts):.2f} s")
        assert _refusals(rig, mine) == []
        assert None not in reads
        assert p99 < 20_000  # five times the bar
        assert_all_well(rig, mine, 240)
