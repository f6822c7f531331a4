"""The tariff book of the package, read once."""

import pytest

from quoting.adapters.reference.bundle import read_bundle
from quoting.adapters.reference.tariffs import parse_tariffs
from quoting.domain.pricing.tariffs import TariffBook


@pytest.fixture(scope="session")
def tariffs() -> TariffBook:
    return parse_tariffs(read_bundle())
