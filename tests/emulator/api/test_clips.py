"""Recordings in requests: what each operation takes, and how it refuses."""

import io
import sys
import threading
import wave
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest

from cartesia_emulator.api import clips
from cartesia_emulator.audio import files

from ..audio.recordings import PHONES, Recording, chunk, fmt, record, riff, s16, sine
from ..conftest import VOICE, Bench, V0Bench

RAW_FORM = {
    "output_format[container]": "raw",
    "output_format[encoding]": "pcm_s16le",
    "output_format[sample_rate]": "24000",
}
M4A, WEBM, OPUS = (
    next(how for how in PHONES if how.name == name) for name in ("m4a", "WebM", "Opus in Ogg")
)


def transcribe(bench: Bench, clip: bytes) -> httpx.Response:
    return bench.http.post("/stt", files={"file": clip}, data={"model": "ink-whisper"})


def clone(bench: Bench, clip: bytes) -> httpx.Response:
    data = {"name": "x", "language": "en"}
    return bench.http.post("/voices/clone", files={"clip": clip}, data=data)


def change(bench: Bench, clip: bytes) -> httpx.Response:
    data = {"voice[id]": VOICE, **RAW_FORM}
    return bench.http.post("/voice-changer/bytes", files={"clip": clip}, data=data)


def change_events(bench: Bench, clip: bytes) -> httpx.Response:
    data = {"voice[id]": VOICE, **RAW_FORM}
    return bench.http.post("/voice-changer/sse", files={"clip": clip}, data=data)


def infill(bench: Bench, clip: bytes) -> httpx.Response:
    data = {"voice_id": VOICE, "model_id": "sonic-3", "language": "en", "transcript": "More."}
    return bench.http.post("/infill/bytes", files={"left_audio": clip}, data=data | RAW_FORM)


CALLS = [transcribe, clone, change, change_events, infill]
every_call = pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
Send = Callable[[Bench, bytes], httpx.Response]


@every_call
@pytest.mark.parametrize("how", [M4A, WEBM, OPUS], ids=lambda how: how.name)
def test_recordings_of_phones_and_browsers(bench: Bench, call: Send, how: Recording) -> None:
    answer = call(bench, record(how, sine(2.0, how.rate)))
    assert answer.status_code == 200
    assert answer.content


@every_call
def test_wav_of_a_made_up_length(bench: Bench, call: Send) -> None:
    clip = riff(chunk(b"fmt ", fmt()), chunk(b"data", s16(sine(2.0)), 2_000_000_000))
    assert call(bench, clip).status_code == 200


@every_call
def test_without_the_package(bench: Bench, call: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is the command that installs it."""
    clip = record(M4A, sine())
    monkeypatch.setitem(sys.modules, "av", None)
    answer = call(bench, clip)
    assert answer.status_code == 501
    assert 'pip install "cartesia-stream[formats]"' in answer.json()["message"]


def test_v0_without_the_package(v0: V0Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = record(M4A, sine())
    monkeypatch.setitem(sys.modules, "av", None)
    for path in ("/audio/transcriptions", "/voices/clone/clip"):
        answer = v0.http.post(path, files={"clip": clip})
        assert answer.status_code == 501
        assert "cartesia-stream[formats]" in answer.text


def test_fine_tune_without_the_package(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says why, and goes on when the package is there."""
    http = bench.http
    dataset = http.post("/datasets/", json={"name": "d", "description": ""}).json()["id"]
    clip = record(M4A, sine(2.0))
    http.post(f"/datasets/{dataset}/files", files={"file": clip}, data={"purpose": "fine_tune"})
    body = {
        "name": "f",
        "description": "",
        "language": "en",
        "model_id": "sonic-3-2026-01-12",
        "dataset": dataset,
    }
    made = http.post("/fine-tunes/", json=body).json()["id"]
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "av", None)
        answers = [http.get(f"/fine-tunes/{made}") for _ in range(5)]
    assert answers[-1].status_code == 501
    assert "cartesia-stream[formats]" in answers[-1].json()["message"]
    assert http.get(f"/fine-tunes/{made}").json()["status"] == "completed"


@every_call
def test_a_clip_that_is_too_long(bench: Bench, call: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_S", 1.0)
    answer = call(bench, record(OPUS, np.zeros(OPUS.rate * 3, np.float32)))
    assert answer.status_code == 413
    assert answer.json()["error_code"] == "file_too_large"


def test_raw_audio_that_is_too_long(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_S", 1.0)
    query: dict[str, Any] = {"encoding": "pcm_mulaw", "sample_rate": 8000}
    form: dict[str, Any] = {"files": {"file": bytes(8001)}, "data": {"model": "ink-whisper"}}
    assert bench.http.post("/stt", params=query, **form).status_code == 413


@every_call
def test_files_are_read_beside_the_event_loop(
    bench: Bench, call: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And beside the threads that speak, so that others are served meanwhile."""
    threads: list[str] = []

    def decode_file(data: bytes) -> object:
        threads.append(threading.current_thread().name)
        return files.decode_file(data)

    monkeypatch.setattr(clips, "decode_file", decode_file)
    assert call(bench, riff(chunk(b"fmt ", fmt()), chunk(b"data", s16(sine(2.0))))).is_success
    assert threads
    assert all(name.startswith("emulator-decoding") for name in threads)


@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw"])
def test_a_file_that_is_kept_states_its_length(bench: Bench, encoding: str) -> None:
    """The stream had an open header."""
    output = {"container": "wav", "encoding": encoding, "sample_rate": 8000}
    said = bench.http.post("/tts/bytes", json=bench.speech(output_format=output, save=True))
    assert said.content[4:8] == b"\xff" * 4
    kept = bench.emulator._state.files.get(said.headers["Cartesia-File-ID"]).data  # type: ignore[union-attr]
    assert int.from_bytes(kept[4:8], "little") == len(kept) - 8
    assert kept[44:] == said.content[44:] or encoding != "pcm_s16le"


def test_a_preview_states_its_length(bench: Bench) -> None:
    preview = bench.http.get(f"/previews/{VOICE}.wav").content
    with wave.open(io.BytesIO(preview)) as file:
        assert file.getnframes() == (len(preview) - 44) // 2 > 0
