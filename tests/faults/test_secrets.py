"""T40: planted secrets are in no log, no error and no process list; headers; containers as they are declared."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from quoting.adapters.memory import HARD
from tests.faults.rig import a_small_request
from tests.system import QUICK, Live

PARENT_MIB = 256  # what the parent of a worker's processes holds
ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.mark.xdist_group("live")
def test_t40_secrets_are_in_no_log_no_answer_and_no_process_list(live: Live):
    key = live.system.key
    redis_password = live.system.redis_url.split("@")[0].rsplit(":", 1)[1]
    private = "Confidential Supplier Canary-7261"
    wrong_key = "cq_live_wrong-canary-5150"
    request = a_small_request("canary")
    request["offers"][0]["vendor"] = private
    live.until_done(live.ask(request))
    said = [
        live.http.post(
            "/v1/quotes", content=b"{oops " + key.encode(), headers={"Content-Type": "application/json"}
        ).text,
        live.post({**request, "buyer": "nobody"}).text,
        httpx2.get(
            f"{live.system.url}/v1/quotes", headers={"Authorization": f"Bearer {wrong_key}"}, trust_env=False
        ).text,
        live.anonymous.get("/metrics").text,
        live.anonymous.get("/openapi.json").text,
    ]
    with socket.create_connection(("127.0.0.1", httpx2.URL(live.system.url).port), timeout=10) as sock:
        sock.sendall(f"GET /v1/quotes HTTP/1.1\r\nHost: x\r\nAuthorization Bearer {key}\r\n\r\n".encode())
        said.append(sock.recv(65536).decode())
    live.redis.lpush("chipquote.quotes", '{"body": "!", "headers": {}, "properties": {}}')
    live.until_done(live.ask(a_small_request("canary after")))

    logs = {p.name: p.read_text(errors="replace") for p in (live.system.data_dir / "logs").iterdir()}
    running = subprocess.run(("ps", "-eo", "args"), capture_output=True, text=True, check=True).stdout
    assert logs
    for secret in (key, redis_password, wrong_key):
        assert [name for name, text in logs.items() if secret in text] == []
        assert not any(secret in text for text in said if secret != key)
        assert secret not in running
    assert not any(QUICK["CHIPQUOTE_API_KEY"] in text for text in said[1:])
    assert [name for name, text in logs.items() if private in text] == []


@pytest.mark.xdist_group("live")
@pytest.mark.parametrize("path", ["/healthz", "/v1/quotes", "/v1/nothing", "/openapi.json", "/docs"])
def test_t40_every_answer_says_how_it_may_be_used(live: Live, path: str):
    headers = live.http.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Request-Id"]
    assert headers["Cache-Control"]


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_t40_containers_are_read_only_and_without_privileges(name: str):
    service = COMPOSE["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert service.get("image", "").startswith("chipquote") or service.get("user", "999:999") != "0"


def mib(limit: str) -> int:
    return int(limit[:-1]) * {"m": 1, "g": 1024}[limit[-1]]


def default(value: str) -> str:
    """What compose puts in the place of `${NAME:-DEFAULT}` where nobody names another."""
    match = re.fullmatch(r"\$\{\w+:-(\w+)\}", value)
    return match[1] if match else value


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_t40_containers_are_bounded_in_memory_and_processes(name: str):
    service = COMPOSE["services"][name]

    assert 256 <= mib(default(service["mem_limit"])) <= 8192
    assert 0 < service["pids_limit"] <= 256


@pytest.mark.parametrize(
    ("name", "processes"), [("worker", "CHIPQUOTE_WORKERS"), ("worker-small", "CHIPQUOTE_SMALL_WORKERS")]
)
def test_a_quote_that_needs_too_much_is_ended_before_its_container_is(name: str, processes: str):
    service = COMPOSE["services"][name]
    settings = {key: default(value) for key, value in service["environment"].items()}

    refused_mib = int(settings["CHIPQUOTE_WORKER_MEMORY_MB"]) * HARD
    assert mib(default(service["mem_limit"])) >= int(settings[processes]) * refused_mib + PARENT_MIB


def test_a_redis_is_full_before_its_container_is():
    for name in ("redis-broker", "redis-cache"):
        service = COMPOSE["services"][name]
        most = service["command"][service["command"].index("--maxmemory") + 1]
        assert mib(service["mem_limit"]) >= 1.4 * int(most.removesuffix("mb"))


def test_t40_the_image_runs_as_a_user_without_rights():
    lines = (ROOT / "docker" / "Dockerfile").read_text().splitlines()

    assert [line for line in lines if line.startswith("USER ")][-1] not in ("USER root", "USER 0")


def test_t40_secrets_come_from_files_and_no_broker_is_published():
    assert set(COMPOSE["secrets"]) >= {"db_password", "api_key"}
    published = {name for name, service in COMPOSE["services"].items() if "ports" in service}
    assert published == {"api"}
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["api"]["ports"])


def test_t40_no_compose_file_names_a_test_point():
    assert "TEST" not in (ROOT / "docker-compose.yml").read_text()
