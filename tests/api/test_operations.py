"""What those who run the service ask it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest

from tests.builders import Document, another_request
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")


def test_health_readiness_and_version_need_no_key(live: Live):
    answers = [live.anonymous.get(path) for path in ("/healthz", "/readyz", "/version", "/openapi.json")]

    assert [a.status_code for a in answers] == [200, 200, 200, 200]


def test_readiness_names_its_parts(live: Live):
    assert live.anonymous.get("/readyz").json()["parts"] == {
        "database": "ok", "reference_data": "ok", "redis": "ok", "broker_policy": "ok",
    }  # fmt: skip


def sample(text: str, name: str) -> float:
    """The value of a line of the metrics, summed over its labels beyond those given."""
    lines = [line for line in text.splitlines() if line.startswith(name)]
    assert lines, name
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


def test_the_metrics_count_quotes_queue_cache_stages_and_requests(live: Live):
    request = another_request()
    before = live.anonymous.get("/metrics").text
    for _ in range(2):
        live.until_done(live.ask(request))
    live.settle()  # quotes of other tests may wait still

    answer = live.anonymous.get("/metrics")

    assert answer.headers["Content-Type"].startswith("text/plain")
    for name in ('chipquote_quotes{status="succeeded"}', 'chipquote_quotes_by_cache{cache="hit"}'):
        assert sample(answer.text, name) >= sample(before, name) + 1
    assert sample(answer.text, "chipquote_stage_seconds_count") > 0
    assert sample(answer.text, "chipquote_solver_gap_count") > 0
    assert sample(answer.text, 'chipquote_cache_lookups_total{found="yes"}') > 0
    assert sample(answer.text, 'chipquote_http_request_seconds_count{method="POST",route="/v1/quotes"') >= 2
    assert sample(answer.text, "chipquote_queue_depth") == 0
    assert sample(answer.text, "chipquote_database_up") == 1


def test_every_process_adds_up_in_the_metrics(live: Live):
    name = 'chipquote_http_request_seconds_count{method="GET",route="/version",status="200"}'
    before = sample(live.anonymous.get("/metrics").text, name) if name in live.anonymous.get("/metrics").text else 0

    for _ in range(20):
        httpx2.get(f"{live.system.url}/version", trust_env=False)

    assert sample(live.anonymous.get("/metrics").text, name) == before + 20


def test_the_queue_has_a_depth_and_an_age_while_no_worker_runs(live: Live):
    with live.held(), live.without("worker"):
        live.ask(another_request())
        text = live.anonymous.get("/metrics").text
    live.settle()

    assert sample(text, "chipquote_queue_depth") == 1
    assert sample(text, "chipquote_queue_oldest_seconds") >= 0


def test_readiness_names_redis_while_it_is_down_and_stays_ready(live: Live):
    with live.without("redis"):
        answer = live.anonymous.get("/readyz")
        metrics = live.anonymous.get("/metrics")

    assert answer.status_code == 200
    assert answer.json()["parts"]["redis"] == "failing"
    assert sample(metrics.text, "chipquote_redis_up") == 0


def json_lines(log: Path) -> list[Document]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def test_a_log_line_carries_the_ids_of_request_and_quote(live: Live):
    quote_id = live.post(another_request(), **{"X-Request-Id": "trace-of-the-log"}).json()["id"]
    live.until_done(quote_id)
    live.http.get(f"/v1/quotes/{quote_id}")

    logs = live.system.data_dir / "logs"
    mine = [line for line in json_lines(logs / "api.log") if line.get("request_id") == "trace-of-the-log"]
    computed = [line for line in json_lines(logs / "worker.log") if line["event"] == "quote_computed"]

    assert [(line["event"], line["route"], line["quote_id"]) for line in mine] == [("request", "/v1/quotes", quote_id)]
    assert ("trace-of-the-log", quote_id) in [(line["request_id"], line["quote_id"]) for line in computed]
    assert live.system.key not in (logs / "api.log").read_text()
