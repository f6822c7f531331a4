"""A SQL store on a migrated database of each kind, and requests on their way into it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis, RedisError
from sqlalchemy import Engine

from quoting.adapters.embedded_redis import embedded_redis
from quoting.adapters.redis_cache import redis_client
from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import upgrade
from quoting.bootstrap import local_market
from tests.integration.desk import Desk
from tests.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/quotes.sqlite"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.database()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def market():
    return local_market()


@pytest.fixture
def desk(engine: Engine, market) -> Desk:
    return Desk(engine, market)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of one's own."""
    folder: Path = tmp_path_factory.mktemp("redis")
    server = embedded_redis(folder, "16mb")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(server.argv, stdin=subprocess.PIPE, stdout=log)
    assert process.stdin is not None
    with process.stdin:
        process.stdin.write(server.configuration.encode())
    client = redis_client(server.url)
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            client.ping()
            break
        except RedisError:
            time.sleep(0.05)
    client.close()
    yield server.url
    process.terminate()
    process.wait()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """An empty one."""
    client = redis_client(redis_url)
    client.flushall()
    yield client
    client.close()
