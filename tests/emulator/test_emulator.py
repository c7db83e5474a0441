"""Starting and stopping, TLS, asyncio clients, logs, and the missing extra."""

from __future__ import annotations

import asyncio
import gc
import itertools
import json
import logging
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import weakref
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from websockets.sync.client import connect

from cartesia_emulator import Emulator
from cartesia_emulator.hearing.tone import ToneRecognizer
from cartesia_emulator.speech.tone import ToneSynthesizer
from cartesia_stream import AuthenticationError, Cartesia
from cartesia_stream.models import AccessTokenGrants

from .conftest import VOICE


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("package", ["aiohttp", "numpy"])
def test_the_missing_extra_is_named(package: str) -> None:
    code = f"import sys; sys.modules[{package!r}] = None; from cartesia_emulator import Emulator"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'pip install "cartesia-stream[emulator]"' in done.stderr


@pytest.mark.anyio
async def test_asynchronous_clients_in_the_same_thread(bench: Any) -> None:
    async with (
        aiohttp.ClientSession(bench.emulator.base_url, headers=bench.headers) as session,
        session.ws_connect("/tts/websocket") as socket,
    ):
        await socket.send_json(bench.speech(context_id="one"))
        seen = set()
        async for message in socket:
            frame = json.loads(message.data)
            seen.add(frame["type"])
            if frame["done"]:
                break
        async with session.post("/tts/sse", json=bench.speech()) as response:
            assert response.content_type == "text/event-stream"
            first = await response.content.readline()
    assert seen == {"chunk", "done"}
    assert first == b"event: chunk\n"


def test_logs_show_requests_and_never_keys_or_text(
    bench: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    talk = bench.talk()
    talk.send("one", "A secret sentence.")
    talk.until("done")
    bench.http.post("/tts/bytes", json=bench.speech("A secret sentence."))
    bench.emulator.stop()  # Its last line follows the last byte of the response.
    records = [r for r in caplog.records if r.name.startswith("cartesia_emulator")]
    written = "\n".join(record.getMessage() for record in records)
    assert "POST /tts/bytes 200" in written
    assert bench.emulator.api_key not in written
    assert "secret" not in written
    assert not [record for record in records if record.levelno > logging.DEBUG]


class SlowToLoad(ToneSynthesizer):
    """An engine that takes a moment to say which voices it has."""

    @property
    def presets(self) -> Any:
        time.sleep(0.5)
        return super().presets


@pytest.mark.anyio
async def test_async_with_leaves_the_loop_alone() -> None:
    """Other tasks run while it starts and while it stops."""
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            ticks.append(time.monotonic())
            await asyncio.sleep(0.01)

    ticking = asyncio.create_task(tick())
    async with (
        Emulator(engine=(SlowToLoad(), ToneRecognizer())) as emulator,
        aiohttp.ClientSession(emulator.base_url) as session,
        session.get("/status") as response,
    ):
        assert response.status == 200
    ticking.cancel()
    assert max(after - before for before, after in itertools.pairwise(ticks)) < 0.3
    with pytest.raises(RuntimeError, match="not running"):
        _ = emulator.base_url


@pytest.mark.anyio
async def test_a_start_that_is_cancelled_leaves_nothing_running() -> None:
    emulator, before = Emulator(engine=(SlowToLoad(), ToneRecognizer())), set(threading.enumerate())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1), emulator:
            pytest.fail("it was cancelled")
    assert repr(emulator) == "<Emulator stopped>"
    assert not {thread.name for thread in set(threading.enumerate()) - before} & {"emulator"}


@pytest.mark.anyio
async def test_async_with_raises_what_start_raises(bench: Any) -> None:
    port = int(bench.emulator.base_url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        async with Emulator(engine="tone", port=port):
            pytest.fail("the port is taken")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_tls_with_a_certificate_of_its_own(host: str) -> None:
    with Emulator(engine="tone", tls=True, host=host) as emulator:
        assert emulator.base_url.startswith("https://")
        port = emulator.base_url.rpartition(":")[2]
        headers = {"X-API-Key": emulator.api_key, "Cartesia-Version": "2026-08-14"}
        for name in ("127.0.0.1", "localhost"):
            url = f"https://{name}:{port}"
            answer = httpx.get(url + "/voices", headers=headers, verify=emulator.ssl_context)
            assert answer.status_code == 200
            page = answer.json()["data"]
            expanded = httpx.get(
                f"{url}/voices/{page[0]['id']}?expand[]=preview_file_url",
                headers=headers,
                verify=emulator.ssl_context,
            )
            assert expanded.json()["preview_file_url"].startswith(url)
            with connect(
                f"wss://{name}:{port}/tts/websocket",
                additional_headers=headers,
                ssl=ssl.create_default_context(cafile=emulator.cafile),
            ) as socket:
                socket.send("{}")
                assert json.loads(socket.recv())["type"] == "error"
        with pytest.raises(urllib.error.URLError, match="certificate verify failed"):
            urllib.request.urlopen(
                f"https://127.0.0.1:{port}/", context=ssl.create_default_context()
            )
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"http://127.0.0.1:{port}/")


