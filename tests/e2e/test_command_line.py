"""The program as a user runs it: exit codes, JSON on standard output only, the same answer as the service."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import a_request, an_offer
from tests.system import Live
from tests.unit.wire.broken_requests import BROKEN

ROOT = Path(__file__).parents[2]
SEED = ROOT / "examples" / "bytedance-2025.json"


def chipquote(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from quoting.cli.main import main; main()", *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)


@pytest.fixture
def written(tmp_path: Path):
    def write(document) -> Path:
        file = tmp_path / "request.json"
        file.write_text(json.dumps(document))
        return file

    return write


def test_a_lawful_plan_exits_0_and_prints_one_json_document(written):
    run = chipquote("quote", written(a_request()), "--local", "--json")

    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["verdict"] == "feasible_safe"


def test_no_plan_exits_6(written):
    run = chipquote("quote", written(a_request(offers=[an_offer(available_qty=9)])), "--local", "--json")

    assert run.returncode == 6
    assert json.loads(run.stdout)["conflict"]["items"][0] == {"kind": "demand", "id": "d1"}


def test_a_plan_that_has_to_be_cleared_exits_7(written):
    china = {"id": "site1", "country": "CN"}
    buyer = {"id": "buyer", "name": "Lotus Delta Computing Co., Ltd.", "country": "CN", "hq_country": "CN"}
    seller = {"id": "seller", "name": "Great Lakes Component Sales", "country": "US", "hq_country": "US"}
    request = a_request(
        sites=[china],
        parties=[buyer, seller],
        demand=[{"id": "d1", "site": "site1", "chip": "nvidia-h20-96gb", "qty": 10}],
        offers=[an_offer(chip="nvidia-h20-96gb")],
        unknown_policy="both",
    )

    assert chipquote("quote", written(request), "--local", "--json").returncode == 7


@pytest.mark.parametrize("broken", BROKEN[::20], ids=[broken.name for broken in BROKEN[::20]])
def test_a_broken_request_exits_3_and_names_the_field(tmp_path, broken):
    file = tmp_path / "broken.json"
    file.write_bytes(broken.body())

    run = chipquote("quote", file, "--local", "--json")

    assert (run.returncode, run.stdout) == (3, "")
    assert broken.pointer in run.stderr


def test_wrong_usage_exits_2():
    assert chipquote("quote", "--no-such-option").returncode == 2


def test_a_service_that_is_not_there_exits_10(written):
    assert chipquote("quote", written(a_request()), "--url", "http://127.0.0.1:9", "--key", "k").returncode == 10


@pytest.mark.xdist_group("live")
def test_the_seed_has_one_digest_whether_it_is_computed_here_or_by_the_service(live: Live):
    here = chipquote("quote", SEED, "--local", "--json")
    there = chipquote("quote", SEED, "--json", "--url", live.system.url, "--key", live.system.key)

    digests = [json.loads(run.stdout)["reproducibility"]["result"] for run in (here, there)]
    assert digests[0] == digests[1]


@pytest.mark.xdist_group("live")
def test_a_wrong_key_exits_4(live: Live, written):
    assert chipquote("quote", written(a_request()), "--url", live.system.url, "--key", "wrong").returncode == 4
