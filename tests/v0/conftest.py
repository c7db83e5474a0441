from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream._http import proxies
from cartesia_stream._protocol import backoff

from ..scenarios.conftest import (  # noqa: F401 (fixtures)
    emulator,
    make_emulator,
    make_peer,
    run,
    shared_emulator,
)
from ..scenarios.loops import ASYNC, replace_look_up
from .faces import AsyncV0Face, V0Face

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every use warns, which `test_surface.py` is about and the other files are not."""
    for item in items:
        if item.path.parent.name == "v0" and item.path.name != "test_surface.py":
            item.add_marker(pytest.mark.filterwarnings("ignore:.*the v0 API:DeprecationWarning"))


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, key or address from the environment, no long waits, and no network but ours."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("KEY", "VERSION"):
        monkeypatch.delenv(f"CARTESIA_API_{name}", raising=False)
    monkeypatch.delenv("CARTESIA_BASE_URL", raising=False)
    monkeypatch.setattr(backoff, "FIRST_DELAY_S", 0.02)
    proxies.tls_context.cache_clear()
    look_up = socket.getaddrinfo

    def local(host: Any, *arguments: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in ("localhost", "127.0.0.1", "::1"):
            raise AssertionError(f"a test looks {name} up")
        return look_up(host, *arguments, **named)

    replace_look_up(monkeypatch, local)


@pytest.fixture(params=["sync", *ASYNC])
def face(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[V0Face]:
    """Both clients, one after the other; the second on one loop after the other."""
    if request.param == "sync":
        made = V0Face(monkeypatch)
    else:
        made = AsyncV0Face(monkeypatch, request.param)
    yield made
    made.close()
