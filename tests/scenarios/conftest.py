from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_emulator import Emulator
from cartesia_stream._http import proxies
from cartesia_stream._protocol import backoff

from .faces import AsyncFace, Face, SyncFace
from .loops import ASYNC, run_on
from .peer import Peer, Script

if TYPE_CHECKING:
    from cartesia_stream import Cartesia

    from .loops import Run

MakeEmulator = Callable[..., Emulator]
MakePeer = Callable[..., Peer]


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, key or address from the environment, and retries without long waits."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv("CARTESIA_API_KEY", raising=False)
    monkeypatch.delenv("CARTESIA_BASE_URL", raising=False)
    monkeypatch.setattr(backoff, "FIRST_DELAY_S", 0.02)
    proxies.tls_context.cache_clear()


@pytest.fixture(params=["sync", *ASYNC])
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    """All ways to use the client, one after the other."""
    face: Face = SyncFace() if request.param == "sync" else AsyncFace(request.param)
    yield face
    face.close()


@pytest.fixture(params=ASYNC)
def run(request: pytest.FixtureRequest) -> Run:
    """`asyncio.run`, on one loop after the other."""
    return run_on(request.param)


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    with Emulator(engine="tone", allow_hosts=["service.invalid"]) as running:
        yield running


@pytest.fixture
def emulator(shared_emulator: Emulator) -> Emulator:
    """An emulator with the default settings, no faults and an empty record."""
    shared_emulator.clear_faults()
    shared_emulator.clear_requests()
    return shared_emulator


@pytest.fixture
def client(face: Face, emulator: Emulator) -> Cartesia:
    """A client of that emulator."""
    return face.client(emulator)


@pytest.fixture
def make_emulator(request: pytest.FixtureRequest) -> Iterator[MakeEmulator]:
    """Emulators with settings of their own."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Emulator:
            return stack.enter_context(Emulator(engine="tone", **settings))

        yield make


@pytest.fixture
def make_peer() -> Iterator[MakePeer]:
    """Servers that play scripts."""
    with ExitStack() as stack:

        def make(*scripts: Script, **settings: Any) -> Peer:
            return stack.enter_context(Peer(*scripts, **settings))

        yield make
