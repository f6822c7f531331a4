"""One running system for all tests that speak HTTP: real Redis, SQLite, gunicorn, Celery and dispatcher."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from quoting.cli.up import running_system
from tests.system import QUICK, Live


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The system, with short leases and a test point; tests that use it carry the mark `xdist_group("live")`."""
    folder = tmp_path_factory.mktemp("live")
    hold = folder / "hold"
    env = {**QUICK, "CHIPQUOTE_TEST_POINT": str(hold)}
    with running_system(folder / "var", workers=1, env=env) as system, Live(system, hold) as live:
        yield live
