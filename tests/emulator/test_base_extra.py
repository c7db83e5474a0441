"""The emulator with the extra ``emulator`` alone, as on every system."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from cartesia_emulator import Emulator
from cartesia_emulator.audio.pcm import encode, wav_bytes
from cartesia_emulator.routes import ROUTES
from cartesia_stream import Cartesia

from ..conformance.test_every_operation import ours
from .conftest import VOICE, Bench, MakeBench, MakeV0

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

EXTRAS = {
    "speech": ("hibari", "onnxruntime"),
    "hearing": ("moonshine_voice", "soundswallower", "webrtcvad"),
    "codecs": ("soundfile",),
    "formats": ("av",),
    "tls": ("trustme",),
}
HUM = (0.3 * np.sin(np.arange(16_000) / 20)).astype(np.float32)
MP3 = {"container": "mp3", "sample_rate": 44100, "bit_rate": 128000}
MP3_FORM = {f"output_format[{name}]": str(value) for name, value in MP3.items()}
RAW_FORM = {
    "output_format[container]": "raw",
    "output_format[encoding]": "pcm_s16le",
    "output_format[sample_rate]": "24000",
}
RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)


@pytest.fixture(autouse=True)
def only_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every package of the other extras impossible to import."""
    for modules in EXTRAS.values():
        for module in modules:
            monkeypatch.setitem(sys.modules, module, None)


@pytest.fixture
def base(make_bench: MakeBench) -> Bench:
    return make_bench(engine="auto")


def spoken(bench: Bench, text: str = "A clip with words.") -> bytes:
    """A WAV file that the emulator speaks."""
    wav = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 16_000}
    answer = bench.http.post("/tts/bytes", json=bench.speech(text, output_format=wav))
    assert answer.status_code == 200
    return answer.content


def test_it_says_what_is_missing() -> None:
    found = {extra.name: extra for extra in Emulator.describe()}
    assert found.keys() == EXTRAS.keys()
    for name, extra in found.items():
        assert not extra.available
        assert f'pip install "cartesia-stream[{name}]"' in extra.reason


def test_every_operation_works(base: Bench) -> None:
    """Those of the official SDK, each once."""
    emulator = base.emulator
    with Cartesia(emulator.api_key, base_url=emulator.base_url, max_retries=0) as client:
        ours(client, spoken(base))
    assert {request.status for request in emulator.requests} <= {101, 200, 201, 204}


def test_no_route_fails(base: Bench) -> None:
    """Whatever a request without arguments is answered, it is no 500."""
    for route in ROUTES:
        path = route.path.replace("{", "").replace("}", "")
        answer = base.http.request(route.method, path, json={})
        assert answer.status_code < 500, (route.method, path, answer.text)


@pytest.mark.parametrize("encoding", ["pcm_f32le", "pcm_s16le", "pcm_mulaw", "pcm_alaw"])
@pytest.mark.parametrize("rate", RATES)
def test_every_raw_format_is_spoken_and_understood(base: Bench, encoding: str, rate: int) -> None:
    text = "Every word of this, at any rate."
    raw = {"container": "raw", "encoding": encoding, "sample_rate": rate}
    said = base.http.post("/tts/bytes", json=base.speech(text, output_format=raw))
    assert base.heard(said.content, rate, encoding) == text


def test_a_fault(base: Bench) -> None:
    base.emulator.inject("drop", after=2, path="/tts/websocket")
    talk = base.talk()
    talk.send("c", "A sentence that is cut short by the fault.", continue_=False)
    with pytest.raises(ConnectionClosed, match="no close frame"):
        talk.until()


def listen(bench: Bench, path: str, pcm: bytes, last: str) -> list[dict[str, Any]]:
    """Send audio and a last message to a socket; return all frames."""
    query = "model=ink-2&encoding=pcm_s16le&sample_rate=16000"
    frames: list[dict[str, Any]] = []
    with (
        connect(f"{bench.url(path)}?{query}", additional_headers=bench.headers) as socket,
        suppress(ConnectionClosed),
    ):
        socket.send(pcm)
        socket.send(last)
        while True:
            frames.append(json.loads(socket.recv(timeout=10)))
    return frames


