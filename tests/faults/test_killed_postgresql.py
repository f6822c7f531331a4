"""T19 on a running system: PostgreSQL killed and started again, and its sessions terminated, while callers post."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.rig import assert_all_well, in_parallel, running_rig
from tests.postgres import Postgres, running_postgres

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(600)]
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"


@contextmanager
def killed_and_cut_off(postgres: Postgres, kills: int, down_s: float, rests_s: float) -> Iterator[threading.Event]:
    """Kill the server and start it again so many times; between two, terminate every session. Set when it has ended."""
    ended = threading.Event()

    def nemesis() -> None:
        for _ in range(kills):
            time.sleep(rests_s)
            with postgres.connect() as connection:
                connection.execute(TERMINATE)
            time.sleep(rests_s)
            postgres.kill()
            time.sleep(down_s)
            postgres.start()
        ended.set()

    thread = threading.Thread(target=nemesis)
    thread.start()
    try:
        yield ended
    finally:
        thread.join()


@pytest.mark.parametrize("kills", [2, pytest.param(8, marks=pytest.mark.long)])
def test_t19_a_postgresql_that_is_killed_loses_and_doubles_nothing(tmp_path: Path, kills: int):
    with (
        running_postgres() as postgres,
        running_rig(tmp_path, workers=2, env={"CHIPQUOTE_DATABASE_URL": postgres.database()}) as rig,
    ):
        with killed_and_cut_off(postgres, kills, down_s=2.0, rests_s=2.5) as ended:

            def call(caller: int) -> list[str]:
                keys: list[str] = []
                while not ended.is_set():
                    keys += rig.ask(1, f"t19-{caller}-{len(keys)}", pause_s=0.3)
                return keys

            keys = [key for some in in_parallel(call, list(range(4)), 4) for key in some]

        refused = [line["status"] for line in rig.history.lines if line["what"] == "refused"]
        unheard = [line for line in rig.history.lines if line["what"] == "unknown"]
        print(f"{kills} kills, {len(keys)} quotes, {len(refused)} refusals")
        assert (set(refused), unheard) == ({503}, [])
        assert_all_well(rig, keys, 120)
