"""`chipquote up` as a program: one line when it answers, nothing left when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

pytestmark = pytest.mark.xdist_group("live")


def groups_of(folder: Path) -> list[int]:
    """Processes that have our data folder in their environment."""
    found, wanted = [], f"CHIPQUOTE_DATA_DIR={folder}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def start_up(folder: Path) -> subprocess.Popen[str]:
    env = {**os.environ, "CHIPQUOTE_DATA_DIR": str(folder), "CHIPQUOTE_API_PROCESSES": "1"}
    env.pop("CHIPQUOTE_API_KEY", None)
    return subprocess.Popen(
        (Path(sys.executable).with_name("chipquote"), "up", "--port", "0"),
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_up_that_is_ended_while_it_starts_leaves_nothing_behind(tmp_path: Path):
    up = start_up(tmp_path)
    ends = time.monotonic() + 60
    while len(groups_of(tmp_path)) < 2 and time.monotonic() < ends:
        time.sleep(0.02)

    up.send_signal(signal.SIGINT)
    out, _ = up.communicate(timeout=60)

    assert (up.returncode, out) == (0, "")
    assert groups_of(tmp_path) == []


def test_up_prints_one_line_and_leaves_nothing_behind(tmp_path: Path):
    up = start_up(tmp_path)
    assert up.stdout is not None
    line = up.stdout.readline()
    url = line.removeprefix("ready ").strip()
    health = httpx2.get(f"{url}/healthz", trust_env=False).status_code
    running = groups_of(tmp_path)

    up.send_signal(signal.SIGTERM)
    rest, errors = up.communicate(timeout=60)
    time.sleep(0.5)

    assert line.startswith("ready http://127.0.0.1:")
    assert health == 200
    assert len(running) > 4
    assert "API key: cq_live_" in errors
    assert (up.returncode, rest) == (0, "")
    assert groups_of(tmp_path) == []


def test_up_that_is_killed_leaves_nothing_running(tmp_path: Path):
    up = start_up(tmp_path)
    assert up.stdout is not None
    assert up.stdout.readline().startswith("ready ")
    running = groups_of(tmp_path)

    up.kill()
    up.communicate(timeout=60)

    ends = time.monotonic() + 60
    while groups_of(tmp_path) and time.monotonic() < ends:
        time.sleep(0.1)
    assert len(running) > 4
    assert groups_of(tmp_path) == []
