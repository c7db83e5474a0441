"""What the tests of the generated package share: clients over a handler in place of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from cartesia_api import AsyncClient, Client
from cartesia_api.api import AsyncResources, Resources

if TYPE_CHECKING:
    from collections.abc import Callable

    Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def voice() -> dict[str, object]:
    """A voice as the server sends it."""
    return {
        "id": "v1",
        "name": "Ada",
        "tagline": "",
        "description": "Calm.",
        "language": "en",
        "locales": [{"locale": "en-GB", "is_native": True}],
        "created_at": "2026-08-14T12:00:00Z",
        "is_owner": True,
        "access": "private",
        "visibility": "owner",
    }


@pytest.fixture
def serve() -> Callable[[Handler], Resources]:
    """Make the resources of a client whose server is a function."""

    def resources(handler: Handler) -> Resources:
        return Resources(Client("sk_car_secret", transport=httpx.MockTransport(handler)))

    return resources


@pytest.fixture
def aserve() -> Callable[[Handler], AsyncResources]:
    """Make the resources of an asynchronous client whose server is a function."""

    def resources(handler: Handler) -> AsyncResources:
        return AsyncResources(AsyncClient("sk_car_secret", transport=httpx.MockTransport(handler)))

    return resources
