"""The table of conventions, row by row, against the running service. Idempotency and waiting: test_quote_routes."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from quoting.adapters.sql.dialect import connect
from quoting.adapters.sql.keys import DEFAULT_SCOPES, SCOPES, SqlKeyRing
from quoting.adapters.sql.units import Units
from quoting.bootstrap import dependencies
from quoting.config import Settings
from service.app import create_app
from tests.api.test_access_matrix import BODY, ROUTES, Route, ask
from tests.builders import Document, a_request, another_request
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MIB = 1024 * 1024
JSON = {"Content-Type": "application/json"}


def a_path(route: Route) -> str:
    return (
        route.path.replace("<quote_id>", str(uuid4()))
        .replace("<chip_id>", "nvidia-l40s")
        .replace("<clearance_id>", str(uuid4()))
    )


def is_problem(answer: httpx2.Response, status: int) -> bool:
    return (
        answer.status_code == status
        and answer.headers["Content-Type"] == "application/problem+json"
        and answer.json()["request_id"] == answer.headers["X-Request-Id"]
        and "Retry-After" not in answer.headers
    )


def test_a_wrong_method_is_refused_on_every_path_with_the_right_ones(live: Live):
    paths = {route.path: {r.method for r in ROUTES if r.path == route.path} for route in ROUTES}
    wrong = []
    for route in ROUTES:
        for method in METHODS:
            if method in paths[route.path]:
                continue
            answer = live.http.request(method, a_path(route))
            allowed = set(answer.headers.get("Allow", "").split(", "))
            if not is_problem(answer, 405) or not paths[route.path] <= allowed or method in allowed:
                wrong.append((method, route.path, answer.status_code, allowed))

    assert wrong == []


def test_what_accepts_no_json_is_refused_on_every_path(live: Live):
    answers = [live.http.request(r.method, a_path(r), headers={"Accept": "text/html"}) for r in ROUTES]

    assert all(is_problem(answer, 406) for answer in answers)


def test_a_slash_too_many_is_another_path_and_never_a_redirect(live: Live):
    paths = [f"{a_path(route)}/" for route in ROUTES] + ["/v1//quotes", "/v1", "/v1/", "/v1/nothing"]

    answers = [live.http.get(path) for path in paths]

    assert all(is_problem(answer, 404) for answer in answers)


@pytest.fixture(scope="module")
def all_scopes(live: Live) -> Iterator[httpx2.Client]:
    """A client that every door is open to."""
    engine = connect(live.system.database_url)
    _, key = SqlKeyRing(Units(engine)).create("conventions", SCOPES)
    engine.dispose()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=live.system.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def test_an_unknown_parameter_is_refused_on_every_path(all_scopes: httpx2.Client):
    answers = [
        all_scopes.request(
            r.method, a_path(r), params={"colour": "red"}, json={} if r.path in BODY and r.method == "POST" else None
        )
        for r in ROUTES
    ]

    assert all(is_problem(answer, 422) for answer in answers)
    assert {answer.json()["errors"][0]["pointer"] for answer in answers} == {"/colour"}


@pytest.mark.parametrize("path", BODY)
def test_every_body_is_json_as_it_is(all_scopes: httpx2.Client, path: str):
    bodies = {
        400: (b'{"a": 1, "a": 2}', JSON),
        415: (b"{}", {"Content-Type": "text/plain"}),
    }
    answers = {
        status: all_scopes.post(path, content=body, headers=headers) for status, (body, headers) in bodies.items()
    }
    encoded = all_scopes.post(path, content=b"{}", headers={**JSON, "Content-Encoding": "gzip"})
    deep = all_scopes.post(path, content=b"[" * 33 + b"]" * 33, headers=JSON)

    assert all(is_problem(answer, status) for status, answer in answers.items())
    assert is_problem(encoded, 415)
    assert is_problem(deep, 400)


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/v1/quotes", 16 * MIB), ("/v1/export-checks/batch", 16 * MIB), ("/v1/export-checks", MIB // 4)],
)
def test_a_body_over_its_limit_is_refused_and_one_at_it_is_read(live: Live, path: str, limit: int):
    over = live.http.post(path, content=b"[" + b" " * (limit - 1) + b"]", headers=JSON)
    at_it = live.http.post(path, content=b"[" + b" " * (limit - 2) + b"]", headers=JSON)

    assert is_problem(over, 413)
    assert at_it.status_code in (200, 422)


def test_a_declared_length_of_a_gibibyte_is_refused_at_once(live: Live):
    host, port = live.system.url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/quotes HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {live.system.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {1024 * MIB}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(4096)

    assert b" 413 " in answer.split(b"\r\n")[0]


def test_every_answer_echoes_the_request_id_and_every_problem_holds_it(live: Live):
    good = live.http.get("/v1/chips/nvidia-l40s", headers={"X-Request-Id": "trace-1"})
    bad = live.http.get("/v1/chips/nothing", headers={"X-Request-Id": "trace-2"})
    made = {live.http.get("/v1/chips/nvidia-l40s").headers["X-Request-Id"] for _ in range(3)}

    assert good.headers["X-Request-Id"] == "trace-1"
    assert (bad.headers["X-Request-Id"], bad.json()["request_id"]) == ("trace-2", "trace-2")
    assert len(made) == 3


def test_pace_is_said_only_where_a_quote_is_not_done(live: Live):
    quote_id = live.ask(another_request())
    live.until_done(quote_id)
    with live.held():
        running = live.ask(another_request())
        paced = [
            live.http.get(f"/v1/quotes/{running}"),
            live.http.get(f"/v1/quotes/{running}/result"),
            live.post(another_request()),
            live.http.post(f"/v1/quotes/{running}/cancel"),
        ]
        live.until(running, "running", "cancelled")
    unpaced = [
        live.http.get(f"/v1/quotes/{quote_id}"),
        live.http.get(f"/v1/quotes/{quote_id}/result"),
        live.http.post(f"/v1/quotes/{quote_id}/cancel"),
        live.http.get("/v1/quotes"),
        live.http.get(f"/v1/quotes/{uuid4()}"),
        live.anonymous.get("/v1/quotes"),
        live.http.get("/v1/chips"),
        live.anonymous.get("/readyz"),
    ]
    live.settle()

    assert all(int(a.headers["Retry-After"]) >= 1 for a in paced if not a.json().get("done"))
    assert ["Retry-After" in a.headers for a in unpaced] == [False] * len(unpaced)


def test_the_etag_of_a_quote_changes_with_it(live: Live):
    with live.held():
        path = f"/v1/quotes/{live.ask(another_request())}"
        live.until(path.rpartition("/")[2], "running")
        running = live.http.get(path).headers["ETag"]
    live.until_done(path.rpartition("/")[2])

    answer = live.http.get(path, headers={"If-None-Match": running})

    assert answer.status_code == 200
    assert answer.json()["done"]
    assert answer.headers["ETag"] != running


def test_a_head_request_is_answered_like_its_get_without_a_body(live: Live):
    path = f"/v1/quotes/{live.ask(another_request())}"
    live.until_done(path.rpartition("/")[2])

    answer = live.http.head(path)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"] == live.http.get(path).headers["ETag"]


def test_pages_neither_repeat_nor_skip_while_quotes_arrive(live: Live):
    before = [live.ask(a_request(client_ref=f"page-{n}")) for n in range(30)]
    stop = threading.Event()

    def arrive() -> None:
        while not stop.is_set():
            live.ask(a_request())

    seen: list[str] = []
    arriving = threading.Thread(target=arrive)
    arriving.start()
    try:
        cursor: dict[str, str] = {}
        while len(set(before) & set(seen)) < len(before):
            page = live.http.get("/v1/quotes", params={"limit": 4, **cursor}).json()
            seen += [quote["id"] for quote in page["data"]]
            cursor = {"cursor": page["next_cursor"]}
    finally:
        stop.set()
        arriving.join()

    assert len(seen) == len(set(seen))
    assert [quote_id for quote_id in seen if quote_id in set(before)] == before[::-1]
    live.settle()


def test_more_waiters_than_a_quarter_of_the_threads_are_answered_at_once(live: Live):
    """Sixteen threads in each of two processes: eight may wait."""
    wait_s = 6

    def follow(path: str) -> tuple[float, Document]:
        started = time.monotonic()
        answer = httpx2.get(
            f"{live.system.url}{path}",
            headers={"Authorization": f"Bearer {live.system.key}", "Prefer": f"wait={wait_s}"},
            timeout=30,
            trust_env=False,
        )
        return time.monotonic() - started, answer.json()

    with live.held(), live.without("worker"):
        path = f"/v1/quotes/{live.ask(another_request())}"
        with ThreadPoolExecutor(24) as pool:
            waiting = [pool.submit(follow, path) for _ in range(24)]
            time.sleep(1)
            healthy = live.anonymous.get("/healthz").status_code
            meanwhile = not all(each.done() for each in waiting)
            answers = [each.result() for each in waiting]

    held = [seconds for seconds, _ in answers if seconds >= wait_s]
    assert (healthy, meanwhile) == (200, True)
    assert 1 <= len(held) <= 8
    assert not any(quote["done"] for _, quote in answers)


def test_a_service_without_its_database_says_so_and_when_to_try_again(tmp_path: Path):
    settings = Settings.from_env({"CHIPQUOTE_DATABASE_URL": f"sqlite:///{tmp_path}/nowhere/chipquote.sqlite"})
    client = create_app(dependencies(settings)).test_client()

    ready = client.get("/readyz")
    listed = client.get("/v1/quotes", headers={"Authorization": "Bearer cq_live_x"})

    assert (ready.status_code, ready.get_json()["parts"]["database"]) == (503, "failing")
    assert (listed.status_code, listed.get_json()["code"]) == (503, "unavailable")
    assert [int(a.headers["Retry-After"]) for a in (ready, listed)] == [1, 1]
    assert client.get("/healthz").status_code == 200
    assert b"chipquote_database_up 0.0" in client.get("/metrics").data


def test_the_sizes_of_the_table_are_refused_beyond_and_named(live: Live):
    base = another_request()
    party, site, demand = base["parties"][1], base["sites"][0], base["demand"][0]
    rule = {"kind": "exclude", "select": {"vendors": ["nobody"]}}
    beyond = {
        "/offers": {"offers": [{**base["offers"][0], "id": f"o{n}"} for n in range(20_001)]},
        "/demand": {"demand": [{**demand, "id": f"d{n}"} for n in range(1_001)]},
        "/sites": {"sites": [{**site, "id": f"s{n}"} for n in range(201)]},
        "/parties": {"parties": [{**party, "id": f"p{n}"} for n in range(501)]},
        "/rules": {"rules": [{**rule, "id": f"r{n}"} for n in range(501)]},
        "/scenarios": {"scenarios": [{"name": f"n{n}"} for n in range(11)]},
        "/demand/0/qty": {"demand": [{**demand, "qty": 10**9 + 1}]},
        "/client_ref": {"client_ref": "x" * 201},
        "/explain": {  # 200,500 pairs
            "explain": "full",
            "offers": [{**base["offers"][0], "id": f"o{n}"} for n in range(401)],
            "demand": [{**demand, "id": f"d{n}"} for n in range(500)],
        },
    }
    wrong = {}
    for pointer, change in beyond.items():
        answer = live.http.post("/v1/quotes", content=json.dumps({**base, **change}), headers=JSON)
        if answer.status_code != 422 or pointer not in [e["pointer"] for e in answer.json()["errors"]]:
            wrong[pointer] = answer.text[:300]

    assert wrong == {}


def test_every_route_answers_the_client_that_may_ask(live: Live):
    statuses = {
        (r.method, r.path): ask(live, r, live.system.key).status_code for r in ROUTES if r.scope in DEFAULT_SCOPES
    }

    assert set(statuses.values()) <= {200, 202, 404}
