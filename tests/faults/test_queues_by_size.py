"""T9: small quotes are answered while large ones are computed; tenants share each queue fairly."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from quoting.application.quotes import Size
from tests.faults.rig import Rig, a_small_request, in_parallel, running_rig
from tests.integration.desk import Desk

LONG, SHORT = 20, 50
A_SMALL_ONE, A_LARGE_ONE = {"explain": "none"}, {"explain": "full"}
LARGE_FROM = {"large_from": 2}


@pytest.mark.xdist_group("faults")
def test_t09_short_quotes_do_not_wait_behind_long_ones(tmp_path: Path):
    with running_rig(tmp_path, workers=1, slots=2, env={"CHIPQUOTE_LARGE_FROM": "2"}) as rig:
        rig.live._hold.write_text("only long")
        long = [f"t09-long-{n}" for n in range(LONG)]
        for key in long:
            rig.documents[key] = {**a_small_request(key), **A_LARGE_ONE, "client_ref": "long"}
            rig.post(key)
        rig.live.until(rig.ids[long[0]], "running")
        short = [f"t09-short-{n}" for n in range(SHORT)]
        rig.documents.update({key: a_small_request(key) for key in short})
        in_parallel(rig.post, short, 8)

        rig.drain(short, 60)
        waits = sorted(_seconds(rig, key) for key in short)
        open_ones = [rig.read(key) for key in long]
        rig.live._hold.unlink()
        rig.drain(long, 60)
        found = rig.judge(long + short)

    p95 = waits[int(SHORT * 0.95) - 1]
    print(f"{SHORT} short ones behind {LONG} long ones: p95 {p95:.2f} s, slowest {waits[-1]:.2f} s")
    assert set(open_ones) <= {"queued", "running"}, "no long one was in the way, and none had ended"
    assert p95 < 50  # ten times the bar of the table
    assert found.clean, "\n".join(found.faults[:10])


def _seconds(rig: Rig, key: str) -> float:
    quote = rig.live.quote(rig.ids[key])
    assert quote["done"], f"{key} waits behind the long ones"
    ended, asked = (datetime.fromisoformat(quote[name]) for name in ("finished_at", "created_at"))
    return (ended - asked).total_seconds()


def test_a_ring_for_a_small_quote_is_answered_by_a_small_one(engine, market):
    desk = Desk(engine, market, **LARGE_FROM)
    large = desk.submit(**A_LARGE_ONE).id
    small = desk.submit(**A_SMALL_ONE).id

    assert desk.store.turn(small) == small
    assert desk.store.turn(large) == large


def test_tenants_take_turns_in_each_queue(engine, market):
    desk = Desk(engine, market, **LARGE_FROM)
    greedy = [desk.submit(client_ref=str(n), **A_LARGE_ONE).id for n in range(3)]
    desk.store.claim(greedy[0], "worker")
    desk.submit(tenant="globex", **A_SMALL_ONE)
    modest = desk.submit(tenant="globex", **A_LARGE_ONE).id

    assert desk.store.turn(greedy[1]) == modest


def test_a_full_queue_of_large_ones_keeps_no_small_one_from_being_rung(engine, market):
    desk = Desk(engine, market, dispatch_after_s=0.001, **LARGE_FROM)
    desk.submit(**A_LARGE_ONE)
    small = desk.submit(**A_SMALL_ONE).id
    desk.change("UPDATE quotes SET next_dispatch_at = 0")

    assert [wake.quote_id for wake in desk.store.due({Size.SMALL: 10, Size.LARGE: 0})] == [small]
