"""Both clients, so that each test speaks through one and through the other."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from quoting_client import AsyncClient, Client
from tests.client.scripted import Script, scripted_server


@pytest.fixture(scope="module")
def server() -> Iterator[Script]:
    with scripted_server() as script:
        yield script


@pytest.fixture
def script(server: Script) -> Script:
    server.asked.clear()
    return server


def _sync(url: str, key: str, method: str, *arguments: Any, **named: Any) -> Any:
    with Client(url, key) as client:
        answer = getattr(client, method)(*arguments, **named)
        return answer if not isinstance(answer, Iterator) else list(answer)


def _async(url: str, key: str, method: str, *arguments: Any, **named: Any) -> Any:
    async def speak() -> Any:
        async with AsyncClient(url, key) as client:
            answer = getattr(client, method)(*arguments, **named)
            return await answer if inspect.isawaitable(answer) else [row async for row in answer]

    return asyncio.run(speak())


@pytest.fixture(params=[_sync, _async], ids=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """call(url, key, method, ...): one method of a client of its own."""
    speaker: Callable[..., Any] = request.param
    return speaker