def test_the_certificate_lives_as_long_as_its_emulator() -> None:
    emulator = Emulator(engine="tone", tls=True)
    with pytest.raises(RuntimeError, match="tls=True"):
        _ = emulator.cafile
    with emulator:
        first = Path(emulator.cafile)
        assert list(first.parent.iterdir()) == [first]  # the key is nowhere
    with emulator:
        context = ssl.create_default_context(cafile=str(first))
        assert httpx.get(emulator.base_url + "/status", verify=context).status_code == 200
    folder = first.parent
    del emulator
    assert not folder.exists()
    with Emulator(engine="tone") as plain, pytest.raises(RuntimeError, match="tls=True"):
        _ = plain.ssl_context


def test_tls_without_its_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(ImportError, match=r'pip install "cartesia-stream\[tls\]"'):
        Emulator(engine="tone", tls=True).start()


def test_reset_makes_it_new(bench: Any) -> None:
    emulator = bench.emulator
    known = {voice.id for voice in emulator.voices.all()}
    voice = next(iter(known))
    made = bench.http.post(
        "/voices/localize", json={"voice_id": voice, "name": "New", "accent": "british"}
    ).json()["id"]
    bench.http.post("/pronunciation-dicts/", json={"name": "one"})
    emulator.inject("status", 503, times=None)
    assert bench.http.get("/voices").status_code == 503
    emulator.reset()
    assert emulator.requests == ()
    assert bench.http.get("/voices").status_code == 200
    assert bench.http.get(f"/voices/{made}").status_code == 404
    assert {item.id for item in emulator.voices.all()} == known
    assert bench.http.get("/pronunciation-dicts/").json()["data"] == []
    Emulator(engine="tone").reset()  # also before it was ever started


def test_an_armed_fault_ends_with_its_block(bench: Any) -> None:
    with (
        bench.emulator.inject("status", 503, times=None),
        bench.emulator.inject("status", 503, times=None, path="/voices"),
    ):
        assert [bench.http.get("/voices").status_code for _ in range(3)] == [503] * 3
    assert bench.http.get("/voices").status_code == 200
    twin = bench.emulator.inject("status", 500, times=2)
    with pytest.raises(ZeroDivisionError), bench.emulator.inject("status", 500, times=2):
        _ = 1 / 0
    assert bench.http.get("/voices").status_code == 500  # the twin is still there
    twin.remove()
    twin.remove()
    assert bench.http.get("/voices").status_code == 200


def test_no_fault_outlives_the_with_block() -> None:
    emulator = Emulator(engine="tone")
    for _ in range(2):
        with emulator:
            assert httpx.get(emulator.base_url + "/status", trust_env=False).status_code == 200
            emulator.inject("status", 503, times=None)
            assert httpx.get(emulator.base_url + "/status", trust_env=False).status_code == 503


def test_an_emulator_that_stopped_is_freed() -> None:
    """A suite that starts one for each test does not keep them all."""
    with Emulator(engine="tone") as emulator:
        assert emulator._state is not None
        state = weakref.ref(emulator._state)
        with Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
            client.tts.speak("Hello", voice=VOICE).collect()
    del emulator
    gc.collect()
    assert state() is None


def test_reset_ends_what_clients_have_open_and_forgets_their_tokens() -> None:
    with (
        Emulator(engine="tone", max_sockets=1) as emulator,
        Cartesia(emulator.api_key, base_url=emulator.base_url, max_retries=0) as client,
    ):
        token = client.access_token.create(grants=AccessTokenGrants(tts=True), expires_in=60).token
        left_open = client.tts.websocket_connect()
        emulator.inject("status", 503, times=None)
        emulator.reset()
        assert emulator.requests == ()
        with client.tts.websocket_connect():  # there is a place for it again
            pass
        left_open.close()
        with (
            Cartesia(token, base_url=emulator.base_url) as stranger,
            pytest.raises(AuthenticationError),
        ):
            stranger.tts.generate("Hello", voice=VOICE).collect()
