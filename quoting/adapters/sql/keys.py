"""API keys in SQL: only their SHA-256 is kept, and a revoked one is refused within seconds."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from quoting.adapters.clock import sortable_id
from quoting.adapters.remembered import Remembered
from quoting.adapters.sql.dialect import now_ms
from quoting.adapters.sql.tables import api_keys
from quoting.adapters.sql.units import Units
from quoting.application.quotes import Caller

DEFAULT_SCOPES = ("quotes:write", "quotes:read", "reference:read", "export-checks")
SCOPES = (*DEFAULT_SCOPES, "clearances", "admin")  # to clear a party is a judgement: a key is asked for it by name
DEFAULT_TENANT = "default"
FIRST = "first"
PREFIX = "cq_live_"
PREFIX_LENGTH = 11
REMEMBERED_S = 2.0  # below the five seconds within which a revoked key is refused
REMEMBERED = 1000
_ALPHABET = string.digits + string.ascii_letters
_RANDOM, _CHECK = 43, 6  # 43 of 62 characters are 256 bits; 6 hold a CRC-32
_OURS = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{_RANDOM}}})([0-9A-Za-z]{{{_CHECK}}})")


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is known of a key: everything but the key. Times are UTC."""

    id: str
    prefix: str
    tenant: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


class SqlKeyRing:
    """A fast hash is right here: keys are 256 random bits, not passwords."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._known: Remembered[str, Caller] = Remembered(REMEMBERED_S, REMEMBERED)

    def caller(self, key: str) -> Caller | None:
        """Whom a key belongs to; what was found is remembered for two seconds. A mistyped key asks no database."""
        hashed = _hash(key)
        known = self._known.get(hashed)
        if known is not None:
            return known
        if mistyped(key):
            return None
        query = select(api_keys.c.tenant, api_keys.c.scopes).where(
            api_keys.c.hash == hashed, api_keys.c.revoked_at.is_(None)
        )
        row = self._units.read(lambda c: c.execute(query).first())
        if row is None:
            return None
        found = Caller(row.tenant, frozenset(row.scopes.split()))
        self._known.put(hashed, found)
        return found

    def create(self, tenant: str = DEFAULT_TENANT, scopes: Sequence[str] = DEFAULT_SCOPES) -> tuple[str, str]:
        """A new key. Returns its id, and the key itself, which nobody can read again."""
        key, key_id = new_key(), sortable_id()
        self._units.write(lambda c: c.execute(insert(api_keys).values(_row(key_id, key, tenant, scopes))))
        return key_id, key

    def records(self) -> Sequence[KeyRecord]:
        """All keys, revoked ones too, oldest first."""
        query = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        return [_record(row) for row in self._units.read(lambda c: c.execute(query).all())]

    def revoke(self, key_id: str) -> bool:
        """End a key; False where there is no such key. Ending it twice changes nothing."""

        def unit(c: Connection) -> bool:
            mine = api_keys.c.id == key_id
            c.execute(update(api_keys).where(mine, api_keys.c.revoked_at.is_(None)).values(revoked_at=now_ms()))
            return c.scalar(select(api_keys.c.id).where(mine)) is not None

        return self._units.write(unit)

    def set_first(self, key: str, tenant: str = DEFAULT_TENANT, scopes: Sequence[str] = DEFAULT_SCOPES) -> None:
        """Make `key` the first key of this installation, in place of the one of an earlier start.

        A key that is known already stays as it is, revoked where it was revoked.
        """
        known = select(api_keys.c.id).where(api_keys.c.hash == _hash(key))
        another = delete(api_keys).where(api_keys.c.id == FIRST, api_keys.c.hash != _hash(key))

        def unit(c: Connection) -> None:
            c.execute(another)
            if c.scalar(known) is None:
                c.execute(insert(api_keys).values(_row(FIRST, key, tenant, scopes)))

        self._units.write(unit)


def new_key() -> str:
    """A random key that says what it is for, so that secret scanners find it, with a checksum at its end."""
    random = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return f"{PREFIX}{random}{_checksum(random)}"


def mistyped(key: str) -> bool:
    """Whether it has the form of a key of ours and a checksum that does not fit."""
    parts = _OURS.fullmatch(key)
    return parts is not None and _checksum(parts[1]) != parts[2]


def _checksum(random: str) -> str:
    rest, digits = zlib.crc32(random.encode()), ""
    for _ in range(_CHECK):
        rest, digit = divmod(rest, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def _row(key_id: str, key: str, tenant: str, scopes: Sequence[str]) -> dict[str, Any]:
    return {
        "id": key_id,
        "prefix": key[:PREFIX_LENGTH],
        "hash": _hash(key),
        "tenant": tenant,
        "scopes": " ".join(scopes),
        "created_at": now_ms(),
    }


def _record(row: Any) -> KeyRecord:
    ended = None if row.revoked_at is None else datetime.fromtimestamp(row.revoked_at / 1000, UTC)
    created = datetime.fromtimestamp(row.created_at / 1000, UTC)
    return KeyRecord(row.id, row.prefix, row.tenant, tuple(row.scopes.split()), created, ended)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
