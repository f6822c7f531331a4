"""The limit of waiting quotes on a running service: who is at it hears 429 and why, nobody else does, and it passes."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.keys import SqlKeyRing
from quoting.adapters.sql.units import Units
from quoting.cli.up import running_system
from tests.builders import another_request
from tests.system import QUICK, Live


@pytest.mark.xdist_group("live")
def test_a_tenant_at_its_limit_is_told_so_over_http_until_a_quote_has_ended(tmp_path: Path):
    hold = tmp_path / "hold"
    env = {**QUICK, "CHIPQUOTE_TEST_POINT": str(hold), "CHIPQUOTE_WAITING_QUOTES": "2"}
    with running_system(tmp_path / "var", env=env) as system, Live(system, hold) as live:
        engine = connect(system.database_url)
        other = {"Authorization": f"Bearer {SqlKeyRing(Units(engine)).create('globex')[1]}"}
        engine.dispose()
        with live.held():
            running = live.ask(another_request())
            live.until(running, "running")
            waiting = [live.ask(another_request()) for _ in range(2)]
            refused = [live.post(another_request()) for _ in range(3)]
            others = live.anonymous.post("/v1/quotes", json=another_request(), headers=other)
        ends = [live.until_done(quote_id)["status"] for quote_id in (running, *waiting)]
        time.sleep(int(refused[-1].headers["Retry-After"]))
        afterwards = live.post(another_request())

    assert {heard(answer) for answer in refused} == {
        (429, "application/problem+json", "too_many_waiting", "1", '"waiting-quotes";q=2', '"waiting-quotes";r=0;t=1')
    }
    assert all("limit of 2 waiting quotes" in answer.json()["detail"] for answer in refused)
    assert (others.status_code, ends, afterwards.status_code) == (202, ["succeeded"] * 3, 202)


def heard(answer: httpx2.Response) -> tuple[int, str, str, str, str, str]:
    fields = (answer.headers[name] for name in ("Retry-After", "RateLimit-Policy", "RateLimit"))
    return answer.status_code, answer.headers["Content-Type"], answer.json()["code"], *fields
