"""What the README and the examples show is run as it stands, against a running service."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from datetime import date
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest
from flask.testing import FlaskClient

from quoting.cli.render import OUTCOME, VERDICT
from quoting_client import AsyncClient, Client, Invalid, NotAllowed, NotFound, outcome_words, verdict_words
from tests.builders import a_request, an_offer
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")
ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SEED = ROOT / "examples" / "bytedance-2025.json"


def example(name: str) -> ModuleType:
    spec = util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def here(text: str, live: Live) -> str:
    return text.replace("http://127.0.0.1:8000", live.system.url)


@pytest.fixture
def env(live: Live) -> dict[str, str]:
    return {**os.environ, "CHIPQUOTE_API_KEY": live.system.key}


@pytest.fixture
def client(live: Live):
    with Client(live.system.url, live.system.key) as client:
        yield client


def test_the_five_lines_of_the_readme_print_the_plan(live: Live, env: dict[str, str]):
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

    ran = subprocess.run(
        (sys.executable, "-c", here(program, live)), cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert "nvidia-h20-96gb" in ran.stdout
    assert sum(bool(line.strip()) for line in program.splitlines()) == 5


def test_the_curl_lines_of_the_readme_ask_follow_and_read(live: Live, env: dict[str, str]):
    lines = [line for line in here(README, live).replace("\\\n", " ").splitlines() if line.strip().startswith("curl ")]
    post, get, result = lines

    def run(line: str) -> str:
        return subprocess.run(
            ("bash", "-c", line), cwd=ROOT, env=env, capture_output=True, text=True, check=True
        ).stdout

    head, _, body = run(post).replace("\r", "").partition("\n\n")
    quote_id = json.loads(body)["id"]
    live.until_done(quote_id)

    assert head.startswith("HTTP/1.1 202")
    assert f"Location: /v1/quotes/{quote_id}" in head
    assert json.loads(run(get.replace("ID", quote_id)))["status"] == "succeeded"
    assert json.loads(run(result.replace("ID", quote_id)))["verdict"] == "feasible_safe"


@pytest.fixture
def page(client: Client) -> FlaskClient:
    return example("embed_page").create_page(client).test_client()


def test_the_page_shows_verdict_plan_and_law_with_words_and_icons(page: FlaskClient):
    empty = page.get("/")
    answer = page.post("/", data={"request": SEED.read_text(encoding="utf-8")})

    assert "bytedance" in empty.text
    assert answer.status_code == 200
    assert "✓ feasible, lawful as things stand" in answer.text
    assert "✓ allowed with advisory" in answer.text
    assert "huawei-ascend-910b2" in answer.text


def test_the_page_names_bad_fields_and_escapes_what_was_sent(page: FlaskClient):
    request = a_request(demand=[{"id": "<script>", "site": "nowhere", "chip": "nvidia-l40s", "qty": 0}])

    answer = page.post("/", data={"request": json.dumps(request)})

    assert answer.status_code == 422
    assert "<code>/demand/0/qty</code>" in answer.text
    assert "<script>" not in answer.text


def test_the_message_says_verdict_plan_and_law_within_the_limits_of_a_chat(client: Client):
    result = client.quote(SEED.read_bytes())

    message = example("slack_message").message(result)

    header, answer, plan, context = message["blocks"]
    assert header["text"]["text"] == "✓ feasible, lawful as things stand"
    assert answer["text"]["text"].startswith("The safe plan takes")
    assert "huawei-ascend-910b2 at china" in plan["text"]["text"]
    assert "✓ allowed with advisory" in plan["text"]["text"]
    assert "not legal advice" in context["elements"][0]["text"]
    assert max(len(block["text"]["text"]) for block in (answer, plan)) <= 3000


def test_a_message_without_a_plan_escapes_names_and_says_what_is_not_served(client: Client):
    site = {"id": "<!channel>", "country": "US"}
    demand = [{"id": "d1", "site": "<!channel>", "chip": "nvidia-l40s", "qty": 10}]
    result = client.quote(a_request(sites=[site], demand=demand, offers=[an_offer(available_qty=9)]))

    text = json.dumps(example("slack_message").message(result), ensure_ascii=False)

    assert "⊘ infeasible" in text
    assert "<!channel>" not in text


def test_the_words_are_those_of_the_program():
    assert {name: verdict_words(name) for name in VERDICT} == {name: words[:2] for name, words in VERDICT.items()}
    assert {name: outcome_words(name) for name in OUTCOME} == {name: words[:2] for name, words in OUTCOME.items()}


def test_a_word_of_a_later_version_is_never_shown_as_allowed():
    assert outcome_words("allowed_on_tuesdays") == ("?", "allowed on tuesdays")


def test_typed_access_reaches_from_the_plan_to_the_citation(client: Client):
    stages: list[str] = []

    result = client.quote(SEED.read_bytes(), on_progress=lambda quote: stages.append(quote.stage))

    plan = result.plan("safe")
    assert plan is not None
    assert plan is result.best
    assert sum(line.total.amount for line in plan.lines) == plan.total.amount
    assert {line.determination.outcome for line in plan.lines} == {"allowed", "allowed_with_advisory"}
    blocked = result.reasons(code="BLOCKED_LAW", demand="compute-malaysia")
    assert blocked
    assert all(w.citations and w.determination is not None and w.determination.findings for w in blocked)
    assert stages[-1] == "done"


def test_export_checks_are_answered_one_by_one_and_in_order(client: Client):
    def check(name: str, to: str) -> dict:
        movement = {"kind": "export", "from_country": "US", "to_country": to}
        parties = [{"role": "end_user", "name": "Prairie Compute", "country": to, "hq_country": to}]
        return {"id": name, "item": {"chip": "nvidia-h100-sxm-80gb"}, "movement": movement, "parties": parties}

    one = client.export_check(check("a", "CN"))
    many = client.export_checks([check("b", "DE"), check("c", "CN")])

    assert [d.id for d in (one, *many)] == ["a", "b", "c"]
    assert one.outcome == many[1].outcome == "licence_required"
    with pytest.raises(Invalid) as error:
        client.export_checks([check("b", "DE"), {"id": "c", "movement": 1}])
    assert error.value.faults[0].pointer.startswith("/1/")


def test_the_catalogue_and_the_law_of_a_day_can_be_read(client: Client):
    chips = list(client.chips(on="2026-03-02"))
    rules = client.rules(on=date(2026, 3, 2))

    assert client.chip("nvidia-h20-96gb")["id"] == "nvidia-h20-96gb"
    assert len({chip["id"] for chip in chips}) == len(chips) > 50
    assert "ac-rule-2023" in json.dumps(rules)
    with pytest.raises(NotFound):
        client.chip("no-such-chip")


def test_quotes_are_listed_and_one_can_be_asked_to_end(client: Client, live: Live):
    with live.held():
        nobody_asked_before = [an_offer(vendor="Vendor of the cancelled quote")]  # else the cache answers at once
        quote = client.submit(a_request(client_ref="to be cancelled", offers=nobody_asked_before))
        live.until(quote.id, "running")
        assert client.cancel(quote.id).cancel_requested
        assert live.until_done(quote.id)["status"] == "cancelled"

    assert quote.id in [q.id for q in client.quotes(status="cancelled")]


def test_a_wrong_key_is_not_allowed_by_either_client(live: Live):
    async def ask() -> None:
        async with AsyncClient(live.system.url, "wrong") as client:
            await client.quote(a_request())

    with pytest.raises(NotAllowed):
        asyncio.run(ask())
    with Client(live.system.url, "wrong") as client, pytest.raises(NotAllowed):
        client.quote(a_request())


def test_many_at_once_through_one_async_client(live: Live):
    async def ask() -> list[str]:
        async with AsyncClient(live.system.url, live.system.key) as client:
            asked = [client.quote(a_request(client_ref=str(n))) for n in range(10)]
            return [result.digest for result in await asyncio.gather(*asked)]

    assert len(set(asyncio.run(ask()))) == 1
