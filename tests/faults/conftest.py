"""Systems to break, and whatever a run of `make red` has switched off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from quoting.adapters.market import PackagedMarket
from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import upgrade
from quoting.bootstrap import local_market
from tests.faults.rig import Rig, running_rig
from tests.faults.weakening import VARIABLE, weaken
from tests.integration.desk import Desk

weaken(os.environ.get(VARIABLE, ""))


@pytest.fixture(scope="session")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One broken system for all; tests that use it carry the mark `xdist_group("faults")`."""
    with running_rig(tmp_path_factory.mktemp("rig")) as rig:
        yield rig


@pytest.fixture
def database_file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/quotes.sqlite"


@pytest.fixture
def engine(database_file: str) -> Iterator[Engine]:
    engine = connect(database_file)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def market() -> PackagedMarket:
    return local_market()


@pytest.fixture
def desk(engine: Engine, market: PackagedMarket) -> Desk:
    return Desk(engine, market)
