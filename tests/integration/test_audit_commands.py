"""`chipquote audit` and `chipquote replay` as programs, on a database with one computed quote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.migrate import upgrade
from quoting.bootstrap import local_market
from quoting.domain.quote import make_quote
from quoting.wire.determination import determination_with_flips
from quoting.wire.export_check import load_transaction
from quoting.wire.json_text import canonical
from tests.integration.desk import Desk


@pytest.fixture
def answered(tmp_path: Path) -> Iterator[tuple[Desk, str]]:
    """A desk in a data folder, and the id of a quote that was really computed."""
    engine = connect(f"sqlite:///{tmp_path}/chipquote.sqlite")
    upgrade(engine)
    desk = Desk(engine, local_market())
    quote_id = desk.submit().id
    desk.compute(quote_id, make_quote)
    yield desk, quote_id
    engine.dispose()


def chipquote(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "CHIPQUOTE_DATA_DIR": str(folder)}
    program = Path(sys.executable).with_name("chipquote")
    return subprocess.run((program, *arguments), env=env, capture_output=True, text=True, timeout=60)


def test_a_stored_quote_is_replayed_to_the_same_digest(answered: tuple[Desk, str], tmp_path: Path):
    ended = chipquote(tmp_path, "replay", answered[1], "--json")

    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert said["equal"] is True
    assert said["stored"] == said["replayed"]


def test_a_replay_whose_snapshot_is_gone_names_it(answered: tuple[Desk, str], tmp_path: Path):
    desk, quote_id = answered
    for trigger in ("quotes_request_stays", "quotes_ended_stay"):
        desk.change(f"DROP TRIGGER {trigger}")
    desk.change("UPDATE quotes SET snapshot_digest = 'another'")

    ended = chipquote(tmp_path, "replay", quote_id)

    assert ended.returncode == 9
    assert "snapshot another is gone" in ended.stdout


def test_an_export_check_is_replayed_to_the_same_answer_and_a_changed_one_is_not(
    answered: tuple[Desk, str], tmp_path: Path
):
    desk, _ = answered
    pin = desk.market.pin(date(2026, 3, 2))
    reference = desk.market.snapshot(pin)
    asked = {
        "item": {"chip": "nvidia-h100-sxm-80gb"},
        "movement": {"kind": "export", "from_country": "US", "to_country": "DE"},
        "parties": [{"role": "end_user", "name": "Beispiel Rechenzentrum", "country": "DE", "hq_country": "DE"}],
    }
    transaction = load_transaction(asked, reference.catalogue.chips, date(2026, 3, 2))
    answer = canonical(determination_with_flips(transaction, reference.rules)).decode()
    texts = [(canonical(asked).decode(), text) for text in (answer, '{"outcome":"allowed"}')]
    desk.store.record_checks("acme", texts, pin, reference.parts)
    with desk.engine.connect() as c:
        ids = c.scalars(text("SELECT subject FROM record WHERE kind = 'checked' ORDER BY seq")).all()

    same, another = (chipquote(tmp_path, "replay", check_id, "--json") for check_id in ids)

    assert (same.returncode, json.loads(same.stdout)["equal"]) == (0, True), same.stderr
    assert (another.returncode, json.loads(another.stdout)["equal"]) == (9, False)


def test_an_unknown_quote_cannot_be_replayed(answered: tuple[Desk, str], tmp_path: Path):
    assert chipquote(tmp_path, "replay", "nothing").returncode == 1


def test_the_record_is_verified_exported_and_held_against_the_export(answered: tuple[Desk, str], tmp_path: Path):
    desk, quote_id = answered
    export = tmp_path / "record.jsonl"

    clean = chipquote(tmp_path, "audit", "verify", "--json")
    written = chipquote(tmp_path, "audit", "export", str(export))
    held = chipquote(tmp_path, "audit", "hold", quote_id, "--reason", "asked for by BIS")
    noted = chipquote(tmp_path, "audit", "event", quote_id, "--what", "export", "--on", "2027-01-31")
    for trigger in ("record_is_kept", "record_is_not_changed", "record_heads_go_on", "record_heads_stay"):
        desk.change(f"DROP TRIGGER {trigger}")
    desk.change("DELETE FROM record WHERE seq > 1")
    desk.change("UPDATE record_heads SET seq = 1, hash = (SELECT hash FROM record WHERE seq = 1)")
    cut = chipquote(tmp_path, "audit", "verify", "--json", "--head", str(export))

    assert (clean.returncode, json.loads(clean.stdout)) == (
        0, {"verified": True, "tenants": 1, "entries": 2, "faults": []},
    )  # fmt: skip
    assert [written.returncode, held.returncode, noted.returncode] == [0, 0, 0]
    lines = [json.loads(line) for line in export.read_text().splitlines()]
    assert [head["seq"] for head in lines[0]["heads"]] == [2]
    assert [line["kind"] for line in lines[1:]] == ["accepted", "ended"]
    assert cut.returncode == 9
    assert json.loads(cut.stdout)["faults"] == [
        {"tenant": "acme", "seq": 2, "problem": "the tail is cut: an export has seen entry 2"}
    ]
