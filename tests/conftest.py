"""What tests share: a running system on each database for all that speak HTTP, and one PostgreSQL."""

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


@pytest.fixture(scope="session")
def on_postgresql(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The same on PostgreSQL, with two workers."""
    folder = tmp_path_factory.mktemp("on-postgresql")
    hold = folder / "hold"
    env = {**QUICK, "CHIPQUOTE_DATABASE_URL": postgres.database(), "CHIPQUOTE_TEST_POINT": str(hold)}
    with running_system(folder / "var", workers=2, env=env) as system, Live(system, hold) as live:
        yield live
    assert list(folder.glob("**/*.sqlite")) == []


@pytest.fixture(params=["sqlite", "postgresql"])
def system(request: pytest.FixtureRequest) -> Live:
    """Each of the two in turn; carries the mark of `live`."""
    live: Live = request.getfixturevalue({"sqlite": "live", "postgresql": "on_postgresql"}[request.param])
    return live
