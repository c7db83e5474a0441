"""``POST /stt``: forms, formats and what is heard."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cartesia_emulator.speech.tone import ToneSynthesizer

TEXT = "Exactly this, 7:30pm!"


def transcribe(bench: Any, clip: bytes, *, query: Any = None, **form: Any) -> Any:
    data = {"model": "ink-whisper"} | form
    return bench.http.post(
        "/stt", params=query, data=data, files={"file": ("clip", clip)} if clip else {"x": b"1"}
    )


def spoken(bench: Any, **output_format: Any) -> bytes:
    response = bench.http.post("/tts/bytes", json=bench.speech(TEXT, output_format=output_format))
    assert response.status_code == 200
    content: bytes = response.content
    return content


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 24000, 44100, 48000])
@pytest.mark.parametrize("encoding", ["pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"])
def test_raw_audio_of_every_coding_is_heard(bench: Any, encoding: str, rate: int) -> None:
    clip = spoken(bench, container="raw", encoding=encoding, sample_rate=rate)
    query = {"encoding": encoding, "sample_rate": rate}
    assert transcribe(bench, clip, query=query).json()["text"] == TEXT


@pytest.mark.parametrize(("encoding", "dtype"), [("pcm_s32le", "<i4"), ("pcm_f16le", "<f2")])
def test_codings_that_only_come_in(bench: Any, encoding: str, dtype: str) -> None:
    clip = np.frombuffer(
        spoken(bench, container="raw", encoding="pcm_f32le", sample_rate=16000), "<f4"
    )
    scaled = clip * (2**31 - 256) if dtype == "<i4" else clip
    query = {"encoding": encoding, "sample_rate": 16000}
    answer = transcribe(bench, scaled.astype(dtype).tobytes() + b"\0", query=query)
    assert answer.json()["text"] == TEXT


def test_words_come_when_asked_for(bench: Any) -> None:
    clip = spoken(bench, container="wav", encoding="pcm_s16le", sample_rate=24000)
    plain = transcribe(bench, clip).json()
    assert plain.keys() == {"type", "text", "language", "duration", "request_id"}
    assert plain["type"] == "transcript"
    timed: Any = None
    for name in ("timestamp_granularities[]", "timestamp_granularities"):
        timed = transcribe(bench, clip, **{name: ["word"], "language": "en"}).json()
        assert [word["word"] for word in timed["words"]] == TEXT.split()
    (segment,) = ToneSynthesizer().synthesize(
        TEXT, bench.emulator.voices.get("6ccbfb76-1fc6-48f7-b71d-91ac6298247b").shape
    )
    starts = [word["start"] for word in timed["words"]]
    assert starts == pytest.approx([word.start for word in segment.words], abs=0.05)


def test_silence_is_no_text(bench: Any) -> None:
    query = {"encoding": "pcm_s16le", "sample_rate": 16000}
    answer = transcribe(bench, bytes(32000), query=query).json()
    assert (answer["text"], answer["duration"]) == ("", 1.0)


@pytest.mark.parametrize(
    ("form", "query", "status", "word"),
    [
        ({"model": "ink-9"}, {}, 400, "model"),
        ({"model": ""}, {}, 400, "model"),
        ({"language": "xx"}, {}, 400, "language"),
        ({"timestamp_granularities[]": "letter"}, {}, 400, "timestamp_granularities"),
        ({}, {"encoding": "opus", "sample_rate": 8000}, 400, "encoding"),
        ({}, {"encoding": "pcm_s16le"}, 400, "sample_rate"),
        ({}, {"encoding": "pcm_s16le", "sample_rate": "fast"}, 400, "sample_rate"),
        ({}, {}, 415, "file"),
    ],
)
def test_bad_requests_are_refused(
    bench: Any, form: Any, query: Any, status: int, word: str
) -> None:
    response = transcribe(bench, b"no audio " * 10, query=query, **form)
    assert response.status_code == status
    assert word in response.json()["message"]


def test_forms_must_be_forms(bench: Any) -> None:
    assert transcribe(bench, b"").status_code == 400
    assert bench.http.post("/stt", json={}).status_code == 415
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=x"):
        response = bench.http.post(
            "/stt", content=b"--x\r\n", headers={"content-type": content_type}
        )
        assert response.status_code == 400
    nameless = b"--x\r\nContent-Type: a/b\r\n\r\ndata\r\n--x--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert bench.http.post("/stt", content=nameless, headers=headers).status_code == 400
