"""What tests share: one running system for all that speak HTTP, one PostgreSQL for all that ask for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quoting.cli.up import running_system
from tests.postgres import Postgres, running_postgres
from tests.system import QUICK, Live


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Real Redis, SQLite, gunicorn, Celery and dispatcher, with short leases and a test point.

    Tests that use it carry the mark `xdist_group("live")`.
    """
    folder = tmp_path_factory.mktemp("live")
    hold = folder / "hold"
    env = {**QUICK, "CHIPQUOTE_TEST_POINT": str(hold)}
    with running_system(folder / "var", workers=1, env=env) as system, Live(system, hold) as live:
        yield live


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL; without one its tests fail, they are not left out."""
    with running_postgres() as postgres:
        yield postgres
