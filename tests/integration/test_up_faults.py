"""`chipquote up` as a program, with the settings it comes with: what is killed comes back, and no quote is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from quoting.cli.run_state import read_processes
from quoting_client import Client
from tests.builders import another_request

pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(300)]
CHIPQUOTE = Path(sys.executable).with_name("chipquote")
BACK_WITHIN_S = 60.0  # five seconds on an idle machine


class Program:
    """`chipquote up` in a folder of its own, and its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        own = {"CHIPQUOTE_DATA_DIR": str(folder), "CHIPQUOTE_API_KEY": f"cq_live_{uuid4()}"}
        self.env = {**os.environ, **own, "CHIPQUOTE_LEASE_S": "6", "CHIPQUOTE_HEARTBEAT_S": "1"}  # a minute is long
        with (folder.parent / "up.log").open("w") as log:
            self.up = subprocess.Popen(
                (CHIPQUOTE, "up", "--port", "0"), env=self.env, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.up.stdout is not None
        self.url = self.up.stdout.readline().removeprefix("ready ").strip()

    def pids(self) -> dict[str, int]:
        """What `chipquote status` reads, without a program for every look."""
        return {process["name"]: process["pid"] for process in read_processes(self.folder) or ()}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("up"))
    try:
        yield program
    finally:
        program.up.send_signal(signal.SIGTERM)
        program.up.communicate(timeout=60)
    assert program.up.returncode == 0


@pytest.mark.parametrize("part", ["api", "worker", "dispatcher", "redis"])
def test_a_part_that_is_killed_comes_back_and_every_accepted_quote_ends(program: Program, part: str):
    before = program.pids()
    with Client(program.url, program.env["CHIPQUOTE_API_KEY"], timeout_s=90) as client:
        accepted = [client.submit(another_request()).id for _ in range(5)]
        os.killpg(before[part], signal.SIGKILL)
        killed = time.monotonic()
        while program.pids().get(part, before[part]) == before[part]:
            assert time.monotonic() - killed < BACK_WITHIN_S, f"{part} does not come back"
            time.sleep(0.1)
        accepted.append(client.submit(another_request()).id)

        ended = [client.wait(quote_id).status for quote_id in accepted]

    assert ended == ["succeeded"] * 6
    assert {name: pid for name, pid in program.pids().items() if name != part} == {
        name: pid for name, pid in before.items() if name != part
    }
