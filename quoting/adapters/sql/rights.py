"""What the roles of API and workers may do on PostgreSQL: neither owns anything, only the second sees every tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine, text

from quoting.adapters.sql.dialect import alone

API_ROLE, WORKER_ROLE = "chipquote_api", "chipquote_worker"
_ADDED_TO = "idempotency, results, record, reference_files"
_CHANGED = "quotes, record_heads, clearances"
RIGHTS: Mapping[str, Sequence[tuple[str, str]]] = {
    API_ROLE: (
        ("SELECT, INSERT", _ADDED_TO),
        ("SELECT, INSERT, UPDATE", _CHANGED),
        ("SELECT", "api_keys, quote_census"),
    ),
    WORKER_ROLE: (
        ("SELECT, INSERT, UPDATE, DELETE", f"{_ADDED_TO}, {_CHANGED}"),
        ("SELECT", "every_tenant, quote_census"),
    ),
}


def grant_rights(engine: Engine) -> None:
    """Give the roles of API and workers what they need, where the server has such roles; else the owner serves."""
    with engine.begin() as connection:
        alone(connection, "migrations")
        there = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
        for role in RIGHTS.keys() & there:
            for rights, tables in RIGHTS[role]:
                connection.execute(text(f"GRANT {rights} ON {tables} TO {role}"))
