"""API keys: shown once, kept as a hash, refused soon after their end."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import Engine, text

from quoting.adapters import remembered
from quoting.adapters.sql.keys import DEFAULT_SCOPES, SqlKeyRing, mistyped, new_key
from quoting.adapters.sql.units import Units


@pytest.fixture
def ring(engine: Engine) -> SqlKeyRing:
    return SqlKeyRing(Units(engine))


def test_a_key_gives_its_tenant_and_scopes(ring: SqlKeyRing):
    _, key = ring.create("acme", ("quotes:read",))

    who = ring.caller(key)

    assert who is not None
    assert (who.tenant, who.scopes) == ("acme", {"quotes:read"})


def test_only_the_hash_of_a_key_is_kept(ring: SqlKeyRing, engine: Engine):
    _, key = ring.create()

    with engine.connect() as connection:
        rows = [str(tuple(row)) for row in connection.execute(text("SELECT * FROM api_keys"))]

    assert key not in "".join(rows)
    assert key.removeprefix("cq_live_")[4:] not in "".join(rows)
    assert hashlib.sha256(key.encode()).hexdigest() in "".join(rows)


def test_a_revoked_key_is_unknown(ring: SqlKeyRing, engine: Engine):
    key_id, key = ring.create()
    assert ring.revoke(key_id)

    assert ring.caller(key) is None
    assert [record.revoked_at is not None for record in ring.records()] == [True]


def test_a_key_that_was_seen_is_remembered_for_less_than_five_seconds(ring: SqlKeyRing, monkeypatch):
    key_id, key = ring.create()
    assert ring.caller(key) is not None
    ring.revoke(key_id)

    monkeypatch.setattr(remembered.time, "monotonic", lambda now=remembered.time.monotonic(): now + 4.9)

    assert ring.caller(key) is None


def test_a_tenant_may_have_two_live_keys(ring: SqlKeyRing):
    (first_id, first), (_, second) = ring.create("acme"), ring.create("acme")
    ring.revoke(first_id)

    assert ring.caller(first) is None
    assert ring.caller(second) is not None


def test_there_is_nothing_to_revoke_under_an_unknown_id(ring: SqlKeyRing):
    assert not ring.revoke("nobody")


def test_a_mistyped_key_is_known_by_its_checksum():
    key = new_key()
    other = "A" if key[12] != "A" else "B"

    assert key.startswith("cq_live_")
    assert not mistyped(key)
    assert mistyped(key[:12] + other + key[13:])


def test_the_first_key_of_a_start_takes_the_place_of_the_last(ring: SqlKeyRing):
    ring.set_first("cq_live_one")
    ring.set_first("cq_live_two")

    assert ring.caller("cq_live_one") is None
    who = ring.caller("cq_live_two")
    assert who is not None
    assert who.scopes == set(DEFAULT_SCOPES)


def test_a_first_key_that_was_revoked_stays_revoked(ring: SqlKeyRing):
    ring.set_first("cq_live_one")
    ring.revoke("first")
    ring.set_first("cq_live_one")

    assert ring.caller("cq_live_one") is None
