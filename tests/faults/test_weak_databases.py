"""T12: nothing starts on a database that may lose what it has acknowledged. Power loss itself is not simulated."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from quoting.adapters.sql.dialect import WeakDatabase, connect
from quoting.adapters.sql.units import Units
from quoting.bootstrap import prepare_database
from quoting.config import Settings
from tests.faults.weakening import VARIABLE, weakened
from tests.postgres import Postgres

KEY = "cq_live_key-of-these-tests"
PYTHON = (sys.executable, "-m")
ROLES = {
    "api": (*PYTHON, "gunicorn", "-c", "python:service.gunicorn_config", "--bind", "127.0.0.1:0"),
    "dispatcher": (*PYTHON, "workers.dispatcher"),
    "worker": (*PYTHON, "celery", "-A", "workers.app", "worker", "--pool", "prefork"),
    "migrate": (*PYTHON, "quoting.cli.migrate"),
    "up": (str(Path(sys.executable).with_name("chipquote")), "up", "--port", "0"),
}
NO_REDIS = "redis://127.0.0.1:1/0"
WEAK = {
    "sqlite without a log": "journal_mode delete",
    "sqlite that does not flush": "synchronous 1",
    "postgresql that does not wait": "synchronous_commit off",
}


CASES = [
    ("sqlite without a log", "dispatcher"),
    *((kind, role) for kind in ("sqlite that does not flush", "postgresql that does not wait") for role in ROLES),
]


def test_t12_a_database_with_weak_commits_is_refused():
    engine = connect("sqlite:///:memory:")
    with pytest.raises(WeakDatabase, match="journal_mode memory"):
        Units(engine).read(lambda c: c.execute(text("SELECT 1")).scalar())
    engine.dispose()


@pytest.mark.parametrize(("kind", "role"), CASES)
def test_t12_no_part_starts_on_a_database_with_weak_commits(tmp_path: Path, postgres: Postgres, kind: str, role: str):
    env = {**os.environ, **weakened(), "CHIPQUOTE_DATA_DIR": str(tmp_path), "CHIPQUOTE_REDIS_URL": NO_REDIS}
    file = tmp_path / "q.sqlite"
    url = postgres.database() if kind.startswith("postgresql") else f"sqlite:///{file}"
    prepare_database(Settings(database_url=url), "cq_live_key-of-these-tests")
    if kind == "sqlite without a log":  # this way to lock cannot share the memory that a log needs
        url = f"sqlite:///file:{file}?vfs=unix-dotfile&uri=true"
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    elif kind == "sqlite that does not flush":
        env[VARIABLE] = ",".join(filter(None, (env[VARIABLE], "no_flush")))
    else:
        url += "?options=-c%20synchronous_commit=off"
    env["CHIPQUOTE_DATABASE_URL"] = url

    ended = subprocess.run(ROLES[role], env=env, capture_output=True, text=True, timeout=60)

    assert ended.returncode != 0
    assert WEAK[kind] in ended.stderr
