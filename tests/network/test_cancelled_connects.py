"""A task that is cancelled while it connects leaves no connection open."""

from __future__ import annotations

import asyncio
import gc
import time
import warnings
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cartesia_stream import AsyncCartesia

from ..scenarios.faces import eventually
from .peers import HOST, Proxy, Service

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    from .peers import Certificates

STEPS = 25
"""More turns of the event loop than it takes to connect over loopback, TLS included."""


def call(client: AsyncCartesia) -> Awaitable[object]:
    return client.status.get()


def speech(client: AsyncCartesia) -> Awaitable[object]:
    return client.tts.speak("Hello.", voice="v").collect()


def connection(client: AsyncCartesia) -> Awaitable[object]:
    return client.tts.websocket_connect()


def httpx_proxy(settings: dict[str, Any], tls: ssl.SSLContext) -> httpx.Proxy | None:
    """The proxy of our settings, for a client of `httpx`."""
    url = settings.get("proxy")
    if url is None:
        return None
    return httpx.Proxy(url, ssl_context=tls if url.startswith("https:") else None)


def stays_quiet(service: Service) -> bool:
    """Whether all connections end, those that a proxy was still making among them."""
    ended = eventually(lambda: service.open == 0, 5)
    time.sleep(0.2)
    return ended and eventually(lambda: service.open == 0, 5)


# A client of yours connects by httpcore, which forgets a connection that is cancelled within TLS.
WAYS = [(way, False) for way in ("direct", "tls", "http", "https", "socks5h")] + [("direct", True)]


@pytest.mark.parametrize(("way", "own"), WAYS)
@pytest.mark.parametrize("work", [call, speech, connection])
def test_cancelled_connect_leaves_no_socket(
    start: Any,
    certificates: Certificates,
    work: Callable[[AsyncCartesia], Awaitable[object]],
    way: str,
    own: bool,
) -> None:
    """At whatever step a task is cancelled, its connection ends, without the garbage collector."""
    service = start(Service(tls=None if way == "direct" else certificates.server()))
    tls = certificates.client()
    settings: dict[str, Any] = {} if way == "direct" else {"ssl_context": tls}
    base_url = service.base_url.replace("127.0.0.1", "localhost")  # two addresses, on most hosts
    if way not in ("direct", "tls"):
        front = certificates.server() if way == "https" else None
        settings["proxy"] = start(Proxy(service, scheme=way, tls=front)).url
        base_url = f"https://{HOST}"

    async def cancel(after: int) -> None:
        async with AsyncExitStack() as stack:
            given = settings
            if own:
                theirs = httpx.AsyncClient(verify=tls, proxy=httpx_proxy(settings, tls))
                given = {"http_client": await stack.enter_async_context(theirs)}
            made = AsyncCartesia("sk_test_key", base_url=base_url, max_retries=0, **given)
            client = await stack.enter_async_context(made)
            task = asyncio.ensure_future(work(client))
            for _ in range(after):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def cancel_at_every_step() -> None:
        for after in range(STEPS):
            await cancel(after)
        await asyncio.to_thread(stays_quiet, service)

    gc.collect()
    gc.disable()
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ResourceWarning)
            asyncio.run(cancel_at_every_step())
            assert stays_quiet(service)
            gc.collect()
        assert [str(warning.message) for warning in caught] == []
    finally:
        gc.enable()
