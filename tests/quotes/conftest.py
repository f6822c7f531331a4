"""The whole pure pipeline: request document to result document, from the packaged reference data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from quoting.adapters.market import PackagedMarket
from quoting.bootstrap import ENGINE, local_market
from quoting.domain.quote import make_quote
from quoting.domain.request import dated
from quoting.domain.watch import Silent
from quoting.wire.request import load_request
from quoting.wire.result import result_document

Answer = Callable[[dict[str, Any]], dict[str, Any]]
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def market() -> PackagedMarket:
    return local_market()


@pytest.fixture(scope="session")
def answer(market: PackagedMarket) -> Answer:
    """The result document of a request document."""

    def compute(document: dict[str, Any]) -> dict[str, Any]:
        chips = market.snapshot(market.pin(TODAY)).catalogue.chips
        request = dated(load_request(document, chips), TODAY)
        assert request.as_of is not None
        quote = make_quote(request, market.snapshot(market.pin(request.as_of)), Silent())
        return result_document(quote, request, ENGINE, {})

    return compute
