"""``/tts/bytes`` and ``/tts/sse``."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest

from cartesia_emulator.audio.files import decode_file
from cartesia_emulator.hearing.tone import ToneRecognizer
from cartesia_emulator.speech.tone import ToneSynthesizer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cartesia_emulator.speech.engine import Segment, VoiceShape


def events(response: httpx.Response) -> list[tuple[str, Any]]:
    """Names and data of the events of a plainly written stream."""
    assert response.headers["content-type"].startswith("text/event-stream"), response.text
    found = []
    for block in response.text.split("\n\n")[:-1]:
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def audio_of(found: list[tuple[str, Any]]) -> bytes:
    return b"".join(base64.b64decode(data["data"]) for name, data in found if name == "chunk")


def test_raw_bytes_say_the_text_and_are_the_same_every_time(bench: Any) -> None:
    first, second = (bench.http.post("/tts/bytes", json=bench.speech()) for _ in range(2))
    assert first.headers["content-type"] == "audio/pcm"
    assert first.headers["transfer-encoding"] == "chunked"
    assert "cartesia-file-id" not in first.headers
    assert first.content == second.content
    assert bench.heard(first.content) == "Hello there."


@pytest.mark.parametrize(
    ("fmt", "content_type"),
    [
        ({"container": "wav", "encoding": "pcm_f32le", "sample_rate": 48000}, "audio/wav"),
        ({"container": "wav", "encoding": "pcm_alaw", "sample_rate": 8000}, "audio/wav"),
        ({"container": "mp3", "bit_rate": 32000, "sample_rate": 22050}, "audio/mpeg"),
    ],
)
def test_containers(bench: Any, fmt: Any, content_type: str) -> None:
    response = bench.http.post("/tts/bytes", json=bench.speech(output_format=fmt, save=True))
    assert response.headers["content-type"] == content_type
    assert response.headers["cartesia-file-id"].startswith("file_")
    pcm, rate = decode_file(response.content)
    assert rate == fmt["sample_rate"]
    assert ToneRecognizer().transcribe(pcm, rate).text == "Hello there."


def test_speed_and_volume_are_followed(bench: Any) -> None:
    def made(**config: Any) -> Any:
        body = bench.speech(**config)
        return np.frombuffer(bench.http.post("/tts/bytes", json=body).content, "<i2")

    plain = made()
    fast = made(generation_config={"speed": 1.5})
    assert len(fast) == pytest.approx(len(plain) / 1.5, rel=0.05)
    assert len(made(speed="slow")) > len(plain)
    quiet = made(generation_config={"volume": 0.5, "emotion": "calm", "speed": None})
    assert np.abs(quiet).max() == pytest.approx(np.abs(plain).max() / 2, rel=0.02)


def test_event_stream(bench: Any) -> None:
    body = bench.speech("One two. Three.", add_timestamps=True, add_phoneme_timestamps=True)
    found = events(bench.http.post("/tts/sse", json=body))
    names = [name for name, _ in found]
    assert names == [data["type"] for _, data in found]
    assert names[0] == "chunk"
    assert names.count("done") == 1
    assert names[-1] == "done"
    assert found[-1][1] == {"type": "done", "done": True, "status_code": 206}
    times = [data["word_timestamps"] for name, data in found if name == "timestamps"]
    assert [word for item in times for word in item["words"]] == ["One", "two.", "Three."]
    starts = [start for item in times for start in item["start"]]
    assert starts == sorted(starts)
    phonemes = [data["phoneme_timestamps"] for name, data in found if name == "phoneme_timestamps"]
    assert "".join(p for item in phonemes for p in item["phonemes"]) == "Onetwo.Three."
    chunk = found[0][1]
    assert chunk.keys() == {"type", "data", "done", "status_code", "step_time"}
    # 100 ms of 24 kHz s16.
    assert len(base64.b64decode(chunk["data"])) == 4800
    assert bench.heard(audio_of(found)) == "One two. Three."


def test_context_id_is_echoed(bench: Any) -> None:
    found = events(bench.http.post("/tts/sse", json=bench.speech(context_id="mine")))
    assert {data["context_id"] for _, data in found} == {"mine"}


def test_chunk_size_is_an_option(make_bench: Any) -> None:
    bench = make_bench(chunk_ms=20)
    found = events(bench.http.post("/tts/sse", json=bench.speech()))
    assert len(base64.b64decode(found[0][1]["data"])) == 960


@pytest.mark.parametrize(
    "model", ["sonic-3.5", "sonic-3", "sonic-latest", "sonic-3.6", "sonic-3-2026-01-12"]
)
def test_models(bench: Any, model: str) -> None:
    assert bench.http.post("/tts/bytes", json=bench.speech(model_id=model)).status_code == 200


@pytest.mark.parametrize("path", ["/tts/bytes", "/tts/sse"])
@pytest.mark.parametrize(
    ("changes", "status", "code", "word"),
    [
        ({"transcript": ""}, 400, None, "transcript"),
        ({"transcript": "  \n"}, 400, None, "transcript"),
        ({"transcript": 5}, 400, None, "transcript"),
        ({"voice": "nobody"}, 404, "voice_not_found", "nobody"),
        ({"voice": {"mode": "embedding", "embedding": [1]}}, 400, None, "voice.id"),
        ({"model_id": "sonic-9"}, 400, "model_not_found", "sonic-9"),
        ({"model_id": "sonic-english"}, 400, "model_sunsetted", "sonic-english"),
        ({"language": "xx"}, 400, "language_not_supported", "language"),
        ({"locale": "en-GBX"}, 400, "language_not_supported", "locale"),
        ({"language": "en", "locale": "en-GB"}, 400, None, "locale"),
        ({"normalization": "loud"}, 400, "language_not_supported", "normalization"),
        ({"speed": "hasty"}, 400, None, "speed"),
        ({"generation_config": {"speed": 1.51}}, 400, None, "generation_config.speed"),
        ({"generation_config": {"volume": 0.4}}, 400, None, "generation_config.volume"),
        ({"generation_config": {"volume": "up"}}, 400, None, "generation_config.volume"),
        ({"pronunciation_dict_id": "pdict_1"}, 404, None, "pronunciation_dict_id"),
    ],
)
def test_bad_requests_are_refused(
    bench: Any, path: str, changes: Any, status: int, code: str | None, word: str
) -> None:
    response = bench.http.post(path, json=bench.speech(**changes))
    assert response.status_code == status
    assert response.json()["error_code"] == code
    assert word in response.json()["message"]


@pytest.mark.parametrize(
    ("fmt", "word"),
    [
        ({"container": "ogg", "sample_rate": 8000}, "container"),
        ({"container": "raw", "encoding": "pcm_s16le"}, "sample_rate"),
        ({"container": "raw", "encoding": "pcm_s16le", "sample_rate": 11025}, "11025"),
        ({"container": "raw", "encoding": "pcm_s8", "sample_rate": 8000}, "encoding"),
        ({"container": "raw", "sample_rate": 8000}, "encoding"),
        ({"container": "wav", "encoding": "pcm_s16le", "sample_rate": 8000, "bit_rate": 1}, "bit"),
        ({"container": "mp3", "sample_rate": 44100}, "bit_rate"),
        ({"container": "mp3", "sample_rate": 44100, "bit_rate": 1}, "bit_rate"),
        (
            {"container": "mp3", "sample_rate": 44100, "bit_rate": 64000, "encoding": "pcm_s16le"},
            "encoding",
        ),
    ],
)
def test_bad_formats_are_refused(bench: Any, fmt: Any, word: str) -> None:
    response = bench.http.post("/tts/bytes", json=bench.speech(output_format=fmt))
    assert response.status_code == 400
    assert word in response.json()["message"]


def test_event_streams_are_raw_only(bench: Any) -> None:
    fmt = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 8000}
    assert bench.http.post("/tts/sse", json=bench.speech(output_format=fmt)).status_code == 400


@pytest.mark.parametrize("field", ["voice", "model_id", "output_format", "transcript"])
def test_missing_fields_are_named(bench: Any, field: str) -> None:
    body = bench.speech()
    del body[field]
    message = bench.http.post("/tts/bytes", json=body).json()["message"]
    assert message == f"{field}: this field is required."


class Mute(ToneSynthesizer):
    """Has no sounds for any text."""

    def synthesize(
        self, text: str, voice: VoiceShape, *, speed: float = 1.0, language: str = "en"
    ) -> Iterator[Segment]:
        return iter(())


class Broken(ToneSynthesizer):
    """Fails after its first clause."""

    def synthesize(
        self, text: str, voice: VoiceShape, *, speed: float = 1.0, language: str = "en"
    ) -> Iterator[Segment]:
        yield from super().synthesize("One.", voice)
        raise RuntimeError("out of breath")


def test_text_the_engine_cannot_voice_is_heard_as_tones(make_bench: Any) -> None:
    bench = make_bench(engine=(Mute(), ToneRecognizer()))
    said = bench.http.post("/tts/bytes", json=bench.speech("你好", language="zh"))
    assert bench.heard(said.content) == "你好"
    # Nothing to say at all stays nothing.
    assert bench.http.post("/tts/bytes", json=bench.speech("...")).content == b""


def test_a_failing_engine_is_an_error_event(make_bench: Any) -> None:
    bench = make_bench(engine=(Broken(), ToneRecognizer()))
    found = events(bench.http.post("/tts/sse", json=bench.speech()))
    name, data = found[-1]
    assert name == "error"
    assert data.keys() >= {"type", "done", "status_code", "error_code", "title", "message"}
    assert (data["type"], data["done"], data["status_code"]) == ("error", True, 500)
    with pytest.raises(httpx.RemoteProtocolError):
        bench.http.post("/tts/bytes", json=bench.speech())


@pytest.mark.parametrize(
    ("model", "language", "code"),
    [
        ("sonic", "en", "model_sunsetted"),
        ("sonic-2024-10-19", "en", "model_sunsetted"),
        ("sonic-english", "en", "model_sunsetted"),
        ("sonic-multilingual", "de", "model_sunsetted"),
        ("sonic-2-2025-03-07", "en", "model_sunsetted"),
        ("sonic-turbo-2025-03-07", "en", "model_sunsetted"),
        ("sonic-2-2025-06-11", "it", "language_not_supported"),
        ("sonic-2", "hi", "language_not_supported"),
        ("sonic-turbo", "tr", "language_not_supported"),
        ("sonic-turbo-2025-06-04", "ar", "language_not_supported"),
        ("sonic-9", "en", "model_not_found"),
        ("sonic-2", "de", None),
        ("sonic-turbo", "hi", None),
        ("sonic-turbo-2025-06-04", "ko", None),
        ("sonic-3-2025-10-27", "ar", None),
        ("sonic-3.6", "ur", None),
        ("sonic-latest", "or", None),
    ],
)
def test_models_and_their_languages(
    bench: Any, model: str, language: str, code: str | None
) -> None:
    for chosen in ({"language": language}, {"locale": language}):
        body = bench.speech(model_id=model, **chosen)
        for path in ("/tts/bytes", "/tts/sse"):
            answer = bench.http.post(path, json=body)
            assert answer.status_code == (200 if code is None else 400), answer.text
            assert code is None or answer.json()["error_code"] == code
        talk = bench.talk()
        talk.send_bare(body | {"context_id": "a"})
        last = talk.until("done", "error")[-1]
        assert last.get("error_code") == code
        assert (last["type"] == "error") == (code is not None)
