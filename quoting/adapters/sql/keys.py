"""API keys in SQL: looked up by their SHA-256 with every request, so that a revoked key is refused at once."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import delete, insert, select

from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.tables import api_keys
from quoting.adapters.sql.units import Units
from quoting.application.ports import Caller

DEFAULT_SCOPES = ("quotes:write", "quotes:read", "reference:read", "export-checks")
FIRST = "first"
PREFIX_LENGTH = 11


class SqlKeyRing:
    """A fast hash is right here: keys are 256 random bits, not passwords."""

    def __init__(self, units: Units) -> None:
        self._units = units

    def caller(self, key: str) -> Caller | None:
        query = select(api_keys.c.tenant, api_keys.c.scopes).where(
            api_keys.c.hash == _hash(key), api_keys.c.revoked_at.is_(None)
        )
        row = self._units.read(lambda c: c.execute(query).first())
        return None if row is None else Caller(row.tenant, frozenset(row.scopes.split()))

    def set_first(self, key: str, tenant: str = "default", scopes: tuple[str, ...] = DEFAULT_SCOPES) -> None:
        """Make `key` the first key of this installation, in place of the one of an earlier start."""
        row = {"id": FIRST, "prefix": key[:PREFIX_LENGTH], "hash": _hash(key), "tenant": tenant}
        self._units.write(
            lambda c: (
                c.execute(delete(api_keys).where(api_keys.c.id == FIRST)),
                c.execute(insert(api_keys).values(**row, scopes=" ".join(scopes), created_at=now_ms())),
            )
        )


def new_key() -> str:
    """A random key that says what it is for, so that secret scanners find it."""
    return f"cq_live_{secrets.token_urlsafe(32)}"


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
