"""T23 and T38: what the broker holds is one id in JSON; what is anything else is refused, counted, and runs nothing."""

from __future__ import annotations

import base64
import json
import os
import time
from pathlib import Path

import pytest

from quoting.adapters.celery_queue import QUEUES
from quoting.application.quotes import Size
from tests.faults.rig import DRAIN_S, Rig, assert_all_well

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(600)]
QUEUE = QUEUES[Size.SMALL]


def test_t23_a_message_is_one_id_in_json_below_a_kilobyte(rig: Rig):
    with rig.live.held():
        busy = rig.ask(2, "t23-busy")
        time.sleep(1)
        keys = rig.ask(5, "t23")
        ends = time.monotonic() + DRAIN_S
        while not (messages := rig.redis.lrange(QUEUE, 0, -1)) and time.monotonic() < ends:
            time.sleep(0.1)

    assert messages
    for message in messages:
        envelope = json.loads(message)
        (arguments, keywords, _) = json.loads(base64.b64decode(envelope["body"]))
        assert len(message) <= 1024, len(message)
        assert envelope["content-type"] == "application/json"
        assert (len(arguments), keywords) == (1, {})
        assert arguments[0] in rig.ids.values()
        assert "Prairie" not in message.decode()
    assert_all_well(rig, busy + keys)


PICKLE = b"cos\nsystem\n(S'touch %s'\ntR."


def test_t38_hostile_messages_are_refused_and_counted_and_run_nothing(rig: Rig, tmp_path: Path):
    canary = tmp_path / "canary"
    pickled = base64.b64encode(PICKLE % str(canary).encode()).decode()
    text = base64.b64encode(b"[[1], {}, {}]").decode()

    def message(body: str, kind: str, task: str | None = "chipquote.compute_quote") -> str:
        headers = {"id": "x", "lang": "py"} | ({} if task is None else {"task": task})
        properties = {
            "correlation_id": "x", "delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": QUEUE},
            "priority": 0, "body_encoding": "base64", "delivery_tag": os.urandom(8).hex(),
        }  # fmt: skip
        return json.dumps(
            {
                "body": body,
                "content-encoding": "binary",
                "content-type": kind,
                "headers": headers,
                "properties": properties,
            }
        )

    hostile = [
        message(pickled, "application/x-python-serialize"),
        message(base64.b64encode(b"!!python/object/apply:os.system ['touch x']").decode(), "application/x-yaml"),
        message(text, "application/json", "os.system"),
        message(text, "application/json", None),
        message(text, "application/json"),
        message(base64.b64encode(json.dumps([["x" * 1_000_000], {}, {}]).encode()).decode(), "application/json"),
        message(base64.b64encode(b'[["01890000-0000-7000-8000-000000000000"], {}, {}]').decode(), "application/json"),
        message(base64.b64encode(b"not json").decode(), "application/json"),
    ]
    before = _refused(rig)
    for each in hostile:
        rig.redis.lpush(QUEUE, each)
    rig.redis.lpush(QUEUE, b"\x80\x04 no envelope at all")
    keys = rig.ask(3, "t38")

    assert_all_well(rig, keys)
    assert not canary.exists()
    assert _refused(rig) - before >= 6
    for child in rig.workers():
        assert child.alive


def _refused(rig: Rig) -> float:
    text = rig.live.anonymous.get("/metrics").text
    return sum(
        float(line.rsplit(" ", 1)[1])
        for line in text.splitlines()
        if line.startswith("chipquote_messages_refused_total")
    )
