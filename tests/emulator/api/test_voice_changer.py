"""Infill and the voice changer: audio in, audio out."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import numpy as np
import pytest

from cartesia_emulator.audio import pcm

DEEP = "f0b2d3a4-7c1e-4e7b-8a55-2d9c4b6e7f22"
TEXT = "Say it again, please."
RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": "24000"}
FORMATS = [
    ({"container": "wav", "encoding": "pcm_f32le", "sample_rate": "44100"}, "audio/wav"),
    ({"container": "mp3", "bit_rate": "64000", "sample_rate": "22050"}, "audio/mpeg"),
]


def bracketed(fmt: dict[str, str]) -> dict[str, str]:
    return {f"output_format[{name}]": value for name, value in fmt.items()}


def spoken(bench: Any, text: str = TEXT, **changes: Any) -> bytes:
    fmt = {"container": "wav", "encoding": "pcm_s16le", "sample_rate": 24000}
    request = bench.speech(text, output_format=fmt, **changes)
    content: bytes = bench.http.post("/tts/bytes", json=request).content
    return content


def change(bench: Any, clip: bytes, path: str = "bytes", **fields: str) -> httpx.Response:
    data = {"voice[id]": DEEP, **bracketed(RAW), **fields}
    response: httpx.Response = bench.http.post(
        f"/voice-changer/{path}", files={"clip": ("clip.wav", clip)}, data=data
    )
    return response


def infill(bench: Any, files: Any, fmt: Any = RAW, **fields: str) -> httpx.Response:
    data = {"model_id": "sonic-3", "transcript": TEXT, "voice_id": DEEP, "language": "en"}
    response: httpx.Response = bench.http.post(
        "/infill/bytes", files=files, data=data | bracketed(fmt) | fields
    )
    return response


def heard_file(bench: Any, audio: bytes) -> str:
    answer = bench.http.post("/stt", files={"file": audio}, data={"model": "ink-whisper"})
    text: str = answer.json()["text"]
    return text


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.4])
def test_changed_voice_says_the_same_in_the_same_time(bench: Any, speed: float) -> None:
    clip = spoken(bench, generation_config={"speed": speed})
    changed = change(bench, clip)
    assert changed.status_code == 200
    assert bench.heard(changed.content) == TEXT
    assert changed.content != clip[44:]
    assert len(changed.content) == pytest.approx(len(clip) - 44, rel=0.1)


def test_changed_voice_comes_as_events_without_a_type(bench: Any) -> None:
    clip = spoken(bench)
    answer = change(bench, clip, "sse")
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.text.splitlines() if line.startswith("data:")]
    *chunks, done = [json.loads(line[5:]) for line in lines]
    assert done == {"done": True, "status_code": 200}
    assert {tuple(chunk) for chunk in chunks} == {
        ("data", "done", "sample_rate", "status_code", "step_time")
    }
    assert {(c["done"], c["sample_rate"], c["status_code"]) for c in chunks} == {
        (False, 24000, 206)
    }
    audio = b"".join(base64.b64decode(chunk["data"]) for chunk in chunks)
    assert audio == change(bench, clip).content


@pytest.mark.parametrize(("fmt", "content_type"), FORMATS)
def test_changed_voice_comes_in_every_container(
    bench: Any, fmt: dict[str, str], content_type: str
) -> None:
    clip = spoken(bench)
    answer: httpx.Response = bench.http.post(
        "/voice-changer/bytes",
        files={"clip": clip},
        data={"voice[id]": DEEP, **bracketed(fmt)},
    )
    assert answer.headers["content-type"] == content_type
    assert heard_file(bench, answer.content) == TEXT


def test_sound_without_words_stays(bench: Any) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 16000).astype(np.float32)
    answer = change(bench, pcm.wav_bytes(noise, 16000))
    assert len(answer.content) == pytest.approx(2 * 24000, rel=0.01)


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"voice[id]": ""}, 400, "voice[id]"),
        ({"voice[id]": "nobody"}, 404, "voice[id]"),
        ({"output_format[container]": "ogg"}, 400, "container"),
        ({"output_format[sample_rate]": "much"}, 400, "sample_rate"),
        ({"output_format[sample_rate]": ""}, 400, "sample_rate"),
        ({"output_format[encoding]": ""}, 400, "encoding"),
        ({"output_format[bit_rate]": "64000"}, 400, "bit_rate"),
    ],
)
@pytest.mark.parametrize("path", ["bytes", "sse"])
def test_bad_changes_are_refused(
    bench: Any, path: str, fields: dict[str, str], status: int, word: str
) -> None:
    answer = change(bench, spoken(bench, "A"), path, **fields)
    assert answer.status_code == status
    assert word in answer.json()["message"]


def test_clips_must_be_audio(bench: Any) -> None:
    assert change(bench, b"no sound at all").status_code == 415
    empty = pcm.wav_bytes(np.zeros(0, np.float32), 16000)
    assert change(bench, empty).status_code == 415
    assert change(bench, b"").status_code == 400


@pytest.mark.parametrize(
    "sides", [("left_audio",), ("right_audio",), ("left_audio", "right_audio")]
)
def test_infill_says_the_transcript(bench: Any, sides: tuple[str, ...]) -> None:
    clip = spoken(bench, "Before. ")
    answer = infill(bench, dict.fromkeys(sides, clip))
    assert answer.headers["content-type"] == "audio/pcm"
    assert bench.heard(answer.content) == TEXT


@pytest.mark.parametrize(("fmt", "content_type"), FORMATS)
def test_infill_comes_in_every_container(
    bench: Any, fmt: dict[str, str], content_type: str
) -> None:
    answer = infill(bench, {"left_audio": spoken(bench)}, fmt)
    assert answer.headers["content-type"] == content_type
    assert heard_file(bench, answer.content) == TEXT


def test_infill_takes_its_format_as_one_part(bench: Any) -> None:
    fmt = '{"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000}'
    answer = infill(bench, {"left_audio": spoken(bench)}, {}, output_format=fmt)
    assert bench.heard(answer.content) == TEXT


def test_infill_is_as_loud_as_its_neighbours(bench: Any) -> None:
    def level(volume: float) -> float:
        clip = spoken(bench, generation_config={"volume": volume})
        audio = infill(bench, {"left_audio": clip}).content
        return float(np.abs(np.frombuffer(audio, np.int16)).mean())

    assert level(1.0) == pytest.approx(2 * level(0.5), rel=0.1)


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"transcript": ""}, 400, "transcript"),
        ({"transcript": " "}, 400, "transcript"),
        ({"voice_id": "nobody"}, 404, "voice_id"),
        ({"language": "xx"}, 400, "language"),
        ({"model_id": "sonic-9"}, 400, "model_id"),
        ({"output_format": "{"}, 400, "JSON"),
    ],
)
def test_bad_infills_are_refused(bench: Any, fields: Any, status: int, word: str) -> None:
    answer = infill(bench, {"left_audio": spoken(bench, "A")}, **fields)
    assert answer.status_code == status
    assert word in answer.json()["message"]


def test_infill_needs_a_neighbour_that_is_audio(bench: Any) -> None:
    assert infill(bench, {"other": b"x"}).status_code == 400
    assert infill(bench, {"left_audio": b"no sound at all"}).status_code == 415


def test_faults_strike_the_new_streams(bench: Any) -> None:
    clip = spoken(bench)
    bench.emulator.inject("error", 503, path="/voice-changer/sse")
    lines = change(bench, clip, "sse").text.splitlines()
    last = json.loads([line for line in lines if line.startswith("data:")][-1][5:])
    assert (last["type"], last["done"], last["status_code"]) == ("error", True, 503)
    bench.emulator.inject("no-done", path="/voice-changer/sse")
    assert '"done":true' not in change(bench, clip, "sse").text
    for path in ("/voice-changer/bytes", "/infill/bytes"):
        bench.emulator.inject("truncate", path=path)
        with pytest.raises(httpx.RemoteProtocolError):
            change(bench, clip) if "changer" in path else infill(bench, {"left_audio": clip})
