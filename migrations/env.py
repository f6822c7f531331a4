"""Runs migrations on the engine that `quoting.adapters.sql.migrate` hands over."""

from __future__ import annotations

from alembic import context

from quoting.adapters.sql.dialect import alone
from quoting.adapters.sql.tables import metadata

with context.config.attributes["engine"].connect() as connection:
    # One transaction for all that is missing, also on SQLite, which Alembic takes for a database that has none for DDL:
    # of two that migrate at once the second then finds everything done.
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
    with context.begin_transaction():
        alone(connection, "migrations")
        context.run_migrations()
    connection.commit()