LISTENERS = pytest.mark.parametrize(
    ("path", "last"),
    [("/stt/websocket", "done"), ("/stt/turns/websocket", '{"type": "close"}')],
    ids=["dictation", "turns"],
)


@LISTENERS
def test_sockets_hear_tones(base: Bench, path: str, last: str) -> None:
    frames = listen(base, path, spoken(base, "Hello there.")[44:], last)
    assert "Hello there." in json.dumps(frames)


@LISTENERS
def test_sockets_refuse_speech(base: Bench, path: str, last: str) -> None:
    """Silence is understood without the package."""
    told = listen(base, path, encode(HUM, "pcm_s16le"), last)[-1]
    assert (told["type"], told["status_code"]) == ("error", 501)
    assert 'pip install "cartesia-stream[hearing]"' in told["message"]
    assert "error" not in {frame["type"] for frame in listen(base, path, bytes(32_000), last)}


def test_v0(make_v0: MakeV0) -> None:
    v0 = make_v0(engine="auto")
    text = "Hello from the past."
    answer = v0.http.post("/audio/stream", json=v0.body(text))
    assert answer.status_code == 200
    talk = v0.talk()
    talk.say("c", text)
    assert talk.rest()[-1].get("done")
    clip = {"clip": wav_bytes(HUM, 16_000)}
    refused = v0.http.post("/audio/transcriptions", files=clip)
    assert (refused.status_code, "stream[hearing]" in refused.text) == (501, True)
    assert v0.http.post("/voices/clone/clip", files=clip).status_code == 200


def speak(bench: Bench) -> httpx.Response:
    return bench.http.post("/tts/bytes", json=bench.speech(output_format=MP3))


def change(bench: Bench) -> httpx.Response:
    files = {"clip": spoken(bench)}
    return bench.http.post(
        "/voice-changer/bytes", files=files, data={"voice[id]": VOICE, **MP3_FORM}
    )


def infill(bench: Bench) -> httpx.Response:
    data = {"voice_id": VOICE, "model_id": "sonic-3", "language": "en", "transcript": "More."}
    files = {"left_audio": spoken(bench)}
    return bench.http.post("/infill/bytes", files=files, data=data | MP3_FORM)


def transcribe(bench: Bench, clip: bytes) -> httpx.Response:
    return bench.http.post("/stt", files={"file": clip}, data={"model": "ink-whisper"})


def transcribe_hum(bench: Bench) -> httpx.Response:
    return transcribe(bench, wav_bytes(HUM, 16_000))


def change_hum(bench: Bench) -> httpx.Response:
    files = {"clip": wav_bytes(HUM, 16_000)}
    return bench.http.post("/voice-changer/sse", files=files, data={"voice[id]": VOICE, **RAW_FORM})


def transcribe_mp3(bench: Bench) -> httpx.Response:
    return transcribe(bench, b"\xff\xfb\x90\x64" + bytes(413))


def clone_m4a(bench: Bench) -> httpx.Response:
    files = {"clip": b"\0\0\0\x20ftypM4A " + bytes(100)}
    return bench.http.post("/voices/clone", files=files, data={"name": "x", "language": "en"})


@pytest.mark.parametrize(
    ("send", "extra"),
    [
        *[(speak, "codecs"), (change, "codecs"), (infill, "codecs"), (transcribe_mp3, "codecs")],
        *[(clone_m4a, "formats"), (transcribe_hum, "hearing"), (change_hum, "hearing")],
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_needs_a_package_names_its_extra(
    base: Bench, send: Callable[[Bench], httpx.Response], extra: str
) -> None:
    answer = send(base)
    assert answer.status_code == 501
    assert f'pip install "cartesia-stream[{extra}]"' in answer.json()["message"]
    assert answer.json()["error_code"] == "not_implemented"


def test_tones_that_were_asked_for_are_deaf_to_speech(make_bench: MakeBench) -> None:
    """Whoever chooses tones gets no error for other sounds: they are silence."""
    assert transcribe_hum(make_bench(engine="tone")).json()["text"] == ""
