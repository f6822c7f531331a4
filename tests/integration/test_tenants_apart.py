"""PostgreSQL keeps tenants apart where a statement forgets to: T35 below the filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from quoting.adapters.market import PackagedMarket
from quoting.adapters.sql.census import SqlCensus
from quoting.adapters.sql.clearances import SqlClearances
from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.keys import SqlKeyRing
from quoting.adapters.sql.migrate import upgrade
from quoting.adapters.sql.record_tables import record_heads
from quoting.adapters.sql.tables import metadata, quotes, results
from quoting.adapters.sql.units import Units
from quoting.application.errors import StoreUnavailable
from quoting.application.quotes import Status
from tests.integration.desk import TENANT, Desk
from tests.postgres import Postgres

OTHER = "globex"


@dataclass
class Roles:
    """One database as its owner sees it, as the API does, and as workers do."""

    owner: Engine
    api: Engine
    worker: Engine


@pytest.fixture
def roles(postgres: Postgres) -> Iterator[Roles]:
    url = postgres.database()
    engines = [
        connect(url.replace("chipquote@", f"{role}@")) for role in ("chipquote", "chipquote_api", "chipquote_worker")
    ]
    upgrade(engines[0])
    yield Roles(*engines)
    for engine in engines:
        engine.dispose()


@pytest.fixture
def filled(roles: Roles, market: PackagedMarket) -> Roles:
    """Each of two tenants has a quote with a result."""
    desk = Desk(roles.owner, market)
    for tenant in (TENANT, OTHER):
        desk.compute(desk.submit(tenant=tenant).id)
    return roles


def seen(engine: Engine, tenant: str | None) -> dict[str, set[str]]:
    """Tenants of the rows that statements without any filter find; results by the tenant of their quote."""

    def unit(c) -> dict[str, set[str]]:
        named = [table for table in metadata.sorted_tables if "tenant" in table.c and table.name != "api_keys"]
        found = {table.name: set(c.scalars(select(table.c.tenant))) for table in named}
        ids = set(c.scalars(select(results.c.quote_id)))
        owners = {row.id: row.tenant for row in c.execute(select(quotes.c.id, quotes.c.tenant))}
        return {**found, "results": {owners.get(i, "not visible") for i in ids}}

    return Units(engine).read(unit, tenant)


@pytest.mark.parametrize("role", ["owner", "api", "worker"])
def test_a_statement_without_a_filter_finds_nothing_of_another_tenant(filled: Roles, role: str):
    found = seen(getattr(filled, role), TENANT)

    assert found["quotes"] == found["results"] == found["record"] == found["record_heads"] == {TENANT}
    assert set().union(*found.values()) == {TENANT}


def test_the_api_sees_nothing_at_all_where_it_names_no_tenant(filled: Roles):
    assert set().union(*seen(filled.api, None).values()) == set()


@pytest.mark.parametrize("role", ["owner", "worker"])
def test_who_works_for_all_sees_all(filled: Roles, role: str):
    assert seen(getattr(filled, role), None)["results"] == {TENANT, OTHER}


def test_the_api_can_neither_change_a_row_of_another_tenant_nor_write_one_for_it(roles: Roles, market: PackagedMarket):
    desk = Desk(roles.owner, market)
    for tenant in (TENANT, OTHER):
        desk.submit(tenant=tenant)
    units = Units(roles.api)

    taken = units.write(lambda c: c.execute(update(quotes).values(cancel_requested=True)), TENANT)
    with pytest.raises(StoreUnavailable, match="row-level security"):
        units.write(lambda c: c.execute(insert(record_heads).values(tenant="another", seq=0, hash="")), TENANT)

    assert taken.rowcount == 1


def test_a_tenant_is_named_for_one_transaction_only(filled: Roles):
    units = Units(filled.api)
    units.read(lambda c: c.execute(select(quotes.c.id)), TENANT)

    assert units.read(lambda c: c.scalar(text("SELECT coalesce(current_setting('chipquote.tenant', true), '')"))) == ""


def test_a_name_of_a_tenant_is_never_read_as_sql(filled: Roles):
    odd = "x'; SET chipquote.tenant = 'globex"

    assert set().union(*seen(filled.api, odd).values()) == set()


def test_every_table_with_a_tenant_is_under_forced_row_level_security(roles: Roles):
    query = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    with roles.owner.connect() as c:
        forced = set(c.scalars(query))

    named = {table.name for table in metadata.sorted_tables if "tenant" in table.c}
    assert forced == named - {"api_keys"} | {"results"}  # keys are looked up before the tenant is known


def test_no_role_of_the_program_is_a_superuser_or_bypasses_policies(roles: Roles):
    query = text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'chipquote%' AND (rolsuper OR rolbypassrls)")
    with roles.owner.connect() as c:
        assert c.scalars(query).all() == []


def test_api_and_workers_do_all_they_do_in_their_roles(roles: Roles, market: PackagedMarket):
    _, key = SqlKeyRing(Units(roles.owner)).create(TENANT)
    front, back = Desk(roles.api, market), Desk(roles.worker, market, dispatch_after_s=0.001)
    assert SqlKeyRing(Units(roles.api)).caller(key) is not None

    first = front.submit(key=("k", "f")).id
    assert front.submit(key=("k", "f")).id == first
    cancelled = front.store.cancel(TENANT, front.submit(client_ref="2").id)
    front.store.ping()
    assert back.store.turn(first) == first
    back.compute(first)
    back.store.requeue_stale(), back.store.expire()

    assert cancelled.status is Status.CANCELLED
    assert front.store.result(TENANT, first).text
    assert len(front.store.page(TENANT, None, 10, None).quotes) == 2
    assert SqlCensus(Units(roles.api))().statuses[Status.SUCCEEDED] == 1
    assert SqlClearances(Units(roles.api), front.store._recorder).records(TENANT) == []
    with pytest.raises(DBAPIError, match="permission denied"), roles.api.connect() as c:
        c.execute(text("DELETE FROM quotes"))
