"""`chipquote keys` and `chipquote status` as programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.builders import Document, a_request
from tests.system import Live

pytestmark = pytest.mark.xdist_group("live")


def chipquote(*words: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = dict(os.environ) if folder is None else {**os.environ, "CHIPQUOTE_DATA_DIR": str(folder)}
    program = Path(sys.executable).with_name("chipquote")
    return subprocess.run((program, *words), env=env, capture_output=True, text=True, timeout=60)


def test_status_ends_with_ten_where_nothing_runs(tmp_path: Path):
    assert chipquote("status", "--json", folder=tmp_path).returncode == 10


def test_status_names_processes_and_counts_quotes(live: Live):
    answer = chipquote("status", "--json", folder=live.system.data_dir)

    assert answer.returncode == 0, answer.stderr
    document = json.loads(answer.stdout)
    assert sorted(process["name"] for process in document["processes"]) == ["api", "dispatcher", "redis", "worker"]
    assert {process["pid"] for process in document["processes"]} == {
        child.process.pid for child in live.system.supervisor.children
    }
    assert all(process["since"].endswith("Z") for process in document["processes"])
    assert {"queued", "running", "succeeded"} <= set(document["quotes"])


def test_a_second_run_in_the_same_folder_is_refused(live: Live):
    answer = chipquote("up", "--port", "0", folder=live.system.data_dir)

    assert answer.returncode == 1
    assert "another chipquote runs" in answer.stderr


def test_a_key_made_on_the_command_line_opens_its_scopes_until_it_is_revoked(live: Live):
    made = chipquote(
        "keys", "create", "--tenant", "acme", "--scope", "quotes:read", "--json", folder=live.system.data_dir
    )
    key = json.loads(made.stdout)
    headers = {"Authorization": f"Bearer {key['key']}"}
    read = live.anonymous.get("/v1/quotes", headers=headers)
    catalogue = live.anonymous.get("/v1/chips", headers=headers)
    listed = json.loads(chipquote("keys", "list", "--json", folder=live.system.data_dir).stdout)

    revoked = chipquote("keys", "revoke", key["id"], folder=live.system.data_dir)
    ends = time.monotonic() + 30
    answer: httpx2.Response = live.anonymous.get("/v1/quotes", headers=headers)
    while answer.status_code != 401 and time.monotonic() < ends:
        time.sleep(0.2)
        answer = live.anonymous.get("/v1/quotes", headers=headers)

    assert set(key) == {"id", "key", "tenant", "scopes"}
    assert (key["tenant"], key["scopes"]) == ("acme", ["quotes:read"])
    assert (read.status_code, catalogue.status_code) == (200, 403)
    assert key["key"] not in json.dumps(listed)
    assert revoked.returncode == 0
    assert answer.status_code == 401


def test_keys_are_changed_over_while_both_live_and_no_call_is_refused(live: Live):
    def made() -> Document:
        return json.loads(
            chipquote("keys", "create", "--tenant", "rotating", "--json", folder=live.system.data_dir).stdout
        )

    def ask(key: Document, method: str, path: str, **how: Any) -> httpx2.Response:
        return live.anonymous.request(method, path, headers={"Authorization": f"Bearer {key['key']}"}, **how)

    old, new = made(), made()
    quote_id = ask(old, "POST", "/v1/quotes", json=a_request()).json()["id"]
    both = [ask(key, "GET", f"/v1/quotes/{quote_id}").status_code for key in (old, new)]

    chipquote("keys", "revoke", old["id"], folder=live.system.data_dir)
    ends = time.monotonic() + 30
    while (refused := ask(old, "GET", f"/v1/quotes/{quote_id}")).status_code != 401 and time.monotonic() < ends:
        assert ask(new, "GET", f"/v1/quotes/{quote_id}").status_code == 200
        time.sleep(0.2)

    assert both == [200, 200]
    assert refused.status_code == 401
    assert ask(new, "GET", f"/v1/quotes/{quote_id}").status_code == 200


def test_revoking_an_unknown_key_is_wrong_usage(live: Live):
    assert chipquote("keys", "revoke", "nobody", folder=live.system.data_dir).returncode == 2
