"""Running in the foreground, asyncio clients, logs, and the missing extra."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
from typing import Any

import aiohttp
import pytest

SERVE = """
from cartesia_emulator import serve
def ready(url, key):
    import sys
    print(url, key, file=sys.stderr, flush=True)
serve(engine="tone", api_key="sk_car_known", on_ready=ready)
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stderr is not None
        line = process.stderr.readline().decode()
        assert line.startswith("http://127.0.0.1:"), line + process.stderr.read().decode()
        key = line.split()[1]
        assert key == "sk_car_known"
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, b"", b"")


@pytest.mark.parametrize("package", ["aiohttp", "numpy"])
def test_the_missing_extra_is_named(package: str) -> None:
    code = f"import sys; sys.modules[{package!r}] = None; import cartesia_emulator"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'cartesia-stream[emulator]'" in done.stderr


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
