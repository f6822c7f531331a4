"""Quotes over HTTP, against the running system."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx2
import pytest

from tests.builders import another_request
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
DONE = ("succeeded", "infeasible", "failed", "cancelled", "expired")


def newest(live: Live) -> str:
    quote_id: str = live.http.get("/v1/quotes", params={"limit": 1}).json()["data"][0]["id"]
    return quote_id


def test_a_post_is_accepted_with_location_and_pace(live: Live):
    answer = live.post(another_request(client_ref="PO-7"))

    assert answer.status_code == 202
    quote = answer.json()
    assert answer.headers["Location"] == f"/v1/quotes/{quote['id']}"
    assert int(answer.headers["Retry-After"]) >= 1 or quote["done"]
    assert quote["client_ref"] == "PO-7"


def test_a_quote_is_followed_to_its_result(live: Live):
    quote_id = live.ask(another_request())

    quote = live.until_done(quote_id)

    assert (quote["status"], quote["done"], quote["cache"]) == ("succeeded", True, "miss")
    assert live.http.get(quote["result_url"]).json()["verdict"] == "feasible_safe"


def test_a_done_quote_is_the_same_at_every_read(live: Live):
    quote_id = live.ask(another_request())
    first = live.until_done(quote_id)

    assert live.quote(quote_id) == first
    assert "Retry-After" not in live.http.get(f"/v1/quotes/{quote_id}").headers


def test_waiting_answers_as_soon_as_it_is_done(live: Live):
    answer = live.post(another_request(), Prefer="wait=20")

    assert answer.json()["done"]
    assert answer.headers["Preference-Applied"] == "wait=20"
    assert "Retry-After" not in answer.headers


def test_waiting_longer_than_twenty_seconds_is_not_promised(live: Live):
    done = live.ask(another_request())
    live.until_done(done)

    answer = live.http.get(f"/v1/quotes/{done}", headers={"Prefer": "respond-async, wait=3600"})

    assert answer.headers["Preference-Applied"] == "wait=20"


def test_an_equal_request_is_answered_from_the_cache(live: Live):
    request = another_request()
    first = live.ask(request)
    live.until_done(first)

    second = live.post({**request, "client_ref": "again"}).json()

    assert (second["status"], second["cache"]) == ("succeeded", "hit")
    assert live.digest(second["id"]) == live.digest(first)


def test_equal_requests_in_flight_are_solved_once(live: Live):
    request = another_request()

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: live.ask(request), range(16)))
    uses = [live.until_done(quote_id)["cache"] for quote_id in ids]

    assert uses.count("miss") == 1
    assert len({live.digest(quote_id) for quote_id in ids}) == 1


def test_fifty_parallel_posts_with_one_key_make_one_quote(system: Live):
    request, key = another_request(), str(uuid4())

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: system.post(request, **{"Idempotency-Key": key}), range(50)))

    assert {a.status_code for a in answers} == {202}
    assert len({a.json()["id"] for a in answers}) == 1
    assert sum("Idempotent-Replayed" not in a.headers for a in answers) == 1


def test_a_replay_takes_the_same_value_in_another_order(live: Live):
    request, key = another_request(), {"Idempotency-Key": str(uuid4())}
    first = live.post(request, **key)

    again = live.post(dict(reversed(request.items())), **key)

    assert again.json()["id"] == first.json()["id"]
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_key_for_another_request_is_a_mismatch(live: Live):
    key = {"Idempotency-Key": str(uuid4())}
    live.post(another_request(), **key)

    answer = live.post(another_request(), **key)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")


def test_without_a_key_each_post_is_a_quote_of_its_own(live: Live):
    request = another_request()

    assert live.ask(request) != live.ask(request)


def test_a_result_is_refused_until_the_quote_is_done(live: Live):
    with live.held():
        quote_id = live.ask(another_request())
        answer = live.http.get(f"/v1/quotes/{quote_id}/result")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_done")
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_running_quote_shows_stage_and_pace(live: Live):
    with live.held():
        quote_id = live.ask(another_request())
        live.until(quote_id, "running")
        answer = live.http.get(f"/v1/quotes/{quote_id}")

    assert answer.json()["progress"]["stage"]
    assert int(answer.headers["Retry-After"]) >= 1


def test_an_unchanged_quote_that_is_not_done_keeps_its_pace(live: Live):
    with live.held(), live.without("worker"):
        path = f"/v1/quotes/{live.ask(another_request())}"
        answer = live.http.get(path, headers={"If-None-Match": live.http.get(path).headers["ETag"]})

    assert answer.status_code == 304
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_running_quote_is_cancelled_when_its_worker_hears_of_it(live: Live):
    with live.held():
        quote_id = live.ask(another_request())
        live.until(quote_id, "running")
        asked = live.http.post(f"/v1/quotes/{quote_id}/cancel")
        ended = live.until_done(quote_id)

    assert asked.status_code == 200
    assert asked.json()["cancel_requested"]
    assert ended["status"] == "cancelled"
    assert live.http.get(f"/v1/quotes/{quote_id}/result").json()["code"] == "no_result"


def test_cancelling_what_has_ended_is_a_conflict(live: Live):
    quote_id = live.ask(another_request())
    live.until_done(quote_id)

    answer = live.http.post(f"/v1/quotes/{quote_id}/cancel")

    assert (answer.status_code, answer.json()["code"]) == (409, "already_ended")


def test_a_result_is_the_same_bytes_every_time(live: Live):
    quote_id = live.ask(another_request())
    live.until_done(quote_id)
    path = f"/v1/quotes/{quote_id}/result"

    first, second = live.http.get(path), live.http.get(path)
    unchanged = live.http.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.content == second.content
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_an_unchanged_quote_is_not_sent_again(live: Live):
    quote_id = live.ask(another_request())
    live.until_done(quote_id)
    path = f"/v1/quotes/{quote_id}"

    answer = live.http.get(path, headers={"If-None-Match": live.http.get(path).headers["ETag"]})

    assert answer.status_code == 304


def test_pages_lead_from_the_newest_to_the_oldest(live: Live):
    made = [live.ask(another_request()) for _ in range(3)]

    first = live.http.get("/v1/quotes", params={"limit": 2}).json()
    second = live.http.get("/v1/quotes", params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [q["id"] for q in first["data"] + second["data"]][:3] == made[::-1]
    assert first["has_more"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=%21", "status=lost", "sort=up"])
def test_a_wrong_query_names_its_parameter(live: Live, query: str):
    answer = live.http.get(f"/v1/quotes?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]


def test_nothing_is_stored_for_a_request_that_fails_validation(live: Live):
    live.ask(another_request())
    before = newest(live)
    key = {"Idempotency-Key": str(uuid4())}

    refused = live.post({**another_request(), "buyer": "nobody"}, **key)

    assert refused.status_code == 422
    assert newest(live) == before
    assert live.post(another_request(), **key).status_code == 202


def test_a_key_replays_also_after_redis_has_forgotten_everything(live: Live):
    request, key = another_request(), {"Idempotency-Key": str(uuid4())}
    first = live.post(request, **key)
    live.redis.flushall()

    assert live.post(request, **key).json()["id"] == first.json()["id"]


def test_an_answer_over_http_can_be_followed_by_any_client(live: Live):
    answer: httpx2.Response = live.post(another_request(), Prefer="wait=20")

    assert live.http.get(answer.headers["Location"]).json()["status"] in DONE
