"""T11: a Redis that is full refuses no caller, and makes none wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from redis.exceptions import OutOfMemoryError

from tests.faults.rig import Rig, assert_all_well, median_and_p99_ms

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(600)]


def test_t11_a_full_redis_refuses_no_caller(rig: Rig):
    rig.redis.config_set("maxmemory", 3_000_000)
    try:
        with _full(rig):
            keys = rig.ask(4, "t11-full", within_s=5)
    finally:
        rig.redis.config_set("maxmemory", 64_000_000)

    assert_all_well(rig, keys)


@pytest.mark.long
def test_t11_a_full_redis_makes_no_post_slower(rig: Rig):
    """By turns, so that what else the machine does falls on both; workers are held, so that they compute in neither."""
    took: dict[bool, list[float]] = {False: [], True: []}
    keys = []
    rig.redis.config_set("maxmemory", 3_000_000)
    try:
        with rig.live.held():
            for turn in range(16):
                full = bool(turn % 2)
                with _full(rig) if full else nullcontext():
                    for number in range(25):
                        began = time.monotonic()
                        keys += rig.ask(1, f"t11-turn-{turn}-{number}")
                        took[full].append(time.monotonic() - began)
    finally:
        rig.redis.config_set("maxmemory", 64_000_000)

    (usual, usual_p99), (median, p99) = (median_and_p99_ms(took[full]) for full in (False, True))
    print(
        f"{len(took[True])} posts each: median {usual:.1f} ms, full {median:.1f} ({median / usual:.2f} times); "
        f"p99 {usual_p99:.1f} ms, full {p99:.1f} ({p99 / usual_p99:.2f} times)"
    )
    assert median < 3 * usual
    assert_all_well(rig, keys, 240)


@contextmanager
def _full(rig: Rig) -> Iterator[None]:
    names = []
    try:
        for number in range(2000):
            rig.redis.set(f"fill:{number}", b"x" * 10_000)
            names.append(f"fill:{number}")
    except OutOfMemoryError:
        names.append("full")
    try:
        yield
    finally:
        assert names[-1] == "full"
        rig.redis.delete(*names)
