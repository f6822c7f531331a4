"""A SQL store on a migrated SQLite file, and requests on their way into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import upgrade
from quoting.bootstrap import local_market
from tests.integration.desk import Desk


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path}/quotes.sqlite")
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def market():
    return local_market()


@pytest.fixture
def desk(engine: Engine, market) -> Desk:
    return Desk(engine, market)
