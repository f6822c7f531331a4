"""Statements that go to the driver as they are: on both databases they do what SQLAlchemy's own way does."""

import pytest
from sqlalchemy import Engine, bindparam, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import upgrade
from quoting.adapters.sql.prepared import Prepared
from quoting.adapters.sql.record_tables import record_heads as heads
from tests.postgres import Postgres

ADD = Prepared(insert(heads), ("tenant", "seq", "hash"))
FIND = Prepared(select(heads.c.tenant, heads.c.seq).where(heads.c.tenant == bindparam("of"), heads.c.seq > 1))


def head(tenant: str, seq: int) -> dict[str, object]:
    return {"tenant": tenant, "seq": seq, "hash": "0" * 64}


@pytest.mark.parametrize("number", [1, 3])
def test_what_is_written_one_by_one_or_many_at_once_is_found_by_either_way(engine: Engine, number: int):
    with engine.execution_options(writes=True).begin() as c:
        ADD.run(c, [head(f"t{each}", each + 2) for each in range(number)])
    with engine.begin() as c:
        assert [tuple(row) for row in c.execute(select(heads.c.tenant, heads.c.seq).order_by(heads.c.tenant))] == [
            (f"t{each}", each + 2) for each in range(number)
        ]
        assert [tuple(row) for row in FIND.rows(c, {"of": "t0"})] == [("t0", 2)]
        assert list(FIND.rows(c, {"of": "nobody"})) == []


def test_an_error_of_the_driver_is_raised_as_sqlalchemy_raises_it(engine: Engine):
    with engine.execution_options(writes=True).connect() as c, c.begin() as transaction:
        ADD.run(c, [head("twice", 1)])
        with pytest.raises(IntegrityError):
            ADD.run(c, [head("twice", 1)])
        transaction.rollback()
    with engine.begin() as c:
        assert c.execute(select(heads)).all() == []


def test_a_connection_that_is_lost_is_not_used_again(postgres: Postgres):
    engine = connect(postgres.database())
    upgrade(engine)
    with engine.connect() as c:
        c.connection.driver_connection.close()
        with pytest.raises(OperationalError):
            FIND.rows(c, {"of": "t0"})
    with engine.begin() as c:
        assert list(FIND.rows(c, {"of": "t0"})) == []
    engine.dispose()
