"""Resources over a function in place of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cartesia_api.api import AsyncResources, Resources

from .senders import AsyncHandlerSender, HandlerSender

if TYPE_CHECKING:
    from collections.abc import Callable

    from .senders import Handler


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
    """Make resources whose server is a function."""

    def resources(handler: Handler) -> Resources:
        return Resources(HandlerSender(handler))

    return resources


@pytest.fixture
def aserve() -> Callable[[Handler], AsyncResources]:
    """Make asynchronous resources whose server is a function."""

    def resources(handler: Handler) -> AsyncResources:
        return AsyncResources(AsyncHandlerSender(handler))

    return resources
