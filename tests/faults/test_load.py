"""T21 for a minute, as a test: nobody hears an error of the service, and only the greedy tenant is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import load


@pytest.mark.long
@pytest.mark.xdist_group("faults")
def test_t21_fifty_clients_and_a_greedy_tenant_are_served_without_an_error(tmp_path: Path):
    assert load.run(tmp_path, 60) == 0
